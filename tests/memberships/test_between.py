"""What somebody does between a fact and the work that judges what it backed: it is judged by the fact all the same."""

from __future__ import annotations

from datetime import timedelta

from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated
from bot.payments.port import FactKind
from tests.memberships.changes import confirm, quote, shelf, upgraded
from tests.memberships.discounts import spans
from tests.memberships.money import about, ends, payment
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, MONDAY, Shop

PLATINUM = 52


async def test_an_exchange_made_in_between_counts_only_money_that_stayed(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", PLATINUM, price="40.00", days=30)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await upgraded(shop)
    bill = await confirm(shop, await quote(shop, "Platinum"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(about(await payment(shop, silver), FactKind.REFUNDED, "re_silver", shop.moment))
    assert (await quote(shop, "Platinum")).credit == 1000, "who asks now is told less"

    await shop.settle(shop.paid(bill.order, "pay_platinum"))
    await shop.worker.run_due()

    paid = 31  # 40 less the 9 of Silver
    assert (await ends(shop))[2] == ("live", MONDAY + timedelta(seconds=30 * 86400 * paid // 40))


async def test_what_was_free_by_something_that_nothing_backs_any_more_is_taken(shop: Shop) -> None:
    """A year of Silver, exchanged for Gold without paying more; Gold makes Platinum free; Silver's money goes back."""
    await shelf(shop)
    await shop.tier("Platinum", PLATINUM, price="40.00", days=30)
    await shop.terms("Gold", discount=100)
    year = await shop.price("Silver", "90", months=12)
    silver = (await shop.bill(ANN, "Silver", year)).order
    await shop.settle(shop.paid(silver, "pay_year"))
    await shop.worker.run_due()
    assert isinstance(await confirm(shop, await quote(shop)), Activated)
    await shop.settle(about(await payment(shop, silver), FactKind.REFUNDED, "re_silver", shop.moment))

    told = await shop.service.buy(GUILD, ANN, "Platinum")
    assert isinstance(told, Activated), "Gold was not judged yet"
    await shop.worker.run_due()

    assert [status for status, *_ in await spans(shop, GOLD)] == ["revoked"]
    assert [status for status, *_ in await spans(shop, PLATINUM)] == ["revoked"]
    assert shop.server.held[ANN] == set()
    await shop.turn(400 * DAY)
    assert shop.server.held[ANN] == set()
