"""Discounts are bound to what gives them: when that ends, or its money goes back, so does what it gave."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.model import BillingKind, OrderStatus
from bot.memberships.orders.checkouts import PendingOrder
from bot.money import Money
from bot.payments.port import FactKind
from tests.memberships.discounts import free, money_back, price_of, shelf, spans
from tests.memberships.orders import read, transfer
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, HELPER, MONDAY, OLIVIA, SILVER, Shop


async def test_a_discount_of_everything_is_no_mint(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    for _ in range(3):
        with pytest.raises(UserError, match="once at a time"):
            await shop.service.buy(GUILD, ANN, "Gold")

    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_what_was_got_for_nothing_ends_with_what_gave_it(shop: Shop) -> None:
    await shelf(shop, 100)
    lifetime = await shop.price("Gold", "190", way=BillingKind.LIFETIME)
    await shop.buy(ANN, "Silver", "pay_silver")

    await free(shop, price=lifetime)
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]

    await shop.buy(ANN, "Silver", "pay_more")  # Silver goes on, and Gold begins anew when it is over
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == {SILVER}
    await free(shop, price=lifetime)
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == set()


async def test_a_subscription_that_renews_goes_on_giving_it(shop: Shop) -> None:
    await shelf(shop, 100)
    monthly = await shop.price("Silver", "15", months=1, way=BillingKind.RECURRING)
    lifetime = await shop.price("Gold", "190", way=BillingKind.LIFETIME)
    silver = await shop.subscribe(ANN, "Silver", monthly)
    await free(shop, price=lifetime)
    [(_, _, first)] = await spans(shop, GOLD)

    await shop.turn(30 * DAY)
    await shop.renew(silver)

    [(status, _, later)] = await spans(shop, GOLD)
    assert status == "live"
    assert later > first + 28 * DAY
    await shop.turn(40 * DAY)
    assert shop.server.held[ANN] == set()


async def test_it_ends_when_the_money_behind_goes_back_and_comes_back_with_it(shop: Shop) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    await shop.turn(10 * DAY)

    back = await money_back(shop, silver)
    assert shop.server.held[ANN] == set()
    assert [status for status, _, _ in await spans(shop, GOLD)] == ["revoked"]

    await shop.settle(replace(back, kind=FactKind.REFUND_FAILED))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD, SILVER}
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_part_of_the_price_pays_a_part_of_the_days_once_the_discount_is_gone(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await shop.buy(ANN, "Gold", "pay_gold")
    assert gold.price == Money(950, "USD")

    back = await money_back(shop, silver)
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]
    assert shop.server.held[ANN] == {GOLD}

    await shop.settle(replace(back, kind=FactKind.REFUND_FAILED))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_a_lost_dispute_takes_the_discount_and_a_won_one_gives_it_again(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")
    [paid] = shop.provider.known[silver.ref or ""]
    disputed = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id=paid.object_id)

    await shop.settle(disputed)
    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_LOST, at=MONDAY + timedelta(minutes=1)))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 15 * DAY)]

    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_WON, at=MONDAY + timedelta(minutes=2)))
    assert await spans(shop, GOLD) == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_what_was_got_for_nothing_rests_while_a_bank_decides(shop: Shop) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)
    [paid] = shop.provider.known[silver.ref or ""]
    disputed = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id=paid.object_id)

    await shop.settle(disputed)
    await shop.worker.run_due()
    assert shop.server.held[ANN] == set()
    assert [status for status, _, _ in await spans(shop, GOLD)] == ["suspended"]

    await shop.settle(replace(disputed, kind=FactKind.DISPUTE_WON))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD, SILVER}


async def test_the_regular_end_of_what_gave_it_takes_no_day_that_was_paid_for(shop: Shop) -> None:
    await shelf(shop, 50, days=10)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Gold", "pay_gold")

    await shop.turn(20 * DAY)

    assert shop.server.held[ANN] == {GOLD}


async def test_a_link_opened_with_a_discount_is_worth_nothing_once_that_is_gone(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    gold = await shop.order(ANN, "Gold")
    assert gold.price == Money(950, "USD")
    await money_back(shop, silver)

    await shop.settle(shop.paid(gold, "pay_gold"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert (await shop.look(gold)).state is OrderStatus.REFUNDED
    assert (await shop.bill(ANN, "Gold")).order.price == Money(1900, "USD")


async def test_two_links_with_one_discount_both_hold(shop: Shop) -> None:
    """A part off is as the terms say: off every purchase while the membership runs."""
    await shelf(shop, 50)
    monthly = await shop.price("Gold", "18", months=1, way=BillingKind.PREPAID)
    await shop.buy(ANN, "Silver", "pay_silver")
    once = (await shop.bill(ANN, "Gold", await price_of(shop, "Gold"))).order
    prepaid = (await shop.bill(ANN, "Gold", monthly)).order

    await shop.settle(shop.paid(once, "pay_1"))
    await shop.settle(shop.paid(prepaid, "pay_2"))

    assert [state for state, _, _ in await spans(shop, GOLD)] == ["live", "live"]


async def test_nobody_gives_days_away_for_what_costs_nothing(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Bronze", HELPER, "5.00")
    await shop.buy(ANN, "Bronze", "pay_bronze")
    await shop.buy(ANN, "Silver", "pay_silver")

    with pytest.raises(UserError, match="costs you nothing"):
        await shop.service.change_pricing.propose(GUILD, ANN, "Gold", None, "Bronze")


async def test_a_transfer_in_parts_keeps_its_discount_to_the_last_part(shop: Shop) -> None:
    await shelf(shop, 50)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await transfer(shop, ANN, "Gold")
    told = await shop.service.buy(GUILD, ANN, "Gold", str((await price_of(shop, "Gold")).id), "manual")
    assert isinstance(told, PendingOrder)
    marks = shop.service.offline_payments
    await marks.mark(GUILD, str(told.order.id), OLIVIA, "came", "5")
    await money_back(shop, silver)

    marked = await marks.mark(GUILD, str(told.order.id), OLIVIA, "the rest")
    await shop.worker.run_due()

    assert marked.order.state is OrderStatus.REVIEW
    assert shop.server.held[ANN] == set()
    assert await shop.stuck() == ["order.refund", "order.refund"]


async def test_the_refund_s_preview_says_what_goes_with_the_discount(shop: Shop, texts: Catalog) -> None:
    await shelf(shop, 100)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await free(shop)

    draft = await shop.service.refunds.draft(GUILD, str(silver.id), OLIVIA, "she asked")

    assert sorted(draft.going) == [GOLD, SILVER]
    told = read(backoffice_answers.refund_drafted(texts.of("en"), draft))
    assert "Its discount goes with it" in told
    assert "**Gold**" in told


async def test_two_presses_at_once_give_it_once(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.buy(ANN, "Silver", "pay_silver")

    told = await asyncio.gather(
        *(shop.service.buy(GUILD, ANN, "Gold") for _ in range(3)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in told) == ["Activated", "UserError", "UserError"]
    assert [status for status, _, _ in await spans(shop, GOLD) if status == "live"] == ["live"]


async def test_a_plan_for_later_that_costs_nothing_needs_its_giver_until_then(shop: Shop) -> None:
    await shelf(shop, 100)
    await shop.tier("Bronze", HELPER, "40.00")
    await shop.buy(ANN, "Bronze", "pay_bronze")
    await shop.buy(ANN, "Silver", "pay_silver")

    with pytest.raises(UserError, match="ends before"):
        await shop.service.change_pricing.propose(GUILD, ANN, "Gold", None, "Bronze")
