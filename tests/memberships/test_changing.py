"""Changing upwards: credit for unused days, shown before anything is paid; each day is counted once."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.memberships.changes import cards as change_cards
from bot.memberships.model import FOREVER, BillingKind, OrderStatus
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.proration import exchange, unused
from bot.memberships.orders.purchasing import Activated
from bot.money import Money
from tests.memberships.changes import EN, confirm, quote, shelf, upgraded
from tests.memberships.shop import (
    ANN,
    DAY,
    GOLD,
    GUILD,
    MONDAY,
    OLIVIA,
    SILVER,
    Shop,
    shown,
)


async def test_an_upgrade_credits_the_days_that_are_left(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)

    told = await quote(shop)

    assert (told.now, told.credit, told.due) == (True, 600, Money(1300, "USD"))  # 20 of 30 days of 9.00
    said = shown(change_cards.quote(EN, told))
    assert "Silver → Gold" in said
    assert "worth $6.00" in said and "Due now: $13.00" in said
    order = await upgraded(shop)
    assert (order.price, order.credit) == (Money(1300, "USD"), Money(600, "USD"))
    assert shop.server.held[ANN] == {GOLD}
    assert [(state, ends) for state, _, ends in await shop.held_entitlements()] == [
        ("replaced", MONDAY + 30 * DAY),
        ("live", MONDAY + 40 * DAY),
    ]


async def test_the_credit_is_cut_down_to_whole_cents(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(timedelta(seconds=1))

    assert (await quote(shop)).credit == 899


@given(
    paid=st.integers(0, 10**9),
    period=st.integers(1, 10**8),
    left=st.integers(-(10**8), 2 * 10**8),
    price=st.integers(1, 10**9),
)
def test_credit_is_never_more_than_was_paid_and_never_vanishes(
    paid: int, period: int, left: int, price: int
) -> None:
    ends = MONDAY + timedelta(seconds=period)
    credit = unused(paid, MONDAY, ends, ends - timedelta(seconds=left))

    assert 0 <= credit <= paid
    made = exchange(Money(price, "USD"), credit, timedelta(seconds=period))
    assert made.due == max(0, price - credit)
    assert made.used + made.lost == credit
    # What is above the price is time at that price, to the second.
    assert 0 <= max(0, credit - price) * period - made.extra * price < price or made.extra == 0
    forever = exchange(Money(price, "USD"), credit, None)
    assert forever.lost == max(0, credit - price) and forever.extra == 0


async def test_credit_above_the_price_makes_the_new_one_longer(shop: Shop) -> None:
    await shelf(shop)
    year = await shop.price("Silver", "90", months=12)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", year)).order, "pay_year"))
    await shop.worker.run_due()

    told = await quote(shop)
    assert told.due == Money(0, "USD")
    assert told.credit == 9000 and told.lost == 0
    assert "longer: it runs until" in shown(change_cards.quote(EN, told))

    made = await confirm(shop, told)
    await shop.worker.run_due()

    assert isinstance(made, Activated) and made.order is not None
    assert made.order.state is OrderStatus.PAID
    assert (
        made.entitlement.ends_at
        == told.ends_at
        == MONDAY + 30 * DAY + timedelta(seconds=71 * 30 * 86400 // 19)
    )
    assert shop.server.held[ANN] == {GOLD}
    assert "nothing to pay" in shown(change_cards.quote(EN, told))
    assert sum(len(facts) for facts in shop.provider.known.values()) == 1  # nothing was charged but the year


async def test_what_is_for_ever_cannot_be_made_longer_and_the_card_says_so(shop: Shop) -> None:
    await shelf(shop)
    year = await shop.price("Silver", "90", months=12)
    lifetime = await shop.price("Gold", "50", way=BillingKind.LIFETIME)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", year)).order, "pay_year"))

    told = await quote(shop, "Gold", lifetime)

    assert (told.due.amount, told.credit, told.lost, told.ends_at) == (0, 5000, 4000, FOREVER)
    assert "$40.00 of what your days are worth is more than the price" in shown(change_cards.quote(EN, told))


async def test_credit_is_never_more_than_was_really_paid(shop: Shop) -> None:
    """A refund of a part counts, and so does a credit whose money went back."""
    await shelf(shop)
    order = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "a part", "4.00")
    await shop.worker.run_due()

    assert (await quote(shop)).credit == 500


async def test_credit_on_credit_is_worth_what_stands_behind_it(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await upgraded(shop)
    assert (await quote(shop, "Platinum")).credit == 1900  # 10.00 paid now, 9.00 before

    await shop.settle(shop.refunded(next(iter(shop.provider.known[silver.ref or ""])), "re_silver"))
    await shop.worker.run_due()

    assert (await quote(shop, "Platinum")).credit == 1000


async def test_what_was_bought_ahead_is_credited_with_it(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    await shop.buy(ANN, "Silver", "pay_2")
    await shop.turn(15 * DAY)

    assert (await quote(shop)).credit == 450 + 900
    await upgraded(shop)

    assert sorted(state for state, _, _ in await shop.held_entitlements()) == ["live", "replaced", "replaced"]
    await shop.turn(60 * DAY)
    assert shop.server.held[ANN] == set()


async def test_days_that_are_bought_while_the_upgrade_is_open_are_not_swallowed(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_1")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, PendingOrder)
    await shop.buy(ANN, "Silver", "pay_2")

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert [state for state, _, _ in await shop.held_entitlements()] == ["replaced", "live", "live"]


async def test_one_membership_is_exchanged_once(shop: Shop) -> None:
    """Two links for two upgrades of the same days: the second payment goes back."""
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    await shop.buy(ANN, "Silver", "pay_silver")
    bills = [await confirm(shop, await quote(shop, plan)) for plan in ("Gold", "Platinum")]
    first, second = [bill for bill in bills if isinstance(bill, PendingOrder)]

    await shop.settle(shop.paid(first.order, "pay_1"))
    await shop.settle(shop.paid(second.order, "pay_2"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(second.order)).state is OrderStatus.REFUNDED
    assert len(shop.provider.refunds) == 1


async def test_a_refunded_upgrade_gives_the_old_membership_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    order = await upgraded(shop)
    assert shop.server.held[ANN] == {GOLD}

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "regretted")
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {SILVER}
    assert [state for state, _, _ in await shop.held_entitlements()] == ["live", "revoked"]


async def test_money_for_an_upgrade_of_what_is_over_goes_back(shop: Shop) -> None:
    await shelf(shop)
    old = await shop.buy(ANN, "Silver", "pay_silver")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, PendingOrder)
    await shop.service.refunds.ask(GUILD, str(old.id), OLIVIA, "regretted")
    await shop.worker.run_due()

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert (await shop.look(bill.order)).state is OrderStatus.REFUNDED
    assert (await shop.balances())["clearing:bank"] == [Money(0, "USD")]
