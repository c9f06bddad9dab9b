"""Which roles a member gains by a change of their entitlements, now or as time goes by. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.memberships.access.wanted_roles import Override, role_claim, wanted_roles
from bot.memberships.model import Entitlement


def gains(
    before: Iterable[Entitlement],
    after: Iterable[Entitlement],
    overrides: Iterable[Override],
    now: datetime,
) -> frozenset[int]:
    """The roles that the member should hold at some moment from now on after the change, and would not have without it.

    Taking a membership away can give roles: those that others, which are over, leave to who has nothing that runs.
    """
    old, new, exceptions = list(map(role_claim, before)), list(map(role_claim, after)), list(overrides)
    turns = {
        turn
        for claim in (*old, *new)
        for turn in (claim.starts_at, claim.held_until, claim.after_until)
        if turn is not None and turn > now
    } | {override.until for override in exceptions if override.until is not None and override.until > now}
    gained: frozenset[int] = frozenset()
    for moment in (now, *turns):
        gained |= wanted_roles(new, exceptions, moment) - wanted_roles(old, exceptions, moment)
    return gained
