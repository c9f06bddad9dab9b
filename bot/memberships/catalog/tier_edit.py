"""An edit of a tier, what it makes of the tier, and whom that concerns. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.memberships.catalog.holders import Holders
from bot.memberships.catalog.naming import read_name
from bot.memberships.model import ExpiryAction, Terms, Tier
from bot.memberships.until import read_until

T = TypeVar("T")

ROLES = 10
DESCRIPTION_LIMIT = 300


@dataclass(frozen=True, kw_only=True)
class TierEdit:
    """What the owner typed; None leaves a thing as it is. `seats` 0 takes the limit away."""

    name: str | None = None
    description: str | None = None
    seats: int | None = None
    add_role: int | None = None
    drop_role: int | None = None
    grace_days: int | None = None
    events: bool | None = None
    consultations: int | None = None
    discount: int | None = None
    after: ExpiryAction | None = None
    after_role: int | None = None
    after_until: str | None = None


class TermsDraft(NamedTuple):
    """New terms of a tier that wait for the owner's choice: the version that was seen, and the one that was drafted."""

    tier_id: int
    seen: int
    version: int


@dataclass(frozen=True)
class EditProposal:
    """An edit, and its draft while the owner has to choose whom it reaches. Without one it is in force."""

    before: Tier
    after: Tier
    holders: Holders
    draft: TermsDraft | None = None

    @property
    def saved(self) -> bool:
        """Whether it is in force."""
        return self.draft is None


def edited(seen: Tier, edit: TierEdit, now: datetime, zone: ZoneInfo) -> Tier:
    """The tier as it would be. UserError for what does not go together."""
    name = read_name(edit.name)[0] if edit.name is not None else seen.name
    seats = seen.seats if edit.seats is None else edit.seats or None
    return replace(
        seen,
        name=name,
        seats=seats,
        terms=_terms(seen.terms, edit, now, zone),
        description=seen.description if edit.description is None else _words(edit.description),
    )


def _terms(seen: Terms, edit: TierEdit, now: datetime, zone: ZoneInfo) -> Terms:
    roles = [role for role in seen.roles if role != edit.drop_role]
    if edit.add_role is not None and edit.add_role not in roles:
        roles.append(edit.add_role)
    if not roles:
        raise UserError("A membership gives at least one role. Add another one before you take this away.")
    if len(roles) > ROLES:
        raise UserError("A membership gives {most} roles at most. Take one away first.", most=ROLES)
    after, role, until = _ending(seen, edit, now, zone)
    return replace(
        seen,
        roles=tuple(roles),
        after=after,
        after_role_id=role,
        after_until=until,
        grace_days=_or(edit.grace_days, seen.grace_days),
        events=_or(edit.events, seen.events),
        consultations=_or(edit.consultations, seen.consultations),
        discount=_or(edit.discount, seen.discount),
    )


def _ending(
    seen: Terms, edit: TierEdit, now: datetime, zone: ZoneInfo
) -> tuple[ExpiryAction, int | None, datetime | None]:
    """What happens at the end; the role or the date alone say it too."""
    if edit.after_role is not None and edit.after_until is not None:
        raise UserError("At the end there is either another role or a date. Choose one of the two.")
    asked = edit.after
    if asked is None and edit.after_role is not None:
        asked = ExpiryAction.FALLBACK
    if asked is None and edit.after_until is not None:
        asked = ExpiryAction.KEEP
    if asked is None:
        return seen.after, seen.after_role_id, seen.after_until
    role = edit.after_role if edit.after_role is not None else seen.after_role_id
    if asked is ExpiryAction.FALLBACK:
        if role is None:
            raise UserError("Say which role is given instead: fill in the option for it.")
        return asked, role, None
    if asked is ExpiryAction.KEEP:
        if edit.after_until is None:
            raise UserError("Say until when the roles are kept: fill in the option for it.")
        return asked, None, read_until(edit.after_until, now, zone, ever=False)
    if edit.after_role is not None or edit.after_until is not None:
        raise UserError("If the roles are taken at the end, there is neither another role nor a date.")
    return asked, None, None


def _or(new: T | None, old: T) -> T:
    return old if new is None else new


def _words(typed: str) -> str:
    tidy = " ".join(typed.split())
    if len(tidy) > DESCRIPTION_LIMIT or not (tidy.isprintable() or not tidy):
        raise UserError(
            "A description has {limit} visible characters at most. Shorten it.", limit=DESCRIPTION_LIMIT
        )
    return "" if tidy == "-" else tidy
