"""Which roles a member should hold now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.memberships.model import Entitlement, EntitlementStatus


@dataclass(frozen=True, kw_only=True)
class RoleClaim:
    """The part of an entitlement that decides about roles: which, from when until when, and what comes afterwards.

    `live`: neither ended nor revoked nor suspended nor replaced. `over`: it ran to its natural end. `after_role_id`
    is given from then on, `after_until` is how long the roles are kept.
    """

    roles: tuple[int, ...]
    starts_at: datetime
    held_until: datetime
    live: bool
    over: bool = False
    after_role_id: int | None = None
    after_until: datetime | None = None


def role_claim(entitlement: Entitlement) -> RoleClaim:
    """The role claim of an entitlement."""
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


def wanted_roles(claims: Iterable[RoleClaim], overrides: Iterable[Override], now: datetime) -> frozenset[int]:
    """The roles that a member should hold now. An override beats every claim; of two overrides the later one counts.

    The roles after an expiry (`after_role_id`, `after_until`) are only for members without a running membership.
    """
    roles: set[int] = set()
    claims = list(claims)
    for claim in claims:
        if claim.live and claim.starts_at <= now < claim.held_until:
            roles.update(claim.roles)
    if not roles:
        for claim in claims:
            if claim.over or (claim.live and claim.held_until <= now):
                if claim.after_until is not None and now < claim.after_until:
                    roles.update(claim.roles)
                if claim.after_role_id is not None:
                    roles.add(claim.after_role_id)
    for override in overrides:
        if override.until is None or now < override.until:
            (roles.add if override.give else roles.discard)(override.role_id)
    return frozenset(roles)
