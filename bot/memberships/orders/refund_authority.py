"""Who may give an order's money back: a refund brings back what the order replaced, and uncovers what lies beneath."""

from __future__ import annotations

from datetime import datetime

from bot.db import Reader
from bot.memberships.access.entitlements import RUNNING
from bot.memberships.access.gains import gains
from bot.memberships.access.store import entitlements, overrides
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
    coming = gains(of_member, after, exceptions, now)
    # Later periods of the same tier begin earlier after a refund: what they cover, and what comes after them, comes sooner.
    moving = [
        other
        for other in after
        if other.tier.id == entitlement.tier.id
        and other.status is EntitlementStatus.LIVE
        and other.starts_at > now
    ]
    coming |= gains(of_member, [other for other in after if other not in moving], exceptions, now)
    coming |= {
        other.tier.terms.after_role_id for other in moving if other.tier.terms.after_role_id is not None
    }
    authority.require(coming, entitlement.user_id)
    for backed in await _backed(db, entitlement):
        authority.require(await _sooner(db, backed, now), backed.user_id)


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
    return gains(of_member, without, exceptions, now) | (frozenset[int]() if after is None else {after})
