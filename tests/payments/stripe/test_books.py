"""The books against Stripe's own lists, through the official client: once, by subscription, refunded, disputed, foreign."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.clock import real_now
from bot.i18n import Catalog
from bot.memberships.backoffice import books_cards
from bot.memberships.model import BillingKind, Order, OrderStatus
from tests.memberships.orders import read
from tests.memberships.shop import ANN, GUILD, Shop, opened
from tests.payments.stripe.counter import provider_of
from tests.payments.stripe.server import FakeStripe


@pytest.fixture
async def shop(fake: FakeStripe, tmp_path: Path) -> AsyncIterator[Shop]:
    """A shop that takes cards, today."""
    async with opened(tmp_path) as shop:
        shop.moment = real_now()
        shop.providers.clear()
        shop.providers["stripe"] = provider_of(fake)
        await shop.tier()
        yield shop


async def books(shop: Shop) -> str:
    shop.moment = max(shop.moment, real_now())
    report = await shop.service.books.compare(GUILD)
    return read(books_cards.books(Catalog("en", ZoneInfo("UTC")).of("en"), report))


async def bought(shop: Shop, fake: FakeStripe) -> Order:
    """Ann pays on Stripe's page, and Lyceum hears of it."""
    order = (await shop.bill(ANN)).order
    fake.shop.pay(order.ref or "")
    return await shop.news(order)


async def test_what_was_bought_once_agrees_and_what_others_sell_is_said(fake: FakeStripe, shop: Shop) -> None:
    await bought(shop, fake)
    fake.billing.charge(700, "usd", None, {"shop": "another"}, "succeeded")

    told = await books(shop)

    assert "✔ $19.00 came = $19.00 for what was sold + $0.00 given back + $0.00 open" in told
    assert "1 payment on the same account is not Lyceum's and is not counted." in told


async def test_every_period_of_a_subscription_agrees(fake: FakeStripe, shop: Shop) -> None:
    price = await shop.price("Gold", "9.00", months=1, way=BillingKind.RECURRING)
    order = (await shop.bill(ANN, "Gold", price)).order
    fake.shop.pay(order.ref or "")
    await shop.news(order)

    assert "✔ $9.00 came = $9.00 for what was sold" in await books(shop)


async def test_a_refund_of_which_nobody_told_is_found_and_settled(fake: FakeStripe, shop: Shop) -> None:
    order = await bought(shop, fake)
    fake.shop.refund(str(fake.books.all("payment_intent")[0]["id"]))

    told = await books(shop)

    assert "was not known here" in told and "✗ $19.00 came" in told
    assert "✔ $19.00 came = $0.00 for what was sold + $19.00 given back" in await books(shop)
    assert (await shop.look(order)).state is OrderStatus.REFUNDED


async def test_a_dispute_that_is_won_on_appeal_has_no_tick_while_nobody_has_the_money(
    fake: FakeStripe, shop: Shop
) -> None:
    order = await bought(shop, fake)
    dispute = fake.shop.dispute(str(fake.books.all("payment_intent")[0]["id"]))["id"]
    for status in ("lost", "won"):
        fake.shop.close_dispute(dispute, status)
        await shop.news(order)

    told = await books(shop)

    assert ("✔" in told) is ((await shop.look(order)).state is OrderStatus.PAID)
