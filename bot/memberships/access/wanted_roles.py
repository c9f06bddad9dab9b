"""Which roles somebody should hold, and which roles may be sold. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.memberships.model import Entitlement, EntitlementStatus


@dataclass(frozen=True, kw_only=True)
class RoleClaim:
    """An entitlement as far as roles are concerned: which, from when until when, and what comes afterwards.

    `live`: neither ended nor revoked nor suspended. `over`: it ran to its natural end. `after_role_id` is given
    from then on, `after_until` is how long the roles are kept.
    """

    roles: tuple[int, ...]
    starts_at: datetime
    held_until: datetime
    live: bool
    over: bool = False
    after_role_id: int | None = None
    after_until: datetime | None = None


def role_claim(entitlement: Entitlement) -> RoleClaim:
    """An entitlement as the rules see it."""
    terms = entitlement.tier.terms
    return RoleClaim(
        roles=terms.roles,
        starts_at=entitlement.starts_at,
        held_until=entitlement.held_until,
        live=entitlement.status is EntitlementStatus.LIVE,
        over=entitlement.status is EntitlementStatus.ENDED,
        after_role_id=terms.after_role_id,
        after_until=terms.after_until,
    )


@dataclass(frozen=True)
class Override:
    """A reasoned exception by staff: give the role, or withhold it, until a date (None: until taken back)."""

    role_id: int
    give: bool
    until: datetime | None
    reason: str
    id: int = 0
    actor: int = 0


def wanted_roles(
    held_entitlements: Iterable[RoleClaim], overrides: Iterable[Override], now: datetime
) -> frozenset[int]:
    """The roles that somebody should hold now. An override beats every right; of two the later one counts.

    What a membership leaves behind is given only to those who have no other one.
    """
    wanted: set[int] = set()
    known = list(held_entitlements)
    for entitlement in known:
        if entitlement.live and entitlement.starts_at <= now < entitlement.held_until:
            wanted.update(entitlement.roles)
    if not wanted:
        for entitlement in known:
            if entitlement.over or (entitlement.live and entitlement.held_until <= now):
                wanted.update(
                    entitlement.roles
                    if entitlement.after_until is not None and now < entitlement.after_until
                    else ()
                )
                wanted.update(() if entitlement.after_role_id is None else (entitlement.after_role_id,))
    for override in overrides:
        if override.until is None or now < override.until:
            (wanted.add if override.give else wanted.discard)(override.role_id)
    return frozenset(wanted)
