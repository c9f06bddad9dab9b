"""Which roles somebody should hold, and which roles may be sold. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.cards import plain
from bot.errors import UserError
from bot.memberships.model import Entitlement, Standing
from bot.ports import Role


@dataclass(frozen=True, kw_only=True)
class Right:
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


def right_of(right: Entitlement) -> Right:
    """An entitlement as the rules see it."""
    terms = right.tier.terms
    return Right(
        roles=terms.roles,
        starts_at=right.starts_at,
        held_until=right.held_until,
        live=right.standing is Standing.LIVE,
        over=right.standing is Standing.ENDED,
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


def wanted_roles(rights: Iterable[Right], overrides: Iterable[Override], now: datetime) -> frozenset[int]:
    """The roles that somebody should hold now. An override beats every right; of two the later one counts.

    What a membership leaves behind is given only to those who have no other one.
    """
    wanted: set[int] = set()
    known = list(rights)
    for right in known:
        if right.live and right.starts_at <= now < right.held_until:
            wanted.update(right.roles)
    if not wanted:
        for right in known:
            if right.over or (right.live and right.held_until <= now):
                wanted.update(
                    right.roles if right.after_until is not None and now < right.after_until else ()
                )
                wanted.update(() if right.after_role_id is None else (right.after_role_id,))
    for override in overrides:
        if override.until is None or now < override.until:
            (wanted.add if override.give else wanted.discard)(override.role_id)
    return frozenset(wanted)


def refusal(role: Role, own_top: int, editor_top: int | None) -> UserError | None:
    """Why this role may not be sold, None when it may. `editor_top` is None for the server's owner.

    Positions grow upwards. A paid role must not be able to harm the server (reliability.md, threat T7).
    """
    if role.everyone:
        return UserError("@everyone cannot be sold: all members have it. Choose another role.")
    if role.managed:
        return UserError(
            "The role {role} belongs to an integration, and only that can give it. Choose another role.",
            role=plain(role.name),
        )
    if role.position >= own_top:
        return UserError(
            "The role {role} stands above mine, so I cannot give it. Open Server Settings → Roles and drag my role above it.",
            role=plain(role.name),
        )
    if editor_top is not None and role.position >= editor_top:
        return UserError(
            "The role {role} stands above yours. Choose a lower one, or ask somebody with a higher role.",
            role=plain(role.name),
        )
    if role.dangerous:
        return UserError(
            "The role {role} carries permissions that nobody should be able to buy: {permissions}. "
            "Take them from the role, or choose another one.",
            role=plain(role.name),
            permissions=", ".join(sorted(role.dangerous)),
        )
    return None


def finding_of(role: Role | None, own_top: int) -> str | None:
    """The finding that keeps a tier with this role off sale, None when it may be sold. A deleted role is None."""
    if role is None:
        return "role-deleted"
    if role.everyone or role.managed or role.dangerous:
        return "role-dangerous"
    return "role-too-high" if role.position >= own_top else None
