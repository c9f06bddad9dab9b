"""Whom Lyceum removes from the server when a membership is over, and whom it spares. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.memberships.access.wanted_roles import Override, role_claim, wanted_roles
from bot.memberships.model import Entitlement, EntitlementStatus
from bot.ports import Person, Role


class Spared(StrEnum):
    """Why a member stays although a membership that removes its members is over."""

    ANOTHER = "another membership"
    BOT = "a bot"
    STAFF = "staff"
    ROLE_ABOVE = "a role above Lyceum's"
    CAME_LATER = "came after the end"


@dataclass(frozen=True, kw_only=True)
class Ranks:
    """What tells who is staff: the server's owner, its roles by id, and the position below which Lyceum can act."""

    owner_id: int | None
    roles: Mapping[int, Role]
    own_top: int


def is_over(ended: Entitlement) -> bool:
    """Did the entitlement run to its end, and do its terms remove the member then? Not after a refund or revocation."""
    return ended.status is EntitlementStatus.ENDED and ended.removes


def spared_because(
    ended: Entitlement,
    person: Person,
    of_member: Iterable[Entitlement],
    exceptions: Iterable[Override],
    ranks: Ranks,
    now: datetime,
) -> Spared | None:
    """Why this person is not removed; None when nothing speaks for them.

    Any role that a membership or an exception still gives them is a reason, as is any membership that rests while its
    money is disputed, or begins later.
    """
    held = list(of_member)
    if any(_goes_on(entitlement, now) for entitlement in held):
        return Spared.ANOTHER
    if wanted_roles(map(role_claim, held), exceptions, now):
        return Spared.ANOTHER
    if person.bot:
        return Spared.BOT
    own = [role for id_ in person.roles if (role := ranks.roles.get(id_)) is not None]
    if person.id == ranks.owner_id or person.powers or any(role.dangerous for role in own):
        return Spared.STAFF
    if any(role.position >= ranks.own_top for role in own):
        return Spared.ROLE_ABOVE
    if person.joined_at > ended.held_until:
        return Spared.CAME_LATER
    return None


def _goes_on(entitlement: Entitlement, now: datetime) -> bool:
    """Does it run, rest or begin later? One whose time is over, but whose end is not written yet, is asked again."""
    return (
        entitlement.status in (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)
        and now < entitlement.held_until
    )
