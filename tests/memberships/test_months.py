"""Months bought one behind the other, in the shop: no day is lost, whatever is refunded in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.memberships.model import Price
from bot.payments.port import Fact
from tests.memberships.shop import ANN, DAY, GUILD, Shop

MONTH_END = datetime(2027, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
async def month(shop: Shop) -> Price:
    """It is 31 January, and Gold is sold for months."""
    shop.moment = MONTH_END
    await shop.tier()
    return await shop.price("Gold", "15", months=1)


async def pay(shop: Shop, price: Price, id_: str) -> Fact:
    payment = shop.paid((await shop.bill(ANN, "Gold", price)).order, id_)
    await shop.settle(payment)
    return payment


async def live(shop: Shop) -> list[str]:
    """When Ann's memberships begin and end, as days of 2027."""
    return [
        f"{starts:%d.%m}-{ends:%d.%m}"
        for state, starts, ends in await shop.held_entitlements()
        if state == "live"
    ]


async def test_month_by_month_from_the_last_of_january_is_as_long_as_all_at_once(
    shop: Shop, month: Price
) -> None:
    for n in range(3):
        await pay(shop, month, f"pay_{n}")

    assert await live(shop) == ["31.01-28.02", "28.02-31.03", "31.03-30.04"]


async def test_months_bought_later_lengthen_the_row_on_its_day(shop: Shop, month: Price) -> None:
    three = await shop.price("Gold", "40", months=3)
    await pay(shop, month, "pay_0")
    await shop.turn(20 * DAY)
    await pay(shop, month, "pay_1")
    await shop.turn(20 * DAY)  # the first month is over

    await pay(shop, three, "pay_2")

    assert await live(shop) == ["28.02-31.03", "31.03-30.06"]


async def test_a_refund_in_the_middle_takes_its_days_and_the_others_keep_theirs(
    shop: Shop, month: Price
) -> None:
    payments = [await pay(shop, month, f"pay_{n}") for n in range(3)]

    await shop.settle(shop.refunded(payments[1]))
    assert await live(shop) == ["31.01-28.02", "28.02-30.03"]

    await pay(shop, month, "pay_3")
    assert await live(shop) == ["31.01-28.02", "28.02-30.03", "30.03-30.04"]


async def test_a_refund_of_the_first_month_lets_the_others_begin_at_once_with_their_days(
    shop: Shop, month: Price
) -> None:
    payments = [await pay(shop, month, f"pay_{n}") for n in range(3)]
    await shop.turn(10 * DAY)

    await shop.settle(shop.refunded(payments[0]))

    assert await live(shop) == ["10.02-13.03", "13.03-12.04"]


async def test_days_between_months_begin_a_row_anew(shop: Shop, month: Price) -> None:
    await pay(shop, month, "pay_0")
    [product] = await shop.service.catalog.products(GUILD)
    days = next(price for price in product.prices if price.duration.days)
    await pay(shop, days, "pay_1")
    await pay(shop, month, "pay_2")

    assert await live(shop) == ["31.01-28.02", "28.02-30.03", "30.03-30.04"]


async def test_after_a_pause_months_are_counted_from_the_new_day(shop: Shop, month: Price) -> None:
    await pay(shop, month, "pay_0")
    await shop.turn(timedelta(days=33))
    await pay(shop, month, "pay_1")
    await pay(shop, month, "pay_2")

    assert await live(shop) == ["05.03-05.04", "05.04-05.05"]
