"""The till's own list, asked for as from any provider: over signed HTTP, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from bot.errors import NeedsAction
from bot.money import Money
from bot.payments.statements import ReportedPayment
from bot.payments.till import api
from bot.payments.till.machine import PAGE, Till
from bot.payments.till.provider import TillProvider

START = datetime(2026, 11, 2, 8, tzinfo=UTC)


@dataclass
class Counter:
    """A till with its clock, and the provider that asks it."""

    till: Till
    provider: TillProvider
    address: str = ""
    moment: datetime = START

    def now(self) -> datetime:
        return self.moment

    async def sell(self, order: int) -> str:
        """Somebody pays. The payment's id."""
        money = Money(1900, "USD")
        checkout = await self.till.create(f"7-{order}", "Gold", money, self.moment + timedelta(minutes=30))
        await self.till.pay(checkout.id)
        found = await self.till.find(checkout.id)
        assert found is not None and found.paid_by is not None
        return found.paid_by

    async def listed(self, days: int = 35) -> list[ReportedPayment]:
        span = (self.moment - timedelta(days=days), self.moment + timedelta(seconds=1))
        return [payment async for payment in self.provider.statement(*span)]


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    class Now:
        def now(self) -> datetime:
            return sold.moment

    till = Till(tmp_path, Now(), lambda: "", deliveries=0, delay=0)
    await till.open()
    sold = Counter(till, TillProvider(till.secret, lambda: sold.address, lambda: sold.address))
    app = web.Application()
    app.add_routes(api.routes(till))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sold.address = "http://{}:{}".format(*runner.addresses[0][:2])
    yield sold
    await runner.cleanup()
    await till.close()


async def test_every_payment_is_listed_once_over_several_pages(counter: Counter) -> None:
    paid = [await counter.sell(order) for order in range(1, PAGE + 3)]
    await counter.till.create("7-999", "Gold", Money(1, "USD"), START + timedelta(days=1))  # nobody paid

    payments = await counter.listed()

    assert sorted(payment.object_id for payment in payments) == sorted(paid)
    assert {payment.order for payment in payments} == {(7, order) for order in range(1, PAGE + 3)}
    assert await counter.provider.reported(paid[0]) in payments


async def test_a_refund_stands_with_its_payment_and_brings_an_older_one_back(counter: Counter) -> None:
    paid = await counter.sell(1)
    counter.moment += timedelta(days=40)
    assert await counter.listed() == []

    await counter.till.refund(paid, Money(900, "USD"), "a part")

    [payment] = await counter.listed()
    assert (payment.object_id, payment.at, payment.given_back) == (paid, START, 900)


async def test_nothing_is_invented_and_nobody_else_may_ask(counter: Counter) -> None:
    assert await counter.provider.reported("pay_404") is None
    assert await counter.provider.reported("../checkouts") is None
    counter.provider = TillProvider(b"another", lambda: counter.address, lambda: counter.address)
    with pytest.raises(NeedsAction):
        await counter.listed()
