"""A shelf on which one membership takes something off another."""

from __future__ import annotations

from datetime import datetime

from bot.memberships.access.store import entitlements
from bot.memberships.model import Order, Price
from bot.memberships.orders.purchasing import Activated
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import ANN, GOLD, GUILD, SILVER, Shop


async def shelf(shop: Shop, percent: int, *, days: int = 30) -> None:
    """Silver gives so much off Gold: $19.00 each; Silver for so many days, Gold for thirty."""
    await shop.tier("Silver", SILVER, days=days)
    await shop.terms("Silver", discount=percent)
    await shop.tier("Gold", GOLD)


async def price_of(shop: Shop, plan: str) -> Price:
    tier = await shop.service.catalog.find(GUILD, plan)
    [product] = [one for one in await shop.service.catalog.products(GUILD) if one.tier.id == tier.id]
    return product.prices[0]


async def free(shop: Shop, plan: str = "Gold", price: Price | None = None) -> Order:
    """Gold for nothing."""
    told = await shop.service.buy(GUILD, ANN, plan, str((price or await price_of(shop, plan)).id))
    await shop.worker.run_due()
    assert isinstance(told, Activated), told
    assert told.order is not None
    return told.order


async def spans(shop: Shop, role: int, user: int = ANN) -> list[tuple[str, datetime, datetime]]:
    """What the member has or had of the tier that gives this role, once all work is done."""
    await shop.worker.run_due()
    async with shop.db.read() as db:
        found = await entitlements.of_member(db, GUILD, user)
    return [(one.status.value, one.starts_at, one.ends_at) for one in found if role in one.tier.terms.roles]


async def money_back(shop: Shop, order: Order) -> Fact:
    """The bank gives back what was paid for this order."""
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    back = shop.refunded(paid, f"re_{order.id}")
    await shop.settle(back)
    await shop.worker.run_due()
    return back
