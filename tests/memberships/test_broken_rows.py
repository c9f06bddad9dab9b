"""Money that arrived is kept whatever cannot be read elsewhere, and what depends on that is judged once it is mended."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text, update

from bot.i18n import Catalog
from bot.memberships.backoffice.cards import order_list
from bot.memberships.model import BillingKind, OrderStatus, Search
from bot.memberships.orders.store import ledger
from bot.memberships.orders.tables import order as order_table
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import FactKind
from bot.work.tables import work
from bot.work.worker import STUBBORN
from tests.memberships.changes import confirm, quote, shelf
from tests.memberships.money import about, ends, payment
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, SILVER, Shop
from tests.memberships.test_backed_work import again, spoil
from tests.memberships.test_value import both
from tests.memberships.transfers import note


async def test_a_refund_of_an_upgrade_takes_it_away_though_what_it_replaced_cannot_be_read(
    shop: Shop,
) -> None:
    silver, gold = await both(shop)
    await spoil(shop, silver.id, "paid", "nonsense")

    await shop.settle(about(await payment(shop, gold), FactKind.REFUNDED, "re_gold", shop.moment))
    await shop.worker.run_due()

    assert await kinds(shop, gold.id) == {"paid", "refunded"}
    assert (await shop.look(gold)).state is OrderStatus.REFUNDED
    assert [status for status, _ in await ends(shop)] == ["replaced", "revoked"], (
        "nothing comes back unjudged"
    )
    assert shop.server.held[ANN] == set()
    await until_stuck(shop)
    assert await shop.stuck() == ["order.judge"]
    assert "tried again every hour" in await the_list(shop)

    await spoil(shop, silver.id, "nonsense", "paid")
    await again(shop)
    assert await ends(shop) == [("live", MONDAY + 30 * DAY), ("revoked", MONDAY + 40 * DAY)]
    assert shop.server.held[ANN] == {SILVER}
    assert await shop.stuck() == []


@pytest.mark.parametrize("broken", [False, True], ids=["", "judged later"])
async def test_what_was_bought_since_waits_behind_what_comes_back(shop: Shop, broken: bool) -> None:
    silver, gold = await both(shop)
    await shop.buy(ANN, "Silver", "pay_more")
    if broken:
        await spoil(shop, silver.id, "paid", "nonsense")

    await shop.settle(about(await payment(shop, gold), FactKind.REFUNDED, "re_gold", shop.moment))
    await shop.worker.run_due()
    if broken:
        await spoil(shop, silver.id, "nonsense", "paid")
        await again(shop)

    assert sorted(await ends(shop)) == [
        ("live", MONDAY + 30 * DAY),
        ("live", MONDAY + 60 * DAY),
        ("revoked", MONDAY + 40 * DAY),
    ]


async def test_what_comes_back_is_judged_before_anybody_has_it(shop: Shop) -> None:
    """Silver's own money goes back while nobody can read it: mended, it is not given again for a moment."""
    silver, gold = await both(shop)
    back = about(await payment(shop, silver), FactKind.REFUNDED, "re_silver", shop.moment)
    await shop.settle(back)
    await spoil(shop, silver.id, "paid", "nonsense")
    await shop.settle(about(await payment(shop, gold), FactKind.REFUNDED, "re_gold", shop.moment))
    await shop.worker.run_due()
    shop.server.calls.clear()

    await spoil(shop, silver.id, "nonsense", "paid")
    await again(shop)

    assert [status for status, _ in await ends(shop)] == ["revoked", "revoked"]
    assert shop.server.held[ANN] == set()
    assert not [call for call in shop.server.calls if SILVER in call]


async def test_a_payment_is_kept_though_what_it_is_credited_with_cannot_be_read(shop: Shop) -> None:
    await shelf(shop)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    bill = await confirm(shop, await quote(shop))
    await spoil(shop, silver.id, "paid", "nonsense")

    await shop.settle(shop.paid(bill.order, "pay_gold"))  # type: ignore[attr-defined] # a bill: something is due
    await shop.worker.run_due()
    order = await shop.look(bill.order)  # type: ignore[attr-defined] # as above
    assert await kinds(shop, order.id) == {"paid"}
    assert shop.server.held[ANN] == {SILVER}, "what is in doubt is not given"
    await until_stuck(shop)
    assert await shop.stuck() == ["order.judge"]
    assert "tried again every hour" in await the_list(shop)

    await spoil(shop, silver.id, "nonsense", "paid")
    await again(shop)
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert await ends(shop) == [("replaced", MONDAY + 30 * DAY), ("live", MONDAY + 40 * DAY)]
    assert shop.server.held[ANN] == {GOLD}
    assert await shop.stuck() == []


async def test_what_a_provider_is_asked_for_is_kept_though_an_earlier_fact_cannot_be_read(shop: Shop) -> None:
    await shop.tier("Gold", GOLD)
    order = await shop.buy()
    paid = await payment(shop, order)
    shop.provider.known[order.ref or ""].append(shop.refunded(paid))
    await break_time(shop, "nonsense")

    await shop.news(order)
    async with shop.db.read() as db:
        assert ("refunded", "re_1") in await ledger.known(db, GUILD, order.id)
    assert shop.server.held[ANN] == {GOLD}

    await break_time(shop, "2026-11-02 08:00:00.000000")
    await again(shop)
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert shop.server.held[ANN] == set()


async def test_a_purchase_begins_though_an_open_order_beside_it_cannot_be_read(shop: Shop) -> None:
    """Money that is sent by hand may be on its way to both, so both stay open until one is paid."""
    shop.providers["manual"] = ManualProvider("To Olivia", ["USD"])
    await shelf(shop)
    days = (await shop.service.catalog.products(GUILD))[1]
    for_ever = await shop.price("Gold", "99", way=BillingKind.LIFETIME)
    order, other = [
        (await shop.service.checkouts.buy(days.tier, price, ANN, "manual")).order
        for price in (days.prices[0], for_ever)
    ]
    await break_order(shop, other.id, "nonsense")

    await note(shop, order)

    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert await kinds(shop, order.id) == {"paid"}


async def test_the_owner_sees_the_list_though_a_row_of_it_cannot_be_read(shop: Shop) -> None:
    silver, gold = await both(shop)
    await shop.buy(BOB, "Silver", "pay_bob")
    await break_order(shop, gold.id, "nonsense")

    await shop.settle(about(await payment(shop, silver), FactKind.REFUNDED, "re_silver", shop.moment))
    await until_stuck(shop)

    listed = await shop.service.backoffice.listing(GUILD, Search())
    assert [waiting.finding for waiting in listed.waiting] == ["work-failed"]
    assert {order.user_id for order in listed.orders} == {ANN, BOB}
    assert gold.id not in {order.id for order in listed.orders}
    await break_order(shop, gold.id, "once")
    await again(shop)
    assert await shop.stuck() == []
    assert len((await shop.service.backoffice.listing(GUILD, Search())).orders) == 3


async def kinds(shop: Shop, order_id: int) -> set[str]:
    async with shop.db.read() as db:
        return {fact.kind.value for fact in await ledger.facts(db, GUILD, order_id)}


async def break_order(shop: Shop, order_id: int, kind: str) -> None:
    """The row of an order says what Lyceum cannot read."""
    async with shop.db.write() as tx:
        await tx.execute(update(order_table).where(order_table.c.id == order_id).values(kind=kind))


async def break_time(shop: Shop, at: str) -> None:
    """The time of a payment is none."""
    async with shop.db.write() as tx:
        await tx.execute(text("UPDATE payment SET at = :at WHERE kind = 'paid'"), {"at": at})


async def until_stuck(shop: Shop) -> None:
    """As if what fails had been tried often enough to be told to the owner."""
    await again(shop)
    async with shop.db.write() as tx:
        await tx.execute(update(work).where(work.c.error.is_not(None)).values(tries=STUBBORN))
    await again(shop)


async def the_list(shop: Shop) -> str:
    listing = await shop.service.backoffice.listing(GUILD, Search())
    return read(order_list(Catalog("en", ZoneInfo("UTC")).of("en"), listing))
