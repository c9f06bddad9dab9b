"""Discounts: which memberships take something off others, and what still stands behind a discount that was taken.

A discount traces to a membership that was paid for, or that staff gave. A trial gives none, nor does what was itself
bought at a discount, nor the days of grace. What a discount made cost nothing is given once at a time, and ends with
the membership that gave the discount. When that membership's money goes back, its discounts go with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.cards import plain
from bot.db import Reader
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.access.entitlements import RUNNING
from bot.memberships.access.store import entitlements, revocations
from bot.memberships.model import Entitlement, EntitlementStatus, Order, Outcome, Refusal, Tier
from bot.memberships.orders.store import orders

NEVER = datetime.min.replace(tzinfo=UTC)
CLOCKS_APART = timedelta(days=1)
"""A period begins by its provider's clock, which may be ahead of ours."""


@dataclass(frozen=True)
class Discount:
    """So much per cent off, given by an entitlement (`given_by`, None for no discount) that its holder keeps to `until`."""

    percent: int = 0
    given_by: int | None = None
    until: datetime = NEVER


def given(entitlement: Entitlement, order: Order | None, now: datetime) -> Discount:
    """The discount on other tiers that a membership gives now. `order` is the one that it was bought by."""
    percent = entitlement.tier.terms.discount
    runs = entitlement.status is EntitlementStatus.LIVE and entitlement.starts_at <= now < entitlement.ends_at
    if not percent or not runs or entitlement.source == "trial":
        return Discount()
    if order is not None and order.discount:
        # A subscription pays its full price from the first renewal on.
        renewed = order.renewal is not None and order.duration.end(entitlement.starts_at) <= now
        if not renewed:
            return Discount()
    return Discount(percent, entitlement.id, entitlement.held_until)


def best(discounts: Iterable[Discount]) -> Discount:
    """The largest of these; of equal ones that which lasts longest."""
    return max(discounts, key=lambda one: (one.percent, one.until), default=Discount())


def is_free(order: Order) -> bool:
    """Did a discount alone pay for this order?"""
    return order.price.amount == 0 and order.credit.amount == 0 and order.discounted_by is not None


def require_single(tier: Tier, of_member: Iterable[Entitlement], now: datetime) -> None:
    """UserError when the member has a membership already that would cost nothing: it cannot be stacked."""
    for entitlement in of_member:
        if entitlement.tier.id == tier.id and _is_running(entitlement, now):
            raise UserError(
                "With your discount {plan} costs nothing, so you can have it only once at a time. You have it until {when}.",
                plan=plain(tier.name),
                when=stamp(entitlement.ends_at),
            )


async def obstacle(db: Reader, order: Order, now: datetime, *, late: bool = False) -> Refusal | None:
    """Why a discounted order cannot be fulfilled at its price any more; None when it can.

    Asked when it is first paid, in the transaction that settles it. A part off holds for the link that was opened with
    it, unless its giver was taken away meanwhile; for who pays late it must still be given.
    """
    if order.discounted_by is None:
        return None
    giver = await entitlements.find(db, order.guild_id, id_=order.discounted_by)
    if giver is None or giver.user_id != order.user_id or giver.status is EntitlementStatus.REVOKED:
        return Refusal.DISCOUNT_GONE
    if not is_free(order) and not late:
        return None
    if giver.status is not EntitlementStatus.LIVE or giver.ends_at <= now:
        return Refusal.DISCOUNT_GONE
    if not is_free(order):
        return None
    for other in await entitlements.of_member(db, order.guild_id, order.user_id):
        if other.tier.id == order.tier.id and other.order_id != order.id and _is_running(other, now):
            return Refusal.FREE_TWICE
    return None


def taken_off(order: Order) -> int:
    """What the discount took off in all. Credit above the price buys more time, and the discount makes that cheaper too."""
    if not order.extra:
        return order.discount
    length = (order.duration.end(order.created_at) - order.created_at) // timedelta(seconds=1)
    return order.discount * (length + order.extra) // max(1, length)


def paid_then(outcome: Outcome, order: Order, at: datetime, *, disputed_counts: bool) -> bool:
    """Does the money stay that paid for the giver (`order`) at the time when it gave the discount?"""
    if not outcome.stands:
        return False
    if order.renewal is None:
        return disputed_counts or not outcome.waiting
    return any(
        fact.period is not None and fact.period.starts_at <= at + CLOCKS_APART and at < fact.period.ends_at
        for fact in (*outcome.counted, *(outcome.resting if disputed_counts else ()))
    )


async def giver_of(db: Reader, order: Order) -> Entitlement | None:
    """The entitlement that gave the order's discount; None for orders without, and those from before it was kept."""
    if order.discounted_by is None:
        return None
    return await entitlements.find(db, order.guild_id, id_=order.discounted_by)


async def lasts_until(db: Reader, giver: Entitlement, order: Order) -> datetime:
    """How long a membership goes on giving an order that is free by it: as long as its own roles.

    Where an upgrade took its place, as long as that, if it makes the tier free too.
    """
    if giver.status is EntitlementStatus.REVOKED:
        return await revocations.last(db, giver.guild_id, giver.id) or giver.held_until
    if giver.status is not EntitlementStatus.REPLACED or giver.replaced_by is None:
        return giver.held_until
    newer = await entitlements.find(db, giver.guild_id, order_id=giver.replaced_by)
    if newer is None:
        return giver.held_until
    rest = order.discount * (100 - newer.tier.terms.discount) // 100
    if rest or newer.tier.id == order.tier.id:
        return min(giver.held_until, newer.starts_at)
    return await lasts_until(db, newer, order)


async def discounted_orders(db: Reader, giver: Entitlement) -> list[Order]:
    """The orders whose discount this entitlement gave, whatever its terms say by now."""
    return await orders.discounted_by(db, giver.guild_id, [giver.id])


def _is_running(entitlement: Entitlement, now: datetime) -> bool:
    return entitlement.status in RUNNING and entitlement.held_until > now
