"""Money that comes late, twice, wrong or unheard of ends in its defined place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NeedsAction
from bot.memberships.model import OrderStatus, Search
from bot.money import Money
from bot.payments.port import FactKind
from bot.work import Job
from tests.memberships.shop import ANN, BOB, GOLD, GUILD, MONDAY, OLIVIA, OTHER, Shop


async def test_the_ledger_sums_to_nothing_and_tells_what_was_sold(shop: Shop) -> None:
    tier = await shop.tier(price="19.00")
    order = await shop.buy(ANN)
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for it")
    await shop.worker.run_due()

    accounts = await shop.balances()

    assert accounts[f"sales:{tier.id}"] == [Money(-1900, "USD")]
    assert accounts[f"refunds:{tier.id}"] == [Money(1900, "USD")]
    assert sum(money.amount for sums in accounts.values() for money in sums) == 0


async def test_the_same_fact_twice_counts_once(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    fact = shop.paid(order)

    for _ in range(3):
        await shop.settle(fact, fact)
        await shop.worker.run_due()

    assert len(await shop.held_entitlements()) == 1
    assert [call for call in shop.server.calls if call[0] == "add"] == [("add", ANN, GOLD)]
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]


async def test_money_that_comes_after_the_link_expired_still_counts(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.turn(timedelta(minutes=31))
    assert (await shop.look(order)).state is OrderStatus.EXPIRED

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}


async def test_expiry_asks_the_bank_a_last_time(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    shop.paid(order)

    await shop.turn(timedelta(minutes=31))

    assert (await shop.look(order)).state is OrderStatus.PAID


async def test_a_silent_bank_leaves_the_order_open_until_it_answers(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    shop.provider.away = True
    await shop.turn(timedelta(minutes=31))
    assert (await shop.look(order)).state is OrderStatus.PENDING

    shop.provider.away = False
    await shop.patience()

    assert (await shop.look(order)).state is OrderStatus.EXPIRED


async def test_a_second_payment_for_one_order_is_given_back(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    first, second = shop.paid(order, "pay_1"), shop.paid(order, "pay_2")

    await shop.settle(second)
    await shop.settle(first)
    await shop.worker.run_due()

    assert len(shop.provider.refunds) == 1
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]
    assert len(await shop.held_entitlements()) == 1


async def test_a_refund_of_a_second_payment_is_not_made_when_the_first_went_back_meanwhile(
    shop: Shop,
) -> None:
    """It would leave the member with neither money nor membership."""
    await shop.tier()
    order = await shop.order()
    first, second = shop.paid(order, "pay_1"), shop.paid(order, "pay_2")
    await shop.settle(first, second)

    await shop.settle(shop.refunded(first))
    await shop.worker.run_due()

    assert shop.provider.refunds == []
    assert (await shop.look(order)).state is OrderStatus.PAID


@pytest.mark.parametrize(
    "wrong", [{"money": Money(1899, "USD")}, {"money": Money(1900, "JPY")}, {"ref": "co_of_somebody_else"}]
)
async def test_money_that_is_not_the_price_waits_for_the_owner(shop: Shop, wrong: dict[str, Any]) -> None:
    await shop.tier()
    order = await shop.order()

    await shop.settle(shop.paid(order, **wrong))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.REVIEW
    assert await shop.held_entitlements() == []
    assert shop.server.held[ANN] == set()
    assert await shop.stuck() == ["order.review"]
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None
    assert (waiting.finding, waiting.order.id) == ("payment-mismatch", order.id)


async def test_a_refund_closes_what_waited_for_the_owner(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.settle(shop.paid(order, money=Money(1, "USD")))
    await shop.worker.run_due()

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "wrong amount")
    await shop.patience()

    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert await shop.stuck() == []
    assert (await shop.balances())["clearing:bank"] == [Money(0, "USD")]


async def test_a_bank_that_contradicts_itself_changes_nothing(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    fact = shop.paid(order)
    await shop.settle(fact)

    await shop.settle(replace(fact, money=Money(1, "USD")))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.PAID
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]


async def test_a_payment_of_one_order_does_not_pay_another(shop: Shop) -> None:
    await shop.tier()
    hers, his = await shop.order(ANN), await shop.order(BOB)
    fact = shop.paid(hers)
    await shop.settle(fact)

    await shop.settle(replace(fact, order_id=his.id, ref=his.ref or ""))
    await shop.worker.run_due()

    assert (await shop.look(his)).state is OrderStatus.PENDING
    assert shop.server.held[BOB] == set()


async def test_facts_about_no_order_of_ours_match_nothing(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    fact = shop.paid(order)

    assert not await shop.settle(replace(fact, order_id=404))
    assert not await shop.settle(replace(fact, guild_id=OTHER))
    async with shop.db.write() as tx:
        assert not await shop.service.settlement.settle(tx, "another bank", [fact])

    assert (await shop.look(order)).state is OrderStatus.PENDING


async def test_a_mismatch_is_told_in_words_that_lead_on(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.settle(shop.paid(order, money=Money(1, "USD")))

    with pytest.raises(NeedsAction, match="/order refund"):
        await shop.service.refunds.review(
            Job(
                id=1,
                guild_id=GUILD,
                kind="order.review",
                key=str(order.id),
                due=MONDAY,
                tries=1,
                generation=0,
                payload={},
            )
        )


async def test_declined_payments_leave_the_order_open(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    declined = replace(shop.paid(order), kind=FactKind.DECLINED, object_id="pay_0")

    await shop.settle(declined)
    await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.PENDING
