"""Orders: what is paid gives a role, whatever happens on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.state import State
from bot.money import Money
from bot.payments.port import Kind
from bot.work import Job
from tests.memberships.shop import ANN, BOB, CID, DAY, GOLD, GUILD, MONDAY, OLIVIA, OTHER, SILVER, Shop


async def test_a_paid_order_gives_its_role_for_its_days(shop: Shop) -> None:
    await shop.tier(days=30)

    order = await shop.buy(ANN)

    assert order.state is State.PAID
    assert shop.hall.held[ANN] == {GOLD}
    assert await shop.rights() == [("live", MONDAY, MONDAY + 30 * DAY)]


async def test_the_role_goes_when_the_days_are_over(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)

    await shop.turn(30 * DAY - timedelta(seconds=1))
    assert shop.hall.held[ANN] == {GOLD}

    await shop.turn(timedelta(seconds=1))
    assert shop.hall.held[ANN] == set()
    assert [state for state, _, _ in await shop.rights()] == ["ended"]


async def test_buying_again_adds_the_days(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN, id_="pay_1")
    await shop.turn(10 * DAY)

    await shop.buy(ANN, id_="pay_2")

    assert [ends for _, _, ends in await shop.rights()] == [MONDAY + 30 * DAY, MONDAY + 60 * DAY]
    await shop.turn(45 * DAY)
    assert shop.hall.held[ANN] == {GOLD}
    await shop.turn(5 * DAY)
    assert shop.hall.held[ANN] == set()


async def test_a_refunded_month_lets_the_next_one_begin_at_once(shop: Shop) -> None:
    await shop.tier(days=30)
    first = await shop.buy(ANN, id_="pay_1")
    await shop.buy(ANN, id_="pay_2")

    await shop.service.refunds.ask(GUILD, str(first.id), OLIVIA, "a mistake")
    await shop.worker.run_due()

    assert shop.hall.held[ANN] == {GOLD}
    assert sorted(await shop.rights(), reverse=True) == [
        ("revoked", MONDAY, MONDAY + 30 * DAY),
        ("live", MONDAY, MONDAY + 30 * DAY),
    ]
    await shop.turn(30 * DAY)
    assert shop.hall.held[ANN] == set()


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

    assert len(await shop.rights()) == 1
    assert [call for call in shop.hall.calls if call[0] == "add"] == [("add", ANN, GOLD)]
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]


async def test_money_that_comes_after_the_link_expired_still_counts(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.turn(timedelta(minutes=31))
    assert (await shop.look(order)).state is State.EXPIRED

    await shop.settle(shop.paid(order))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is State.PAID
    assert shop.hall.held[ANN] == {GOLD}


async def test_expiry_asks_the_bank_a_last_time(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    shop.paid(order)

    await shop.turn(timedelta(minutes=31))

    assert (await shop.look(order)).state is State.PAID


async def test_a_silent_bank_leaves_the_order_open_until_it_answers(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    shop.bank.away = True
    await shop.turn(timedelta(minutes=31))
    assert (await shop.look(order)).state is State.PENDING

    shop.bank.away = False
    await shop.patience()

    assert (await shop.look(order)).state is State.EXPIRED


async def test_a_second_payment_for_one_order_is_given_back(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    first, second = shop.paid(order, "pay_1"), shop.paid(order, "pay_2")

    await shop.settle(second)
    await shop.settle(first)
    await shop.worker.run_due()

    assert len(shop.bank.refunds) == 1
    assert (await shop.look(order)).state is State.PAID
    assert shop.hall.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]
    assert len(await shop.rights()) == 1


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

    assert shop.bank.refunds == []
    assert (await shop.look(order)).state is State.PAID


@pytest.mark.parametrize(
    "wrong", [{"money": Money(1899, "USD")}, {"money": Money(1900, "JPY")}, {"ref": "co_of_somebody_else"}]
)
async def test_money_that_is_not_the_price_waits_for_the_owner(shop: Shop, wrong: dict[str, Any]) -> None:
    await shop.tier()
    order = await shop.order()

    await shop.settle(shop.paid(order, **wrong))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is State.REVIEW
    assert await shop.rights() == []
    assert shop.hall.held[ANN] == set()
    assert await shop.stuck() == ["order.review"]
    assert [waiting.id for waiting in (await shop.service.sales(GUILD)).waiting] == [order.id]


async def test_a_refund_closes_what_waited_for_the_owner(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.settle(shop.paid(order, money=Money(1, "USD")))
    await shop.worker.run_due()

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "wrong amount")
    await shop.patience()

    assert (await shop.look(order)).state is State.REFUNDED
    assert await shop.stuck() == []
    assert (await shop.balances())["clearing:bank"] == [Money(0, "USD")]


async def test_a_bank_that_contradicts_itself_changes_nothing(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    fact = shop.paid(order)
    await shop.settle(fact)

    await shop.settle(replace(fact, money=Money(1, "USD")))
    await shop.worker.run_due()

    assert (await shop.look(order)).state is State.PAID
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]


async def test_a_payment_of_one_order_does_not_pay_another(shop: Shop) -> None:
    await shop.tier()
    hers, his = await shop.order(ANN), await shop.order(BOB)
    fact = shop.paid(hers)
    await shop.settle(fact)

    await shop.settle(replace(fact, order_id=his.id, ref=his.ref or ""))
    await shop.worker.run_due()

    assert (await shop.look(his)).state is State.PENDING
    assert shop.hall.held[BOB] == set()


async def test_facts_about_no_order_of_ours_match_nothing(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    fact = shop.paid(order)

    assert not await shop.settle(replace(fact, order_id=404))
    assert not await shop.settle(replace(fact, guild_id=OTHER))
    async with shop.db.write() as tx:
        assert not await shop.service.settling.settle(tx, "another bank", [fact])

    assert (await shop.look(order)).state is State.PENDING


async def test_asking_twice_gives_the_same_open_order(shop: Shop) -> None:
    await shop.tier()

    first = await shop.service.buy(GUILD, ANN, "gold")
    second = await shop.service.buy(GUILD, ANN, "Gold ")

    assert (second.order.id, second.checkout.url) == (first.order.id, first.checkout.url)


async def test_a_new_order_is_made_when_the_old_link_is_nearly_over(shop: Shop) -> None:
    await shop.tier()
    first = await shop.order()

    await shop.turn(timedelta(minutes=26))

    assert (await shop.order()).id != first.id


async def test_an_order_begun_while_the_bank_was_away_is_finished_later(shop: Shop) -> None:
    await shop.tier()
    shop.bank.away = True
    with pytest.raises(RetryLater):
        await shop.order()

    shop.bank.away = False
    order = await shop.order()

    assert order.state is State.PENDING
    assert len((await shop.service.status(GUILD, ANN)).orders) == 1


async def test_unknown_plans_are_refused_with_a_way_on(shop: Shop) -> None:
    with pytest.raises(UserError, match="Nothing is on sale"):
        await shop.service.buy(GUILD, ANN, "Gold")
    await shop.tier()
    for typed in ("Golf", "0", "9" * 30, "**[x](https://evil.example)**"):
        with pytest.raises(UserError, match="There is no plan called"):
            await shop.service.buy(GUILD, ANN, typed)
    with pytest.raises(UserError, match="Nothing is on sale"):
        await shop.service.buy(OTHER, ANN, "Gold")

    assert (await shop.service.status(GUILD, ANN)).orders == ()


async def test_a_plan_whose_role_became_dangerous_is_not_sold(shop: Shop) -> None:
    await shop.tier()
    shop.hall.role(GOLD, "Gold", 2, dangerous=("ban_members",))

    with pytest.raises(UserError, match="cannot be bought at the moment"):
        await shop.order()


async def test_without_a_provider_nothing_is_sold(shop: Shop) -> None:
    await shop.service.tiers.create(
        GUILD, name="Odd", price="1", currency="XXX", days=1, role_id=GOLD, actor=OLIVIA, owner=True
    )

    with pytest.raises(UserError, match="cannot take payments"):
        await shop.order(plan="Odd")


async def test_only_the_own_order_can_be_looked_at(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(ANN)

    for user, number in ((CID, str(order.id)), (ANN, "404"), (ANN, "9" * 19), (ANN, "²"), (ANN, "")):
        with pytest.raises(UserError, match="not an order of yours"):
            await shop.service.check(GUILD, user, number)


async def test_only_what_was_paid_can_be_refunded(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()

    with pytest.raises(UserError, match="Nothing was paid"):
        await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "why not")
    with pytest.raises(UserError, match="no such order"):
        await shop.service.refunds.ask(OTHER, str(order.id), OLIVIA, "another server's")


async def test_a_refund_asked_for_twice_is_made_once(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy()

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked")
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked again")
    await shop.worker.run_due()

    assert len(shop.bank.refunds) == 1
    assert shop.hall.held[ANN] == set()


async def test_paying_members_are_counted_at_any_moment(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.tier("Silver", SILVER)
    await shop.buy(ANN, "Gold", "a")
    await shop.buy(ANN, "Silver", "b")
    await shop.turn(10 * DAY)
    bobs = await shop.buy(BOB, "Gold", "c")
    await shop.turn(1 * DAY)
    await shop.service.refunds.ask(GUILD, str(bobs.id), OLIVIA, "asked")
    await shop.worker.run_due()

    counts = [await shop.service.paying(GUILD, MONDAY + day * DAY) for day in (-1, 0, 5, 10, 11, 29, 30)]

    assert counts == [0, 1, 1, 2, 1, 1, 0]
    assert await shop.service.paying(OTHER, MONDAY) == 0


async def test_a_mismatch_is_told_in_words_that_lead_on(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    await shop.settle(shop.paid(order, money=Money(1, "USD")))

    with pytest.raises(NeedsAction, match="/order refund"):
        await shop.service.refunds.review(Job(1, GUILD, "order.review", str(order.id), MONDAY, 1, 0, {}))


async def test_polling_finds_what_no_webhook_told(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    polling = shop.service.polling
    await polling.tick()
    assert shop.bank.asked == 1

    shop.paid(order)
    await shop.service.buying.look(order)
    await shop.worker.run_due()

    assert shop.hall.held[ANN] == {GOLD}


async def test_polling_waits_longer_each_time_and_survives_a_silent_bank(shop: Shop) -> None:
    """In real time: the community's clock may stand."""
    await shop.tier()
    await shop.order()
    shop.bank.away = True
    polling = shop.service.polling

    for _ in range(5):
        await polling.tick()

    assert shop.bank.asked == 1
    [(_, wait, _)] = polling._plan.values()
    assert wait == timedelta(seconds=40)


async def test_polling_stops_two_days_after_the_link_expired(shop: Shop) -> None:
    await shop.tier()
    await shop.order()
    await shop.turn(timedelta(hours=49))
    shop.bank.asked = 0

    await shop.service.polling.tick()

    assert shop.bank.asked == 0


async def test_declined_payments_leave_the_order_open(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    declined = replace(shop.paid(order), kind=Kind.DECLINED, object_id="pay_0")

    await shop.settle(declined)
    await shop.worker.run_due()

    assert (await shop.look(order)).state is State.PENDING
