"""An edit of a tier, the tier that results, and whom the change affects. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bot.errors import UserError
from bot.memberships.catalog.holders import Holders
from bot.memberships.catalog.naming import read_name
from bot.memberships.model import Benefits, ExpiryAction, Terms, Tier
from bot.memberships.until import read_until

ROLES = 10
DESCRIPTION_LIMIT = 300


@dataclass(frozen=True, kw_only=True)
class TierEdit:
    """What the owner typed; None leaves a value as it is. `seats` 0 removes the limit."""

    name: str | None = None
    description: str | None = None
    seats: int | None = None
    add_role: int | None = None
    drop_role: int | None = None
    benefits: Benefits = field(default_factory=Benefits)
    after: ExpiryAction | None = None
    after_role: int | None = None
    after_until: str | None = None


class TermsDraft(NamedTuple):
    """New terms of a tier that wait for the owner's choice: the version that was edited, and the drafted one."""

    tier_id: int
    base_version: int
    version: int


@dataclass(frozen=True)
class EditProposal:
    """An edit, and its draft while the owner has to choose whom it reaches. Without a draft it is in force."""

    before: Tier
    after: Tier
    holders: Holders
    draft: TermsDraft | None = None

    @property
    def saved(self) -> bool:
        """Whether the edit is in force."""
        return self.draft is None


def edited(tier: Tier, edit: TierEdit, now: datetime, zone: ZoneInfo) -> Tier:
    """The tier as it would be after the edit. UserError for values that do not go together."""
    name = read_name(edit.name)[0] if edit.name is not None else tier.name
    seats = tier.seats if edit.seats is None else edit.seats or None
    return replace(
        tier,
        name=name,
        seats=seats,
        terms=_terms(tier.terms, edit, now, zone),
        description=tier.description if edit.description is None else _read_description(edit.description),
    )


def _terms(before: Terms, edit: TierEdit, now: datetime, zone: ZoneInfo) -> Terms:
    roles = [role for role in before.roles if role != edit.drop_role]
    if edit.add_role is not None and edit.add_role not in roles:
        roles.append(edit.add_role)
    if not roles:
        raise UserError("A membership gives at least one role. Add another one before you take this away.")
    if len(roles) > ROLES:
        raise UserError("A membership gives {most} roles at most. Take one away first.", most=ROLES)
    after, role, until = _ending(before, edit, now, zone)
    benefits: dict[str, Any] = {name: value for name, value in edit.benefits.items() if value is not None}
    return replace(
        before,
        roles=tuple(roles),
        after=after,
        after_role_id=role,
        after_until=until,
        **benefits,
    )


def _ending(
    before: Terms, edit: TierEdit, now: datetime, zone: ZoneInfo
) -> tuple[ExpiryAction, int | None, datetime | None]:
    """What happens at the end. A role or a date alone imply the action."""
    if edit.after_role is not None and edit.after_until is not None:
        raise UserError("At the end there is either another role or a date. Choose one of the two.")
    action = edit.after
    if action is None and edit.after_role is not None:
        action = ExpiryAction.FALLBACK
    if action is None and edit.after_until is not None:
        action = ExpiryAction.KEEP
    if action is None:
        return before.after, before.after_role_id, before.after_until
    role = edit.after_role if edit.after_role is not None else before.after_role_id
    if action is ExpiryAction.FALLBACK:
        if role is None:
            raise UserError("Say which role is given instead: fill in the option for it.")
        return action, role, None
    if action is ExpiryAction.KEEP:
        if edit.after_until is None:
            raise UserError("Say until when the roles are kept: fill in the option for it.")
        return action, None, read_until(edit.after_until, now, zone, ever=False)
    if edit.after_role is not None or edit.after_until is not None:
        raise UserError("If the roles are taken at the end, there is neither another role nor a date.")
    return action, None, None


def _read_description(typed: str) -> str:
    tidy = " ".join(typed.split())
    if len(tidy) > DESCRIPTION_LIMIT or not (tidy.isprintable() or not tidy):
        raise UserError(
            "A description has {limit} visible characters at most. Shorten it.", limit=DESCRIPTION_LIMIT
        )
    return "" if tidy == "-" else tidy
