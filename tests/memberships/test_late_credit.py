"""Unused days are credited as quoted while the link lives; whoever pays later is credited what is unused then."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.errors import UserError
from bot.memberships.changes import cards as change_cards
from bot.memberships.membership_actions import CONFIRM_CHANGE
from bot.memberships.model import BillingKind, Order, OrderStatus, Refusal
from bot.memberships.orders.checkouts import PendingOrder
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import FactKind
from tests.memberships.changes import EN, quote, shelf, upgraded
from tests.memberships.money import about, ends, happen, payment
from tests.memberships.shop import ANN, DAY, GUILD, MONDAY, OLIVIA, Shop, actions
from tests.memberships.transfers import give_back

WEEK = 7 * DAY
"""How long the link of a bank transfer lives."""
PER_SECOND = 30 * 86400


async def asked(shop: Shop, price_id: int | None = None) -> Order:
    """Ten days of Silver ($9.00) are used when Ann asks for Gold ($19.00, $6.00 of credit) by bank transfer."""
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    return await by_transfer(shop)


async def by_transfer(shop: Shop, **way: object) -> Order:
    shop.providers["manual"] = ManualProvider("To Olivia, account 12345", ["USD"])
    price = await shop.price("Gold", "38", **way) if way else None
    [action] = [
        one for one in actions(change_cards.quote(EN, await quote(shop, price=price))) if "confirm" in one
    ]
    draft = CONFIRM_CHANGE.decode(action)[0]
    bill = await shop.service.changes.confirm(GUILD, ANN, draft, "manual")
    assert isinstance(bill, PendingOrder)
    return bill.order


async def came(shop: Shop, order: Order, arrived: str | None = None, amount: str | None = None) -> Order:
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came", amount, arrived)
    await shop.worker.run_due()
    return await shop.look(order)


def gold_for(cents: int, since: datetime) -> datetime:
    """Where Gold ends that began then, when so much of its $19.00 is worth something."""
    return since + timedelta(seconds=PER_SECOND * cents // 1900)


async def test_who_pays_in_time_is_credited_what_was_quoted(shop: Shop) -> None:
    order = await asked(shop)
    await shop.turn(6 * DAY)

    await came(shop, order)

    assert (await ends(shop))[1] == ("live", shop.moment + 30 * DAY)


async def test_who_pays_late_is_credited_what_is_unused_then(shop: Shop) -> None:
    order = await asked(shop)
    await shop.turn(15 * DAY)  # five days of Silver are left, worth $1.50

    await came(shop, order, f"{shop.moment:%Y-%m-%d}")

    assert await ends(shop) == [("replaced", MONDAY + 30 * DAY), ("live", gold_for(1300 + 150, shop.moment))]


async def test_the_owner_says_when_late_money_arrived(shop: Shop) -> None:
    """Credit depends on it, so without it nothing is noted."""
    order = await asked(shop)
    await shop.turn(15 * DAY)

    with pytest.raises(UserError, match="on which day the money came"):
        await came(shop, order)
    assert (await shop.look(order)).state is OrderStatus.EXPIRED
    await came(shop, order, f"{order.expires_at:%Y-%m-%d}")

    assert (await ends(shop))[1] == ("live", shop.moment + 30 * DAY), "it came in time"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("tomorrow", "not a date"),
        ("2026-13-01", "not a date"),
        ("2199-01-01", "still to come"),
        ("2016-01-01", "before that"),
    ],
)
async def test_a_day_that_cannot_be_is_refused(shop: Shop, typed: str, told: str) -> None:
    order = await asked(shop)

    with pytest.raises(UserError, match=told):
        await came(shop, order, typed)

    assert (await shop.look(order)).state is OrderStatus.PENDING


async def test_one_early_cent_does_not_make_the_rest_early(shop: Shop) -> None:
    order = await asked(shop)
    await came(shop, order, amount="0.01")
    await shop.turn(15 * DAY)

    await came(shop, order, f"{shop.moment:%Y-%m-%d}")

    assert (await ends(shop))[1] == ("live", gold_for(1300 + 150, shop.moment))


async def test_days_used_after_a_refund_are_not_credited_when_it_is_paid_again(shop: Shop) -> None:
    order = await asked(shop)
    await came(shop, order)
    await give_back(shop, order)
    await shop.turn(15 * DAY)  # Silver was back, and runs

    await came(shop, order, f"{shop.moment:%Y-%m-%d}")

    assert await ends(shop) == [("replaced", MONDAY + 30 * DAY), ("live", gold_for(1300 + 150, shop.moment))]


async def test_nor_when_the_refund_fails(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    gold = await upgraded(shop)
    paid = await payment(shop, gold)
    await happen(shop, paid, FactKind.REFUNDED)
    await shop.turn(15 * DAY)  # fifteen more days of Silver were used

    await shop.settle(about(paid, FactKind.REFUND_FAILED, "x_1", shop.moment))
    await shop.worker.run_due()

    assert (await ends(shop))[1] == ("live", gold_for(1300 + 150, shop.moment))


async def test_what_is_for_ever_is_not_made_shorter_so_late_money_goes_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    order = await by_transfer(shop, way=BillingKind.LIFETIME)
    await shop.turn(15 * DAY)

    order = await came(shop, order, f"{shop.moment:%Y-%m-%d}")

    assert (order.state, order.refused) == (OrderStatus.REVIEW, Refusal.CHANGED)
    assert await ends(shop) == [("live", MONDAY + 30 * DAY)]
    assert await shop.stuck() == ["order.refund"]


@pytest.mark.parametrize("after", range(0, 30, 3))
async def test_no_day_is_credited_that_was_used(shop: Shop, after: int) -> None:
    """What Ann had of Silver and what she was credited for it are never more than the $9.00 that she paid."""
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(DAY)
    order = await by_transfer(shop)
    await shop.turn(after * DAY)

    order = await came(shop, order, f"{shop.moment:%Y-%m-%d}")

    used = 900 * (1 + after) // 30
    credited = order.credit.amount if order.kept is None else order.kept
    quoted_for = min(after, WEEK // DAY)
    if order.refused is None:
        assert used + credited <= 900 + 900 * quoted_for // 30
