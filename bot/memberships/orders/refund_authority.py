"""Who may give an order's money back: a refund brings back what the order replaced, and uncovers what lies beneath."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.db import Reader
from bot.memberships.access.entitlements import RUNNING
from bot.memberships.access.gains import gains
from bot.memberships.access.store import entitlements, overrides
from bot.memberships.access.wanted_roles import Override
from bot.memberships.catalog.authority import Authority
from bot.memberships.model import Entitlement, EntitlementStatus, Order
from bot.memberships.orders.discounts import discounted_orders
from bot.memberships.orders.refund_preview import entitlements_after_refund


async def require_refund(db: Reader, authority: Authority, order: Order, now: datetime) -> None:
    """UserError when this order is the staff member's own, or its refund gives roles that they may not cause."""
    authority.require((), order.user_id)
    entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
    if entitlement is None:
        return
    of_member = await entitlements.of_member(db, order.guild_id, entitlement.user_id)
    exceptions = await overrides.of_member(db, order.guild_id, entitlement.user_id)
    after = entitlements_after_refund(of_member, order, ())
    authority.require(_coming(of_member, after, entitlement, exceptions, now), entitlement.user_id)
    for backed in await _backed(db, entitlement):
        authority.require(await _sooner(db, backed, now), backed.user_id)


def _coming(
    before: Sequence[Entitlement],
    after: Sequence[Entitlement],
    over: Entitlement,
    exceptions: Sequence[Override],
    now: datetime,
) -> frozenset[int]:
    """The roles that come, or come sooner, when what a member has turns from `before` into `after`, where one is over.

    What waited for it begins earlier: what that covers, and what comes after it, comes sooner, and so does what another
    tier gives that was to follow.
    """
    moving = _waiting(after, over, now)
    coming = gains(before, after, exceptions, now)
    coming |= gains(before, [other for other in after if other not in moving], exceptions, now)
    for other in moving:
        terms = other.tier.terms
        coming |= frozenset[int]() if terms.after_role_id is None else {terms.after_role_id}
        coming |= frozenset[int]() if other.tier.id == over.tier.id else set(terms.roles)
    return coming


def _waiting(of_member: Sequence[Entitlement], over: Entitlement, now: datetime) -> list[Entitlement]:
    """What is still to begin after this one: later periods of its tier, what was planned to follow, and so on."""
    tiers, ids = {over.tier.id}, {over.id}
    found: list[Entitlement] = []
    ahead = [one for one in of_member if one.status is EntitlementStatus.LIVE and one.starts_at > now]
    while more := [one for one in ahead if one not in found and (one.tier.id in tiers or one.follows in ids)]:
        found += more
        tiers |= {one.tier.id for one in more}
        ids |= {one.id for one in more}
    return found


async def _backed(db: Reader, entitlement: Entitlement) -> list[Entitlement]:
    """What the money behind an entitlement backs besides: by credit and by discounts, and so on along the chain."""
    found: dict[int, Entitlement] = {}
    ahead = [entitlement]
    while ahead:
        giver = ahead.pop()
        order_ids = [order.id for order in await discounted_orders(db, giver)]
        if giver.replaced_by is not None:
            order_ids.append(giver.replaced_by)
        for order_id in order_ids:
            backed = await entitlements.find(db, giver.guild_id, order_id=order_id)
            if backed is not None and backed.id not in found:
                found[backed.id] = backed
                ahead.append(backed)
    return list(found.values())


async def _sooner(db: Reader, entitlement: Entitlement, now: datetime) -> frozenset[int]:
    """The roles that come sooner when an entitlement gets shorter or ends: those after it, and those beneath it."""
    if entitlement.status not in RUNNING:
        return frozenset()
    of_member = await entitlements.of_member(db, entitlement.guild_id, entitlement.user_id)
    exceptions = await overrides.of_member(db, entitlement.guild_id, entitlement.user_id)
    without = [other for other in of_member if other.id != entitlement.id]
    after = entitlement.tier.terms.after_role_id
    own = frozenset[int]() if after is None else frozenset({after})
    return _coming(of_member, without, entitlement, exceptions, now) | own
