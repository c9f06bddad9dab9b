"""Buying in every way: what is allowed, what is said, what is due."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.changes import cards as change_cards
from bot.memberships.model import BillingKind, OrderStatus
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated, PurchaseChoice
from bot.money import Money
from bot.payments.port import Phase
from tests.memberships.shop import ANN, BOB, CID, DAY, GOLD, GUILD, MONDAY, OLIVIA, SILVER, Shop, shown

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")


async def test_a_plan_with_several_prices_asks_which(shop: Shop) -> None:
    tier = await shop.tier()
    await shop.price("Gold", "50", months=3)
    await shop.price("Gold", "99", way=BillingKind.LIFETIME)

    told = await shop.service.buy(GUILD, ANN, "Gold")

    assert isinstance(told, PurchaseChoice)
    assert [price.money.amount for price in told.prices] == [1900, 5000, 9900]
    assert "Which price?" in shown(change_cards.choice(EN, told))
    bill = await shop.service.purchasing.press(GUILD, ANN, told.prices[1].id, "bank")
    assert isinstance(bill, PendingOrder) and bill.order.price == Money(5000, "USD")
    assert bill.order.tier.id == tier.id


@pytest.mark.parametrize("months", [1, 3, 12])
async def test_prepaid_months_are_calendar_months(shop: Shop, months: int) -> None:
    await shop.tier()
    price = await shop.price("Gold", "50", months=months)

    order = (await shop.bill(ANN, "Gold", price)).order
    await shop.settle(shop.paid(order))

    [(_, starts, ends)] = await shop.held_entitlements()
    assert (ends.year * 12 + ends.month) - (starts.year * 12 + starts.month) == months
    assert ends.day == starts.day


async def test_what_is_bought_for_ever_never_ends_and_cannot_be_bought_again(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "99", way=BillingKind.LIFETIME)
    order = (await shop.bill(ANN, "Gold", price)).order
    await shop.settle(shop.paid(order))
    await shop.turn(4000 * DAY)
    assert shop.server.held[ANN] == {GOLD}

    for one in (price.id, (await shop.service.catalog.products(GUILD))[0].prices[0].id):
        with pytest.raises(UserError, match="for ever"):
            await shop.service.buy(GUILD, ANN, "Gold", str(one))


async def test_buying_more_says_from_when(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)

    bill = await shop.bill(ANN)

    assert bill.begins == MONDAY + 30 * DAY
    assert f"<t:{int((MONDAY + 30 * DAY).timestamp())}:f>" in shown(order_cards.pay(EN, bill))
    first = order_cards.pay(EN, await shop.bill(BOB))
    assert "It begins on" not in shown(first)
    assert f"<@{BOB}>" in shown(first)


async def test_a_subscription_is_not_sold_twice(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    order = await shop.subscribe(ANN, "Gold", price)
    assert shop.server.held[ANN] == {GOLD}

    once = (await shop.service.catalog.products(GUILD))[0].prices[0]
    for one in (price, once):
        with pytest.raises(UserError, match="renews by itself"):
            await shop.bill(ANN, "Gold", one)

    await shop.phase(order, Phase.ENDING)
    with pytest.raises(UserError, match="button to keep it"):
        await shop.bill(ANN, "Gold", price)
    assert (await shop.bill(ANN, "Gold", once)).begins is not None


async def test_who_has_paid_days_is_led_to_the_change_that_counts_them(shop: Shop) -> None:
    await shop.tier()
    recurring = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    lifetime = await shop.price("Gold", "99", way=BillingKind.LIFETIME)
    once = (await shop.service.catalog.products(GUILD))[0].prices
    await shop.settle(
        shop.paid((await shop.bill(ANN, "Gold", next(p for p in once if p.duration.days))).order)
    )

    for price in (recurring, lifetime):
        with pytest.raises(UserError, match="/membership change"):
            await shop.bill(ANN, "Gold", price)


async def test_a_trial_begins_at_once_and_ends_by_itself(shop: Shop) -> None:
    await shop.tier()
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)

    told = await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))
    await shop.worker.run_due()

    assert isinstance(told, Activated) and told.order is None
    assert "Your trial of Gold has begun" in shown(change_cards.given(EN, told))
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.service.status(GUILD, ANN)).orders == ()
    await shop.turn(7 * DAY)
    assert shop.server.held[ANN] == set()


async def test_a_trial_is_had_once_and_not_after_the_plan(shop: Shop) -> None:
    await shop.tier(days=3)
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))
    once = next(p for p in (await shop.service.catalog.products(GUILD))[0].prices if p.id != trial.id)
    await shop.settle(shop.paid((await shop.bill(BOB, "Gold", once)).order))
    await shop.turn(20 * DAY)

    for user in (ANN, BOB):
        with pytest.raises(UserError, match="or its trial"):
            await shop.service.buy(GUILD, user, "Gold", str(trial.id))
    assert isinstance(await shop.service.buy(GUILD, CID, "Gold", str(trial.id)), Activated)


async def test_two_trials_asked_for_at_the_same_time_are_one(shop: Shop) -> None:
    await shop.tier()
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)

    told = await asyncio.gather(
        *(shop.service.buy(GUILD, ANN, "Gold", str(trial.id)) for _ in range(4)), return_exceptions=True
    )

    assert sum(isinstance(one, Activated) for one in told) == 1
    assert sum(isinstance(one, UserError) for one in told) == 3
    assert (await shop.rows())["entitlement"] == 1


async def test_paid_days_follow_a_trial(shop: Shop) -> None:
    await shop.tier(days=30)
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))
    once = next(p for p in (await shop.service.catalog.products(GUILD))[0].prices if p.id != trial.id)

    await shop.settle(shop.paid((await shop.bill(ANN, "Gold", once)).order))

    assert [ends for _, _, ends in await shop.held_entitlements()] == [MONDAY + 7 * DAY, MONDAY + 37 * DAY]


# Seats.


async def test_the_last_seat_is_kept_for_who_is_paying(shop: Shop) -> None:
    await shop.tier()
    await shop.terms("Gold", seats=1)
    order = await shop.order(ANN)

    with pytest.raises(UserError, match="sold out"):
        await shop.order(BOB)
    assert (await shop.order(ANN)).id == order.id  # her own does not stand in her way

    await shop.turn(timedelta(minutes=31))
    await shop.order(BOB)


async def test_many_at_once_cannot_take_one_seat(shop: Shop) -> None:
    await shop.tier()
    await shop.terms("Gold", seats=2)

    told = await asyncio.gather(
        *(shop.order(user) for user in (ANN, BOB, CID, OLIVIA)), return_exceptions=True
    )

    assert sum(isinstance(one, UserError) for one in told) == 2


async def test_money_that_comes_late_for_a_seat_that_is_gone_goes_back(shop: Shop) -> None:
    await shop.tier()
    await shop.terms("Gold", seats=1)
    late = await shop.order(ANN)
    await shop.turn(timedelta(minutes=31))
    await shop.buy(BOB, id_="pay_bob")

    await shop.settle(shop.paid(late, "pay_late"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert shop.server.held[BOB] == {GOLD}
    assert (await shop.look(late)).state is OrderStatus.REFUNDED
    assert [key.rpartition(":")[2] for key in shop.provider.refunds] == ["pay_late"]
    assert (await shop.balances())["clearing:bank"] == [Money(1900, "USD")]


async def test_control_late_money_is_honoured_while_a_seat_is_free(shop: Shop) -> None:
    await shop.tier()
    await shop.terms("Gold", seats=2)
    late = await shop.order(ANN)
    await shop.turn(timedelta(minutes=31))
    await shop.buy(BOB, id_="pay_bob")

    await shop.settle(shop.paid(late, "pay_late"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    assert shop.provider.refunds == []


async def test_who_paid_in_time_keeps_the_seat_though_the_owner_took_it_away(shop: Shop) -> None:
    await shop.tier()
    orders = [await shop.order(user) for user in (ANN, BOB)]
    await shop.terms("Gold", seats=1)

    for order in orders:
        await shop.settle(shop.paid(order, f"pay_{order.user_id}"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == shop.server.held[BOB] == {GOLD}


async def test_a_refused_subscription_is_ended_too(shop: Shop) -> None:
    """Else the bank would charge month after month, and every month it would go back."""
    await shop.tier()
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.terms("Gold", seats=1)
    late = (await shop.bill(ANN, "Gold", price)).order
    await shop.turn(timedelta(minutes=31))
    once = (await shop.service.catalog.products(GUILD))[0].prices[0]
    await shop.settle(shop.paid((await shop.bill(BOB, "Gold", once)).order))

    ref = late.ref or ""
    await shop.provider.set_ending(ref, False)
    shop.provider.take(late, ref, late.price, shop.moment)
    await shop.news(late)

    assert shop.provider.subscriptions[ref].phase is Phase.ENDING
    assert len(shop.provider.refunds) == 1


# The discount of another tier.


async def test_another_membership_takes_its_discount_off_rounded_down(shop: Shop) -> None:
    await shop.tier("Silver", SILVER, price="5.00")
    await shop.terms("Silver", discount=15)
    await shop.tier("Gold", GOLD, price="19.99")
    await shop.buy(ANN, "Silver", "pay_silver")

    bill = await shop.bill(ANN, "Gold")

    assert bill.order.price == Money(1699, "USD")  # 19.99 × 0.85 = 16.9915
    assert bill.order.discount == 300
    assert "took $3.00 off" in shown(order_cards.pay(EN, bill))
    assert (await shop.bill(BOB, "Gold")).order.price == Money(1999, "USD")
    assert (await shop.bill(ANN, "Silver")).order.price == Money(500, "USD")  # not off itself
    await shop.settle(shop.paid(bill.order, "pay_gold"))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD, SILVER}


async def test_of_a_subscription_only_the_first_payment_is_less(shop: Shop) -> None:
    await shop.tier("Silver", SILVER)
    await shop.terms("Silver", discount=50)
    await shop.tier("Gold", GOLD)
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.buy(ANN, "Silver", "pay_silver")

    order = await shop.subscribe(ANN, "Gold", price)

    assert (order.price, order.renewal) == (Money(750, "USD"), Money(1500, "USD"))
    assert (await shop.renew(order)).state is OrderStatus.PAID
    assert len(await shop.held_entitlements()) == 2


async def test_what_a_discount_pays_as_a_whole_is_given_without_a_payment(shop: Shop) -> None:
    await shop.tier("Silver", SILVER)
    await shop.terms("Silver", discount=100)
    await shop.tier("Gold", GOLD)
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.buy(ANN, "Silver", "pay_silver")
    once = next(p for p in (await shop.service.catalog.products(GUILD))[1].prices if p.id != price.id)

    told = await shop.service.buy(GUILD, ANN, "Gold", str(once.id))
    await shop.worker.run_due()

    assert isinstance(told, Activated) and told.order is not None and told.order.state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD, SILVER}


async def test_a_subscription_does_not_begin_with_nothing(shop: Shop) -> None:
    await shop.tier("Silver", SILVER)
    await shop.terms("Silver", discount=100)
    await shop.tier("Gold", GOLD)
    price = await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    await shop.buy(ANN, "Silver", "pay_silver")

    with pytest.raises(UserError, match="cannot begin with nothing to pay"):
        await shop.bill(ANN, "Gold", price)


async def test_an_ended_membership_takes_nothing_off(shop: Shop) -> None:
    await shop.tier("Silver", SILVER, days=10)
    await shop.terms("Silver", discount=50)
    await shop.tier("Gold", GOLD)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(11 * DAY)

    assert (await shop.bill(ANN, "Gold")).order.price == Money(1900, "USD")


# The link.


async def test_a_link_is_for_one_member_one_order_and_half_an_hour(shop: Shop) -> None:
    """After that the provider is told to take no more money there."""
    await shop.tier()
    hers, his = await shop.bill(ANN), await shop.bill(BOB)

    assert hers.checkout.url != his.checkout.url
    assert hers.checkout.expires_at == MONDAY + timedelta(minutes=30)
    await shop.turn(timedelta(minutes=30))
    assert set(shop.provider.closed) == {hers.order.ref, his.order.ref}


async def test_a_price_that_was_changed_meanwhile_is_not_sold(shop: Shop) -> None:
    await shop.tier()
    old = (await shop.service.catalog.products(GUILD))[0].prices[0]
    await shop.price("Gold", "25", days=30)

    with pytest.raises(UserError, match="not sold at that price"):
        await shop.service.purchasing.press(GUILD, ANN, old.id, None)
    with pytest.raises(UserError, match="not sold at that price"):
        await shop.service.buy(GUILD, ANN, "Gold", str(old.id))


@pytest.mark.parametrize("typed", ["", " ", "\u200b"])
async def test_an_empty_plan_is_answered_with_what_to_do(shop: Shop, typed: str) -> None:
    await shop.tier()

    with pytest.raises(UserError, match="You have not typed a name"):
        await shop.service.buy(GUILD, ANN, typed)
    with pytest.raises(UserError, match="There is no plan called Silver"):
        await shop.service.buy(GUILD, ANN, "Silver")
