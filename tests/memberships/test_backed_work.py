"""What money backs elsewhere is judged as work of its own: nothing that is wrong there undoes what was heard here."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import update

from bot.i18n import Catalog
from bot.memberships.backoffice.cards import order_list
from bot.memberships.model import OrderStatus, Search
from bot.memberships.orders.tables import payment as payments
from bot.payments.port import FactKind
from bot.work.tables import work
from tests.memberships.money import ends, happen, payment
from tests.memberships.orders import read
from tests.memberships.shop import DAY, GUILD, MONDAY, Shop
from tests.memberships.test_value import PAID_OF_19, both


async def test_a_refund_is_settled_though_what_it_backs_cannot_be_read(shop: Shop) -> None:
    silver, gold = await both(shop)
    await spoil(shop, gold.id, "paid", "nonsense")

    await happen(shop, await payment(shop, silver), FactKind.REFUNDED)
    assert (await shop.look(silver)).state is OrderStatus.REFUNDED
    assert (await ends(shop))[1] == ("live", MONDAY + 40 * DAY), "it could not be judged yet"
    assert await shop.stuck() == []

    for _ in range(10):
        await again(shop)
    assert await shop.stuck() == ["order.judge"]
    waiting = await shop.service.backoffice.listing(GUILD, Search())
    assert "tried again every hour" in read(order_list(Catalog("en", ZoneInfo("UTC")).of("en"), waiting))

    await spoil(shop, gold.id, "nonsense", "paid")
    await again(shop)
    assert (await ends(shop))[1] == ("live", PAID_OF_19)
    assert await shop.stuck() == []


async def spoil(shop: Shop, order_id: int, kind: str, into: str) -> None:
    """One fact of an order says something that Lyceum cannot read."""
    async with shop.db.write() as tx:
        await tx.execute(
            update(payments).where(payments.c.order_id == order_id, payments.c.kind == kind).values(kind=into)
        )


async def again(shop: Shop) -> None:
    """As if every postponed work had waited long enough."""
    async with shop.db.write() as tx:
        await tx.execute(update(work).values(not_before=MONDAY))
    await shop.worker.run_due()
