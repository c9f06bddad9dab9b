"""What no webhook told is asked for: the newest first, one at a time, whatever else is slow, down or broken."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from bot.clock import real_now
from bot.errors import RetryLater
from bot.memberships.model import Order
from bot.memberships.orders.polling import SILENT, Polling
from bot.memberships.orders.tables import poll
from bot.payments.port import Phase
from tests.memberships.shop import ANN, DAY, GOLD, Shop

MINUTE = timedelta(minutes=1)
Look = Callable[[Order], Awaitable[None]]


@pytest.fixture(autouse=True)
async def gold(shop: Shop) -> None:
    await shop.tier()


def polling(shop: Shop, look: Look | None = None, seconds: float = 20) -> Polling:
    """A process's polling; another one stands for another process, or for the next start."""
    return Polling(shop.db, shop, look or shop.service.checkouts.refresh, shop.providers, seconds)


async def orders(shop: Shop, count: int) -> list[Order]:
    """An open order each of so many members, the oldest first."""
    return [await shop.order(ANN + n) for n in range(count)]


class Asked(list[int]):
    """Notes who was asked about, instead of asking."""

    async def look(self, order: Order) -> None:
        self.append(order.id)


async def test_it_finds_what_no_webhook_told(shop: Shop) -> None:
    order = await shop.order()
    shop.paid(order)

    with time_machine.travel(real_now() + MINUTE):
        await shop.service.polling.tick()
        await shop.worker.run_due()

    assert shop.provider.asked == 1
    assert shop.server.held[ANN] == {GOLD}


async def test_a_fresh_order_gets_its_first_wait(shop: Shop) -> None:
    await shop.order()

    await shop.service.polling.tick()

    assert shop.provider.asked == 0


async def test_the_newest_is_asked_about_before_all_others(shop: Shop) -> None:
    made, asked = await orders(shop, 8), Asked()

    with time_machine.travel(real_now() + MINUTE, tick=False):
        await polling(shop, asked.look).tick()

    assert asked[0] == made[-1].id
    assert asked[1] == made[0].id  # the one that waits the longest
    assert sorted(asked) == [order.id for order in made]


async def test_the_plan_outlives_a_restart(shop: Shop) -> None:
    [order] = await orders(shop, 1)
    start = real_now()
    with time_machine.travel(start + MINUTE, tick=False):
        await polling(shop).tick()

    asked = Asked()
    with time_machine.travel(start + MINUTE + timedelta(seconds=10), tick=False):
        await polling(shop, asked.look).tick()
    assert asked == []
    with time_machine.travel(start + 2 * MINUTE, tick=False):
        await polling(shop, asked.look).tick()
    assert asked == [order.id]


async def test_two_processes_ask_once(shop: Shop) -> None:
    made, asked = await orders(shop, 5), Asked()

    with time_machine.travel(real_now() + MINUTE, tick=False):
        await asyncio.gather(*(polling(shop, asked.look).tick() for _ in range(3)))

    assert sorted(asked) == [order.id for order in made]


async def test_one_request_is_under_way_at_a_time(shop: Shop) -> None:
    await orders(shop, 8)
    under_way, most, asked = 0, 0, 0

    async def look(order: Order) -> None:
        nonlocal under_way, most, asked
        under_way, asked = under_way + 1, asked + 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1

    with time_machine.travel(real_now() + MINUTE, tick=False):
        await polling(shop, look).tick()

    assert (most, asked) == (1, 8)


async def test_a_silent_bank_is_left_alone_and_the_wait_is_kept(shop: Shop) -> None:
    await orders(shop, 10)
    shop.provider.away = True

    with time_machine.travel(real_now() + MINUTE, tick=False):
        for _ in range(2):
            await shop.service.polling.tick()

    assert shop.provider.asked == 2 * SILENT
    async with shop.db.read() as db:
        assert len(list((await db.execute(select(poll.c.order_id))).scalars())) == 2 * SILENT


async def test_while_one_bank_is_slow_the_others_are_asked(shop: Shop) -> None:
    quick, slow = await orders(shop, 2)
    shop.providers["slow"] = replace(shop.provider)
    async with shop.db.write() as tx:
        await tx.exec_driver_sql('UPDATE "order" SET provider = ? WHERE id = ?', ("slow", slow.id))
    answer, asked = asyncio.Event(), Asked()

    async def look(order: Order) -> None:
        if order.provider == "slow":
            await answer.wait()
        await asked.look(order)

    with time_machine.travel(real_now() + MINUTE, tick=False):
        ours = polling(shop, look)
        waiting = asyncio.create_task(ours.round("slow"))
        await ours.round("bank")
    assert asked == [quick.id]
    answer.set()
    await waiting
    assert asked == [quick.id, slow.id]


@pytest.mark.parametrize("error", [RetryLater("away"), ZeroDivisionError()])
async def test_an_order_that_cannot_be_looked_at_stops_no_other(shop: Shop, error: Exception) -> None:
    made, asked = await orders(shop, 5), Asked()

    async def look(order: Order) -> None:
        if order.id == made[-1].id:
            raise error
        await asked.look(order)

    with time_machine.travel(real_now() + MINUTE, tick=False):
        if isinstance(error, RetryLater):
            await polling(shop, look).tick()
        else:
            with pytest.raises(ZeroDivisionError):  # the timer tells of it when the others are done
                await polling(shop, look).tick()

    assert sorted(asked) == [order.id for order in made[:-1]]


async def test_two_days_after_the_link_expired_it_asks_a_last_time(shop: Shop) -> None:
    [order] = await orders(shop, 1)
    start, asked = real_now(), Asked()
    await shop.turn(timedelta(hours=49))

    ours = polling(shop, asked.look)
    for minutes in (1, 30, 60, 3000):
        with time_machine.travel(start + minutes * MINUTE, tick=False):
            await ours.tick()
    assert asked == [order.id]

    with time_machine.travel(start + 4000 * MINUTE, tick=False):  # after a time off, once more
        await polling(shop, asked.look).tick()
    assert asked == [order.id] * 2


async def test_a_paid_order_is_watched_for_35_days_and_its_subscription_as_long_as_it_runs(
    shop: Shop,
) -> None:
    once, running = await shop.buy(ANN), await shop.buy(ANN + 1, id_="pay_2")
    await shop.phase(running, Phase.ACTIVE)
    start, asked = real_now(), Asked()
    began, ours = shop.moment, polling(shop, asked.look)

    for days in (10, 30, 40, 41, 42):
        shop.moment = began + days * DAY
        with time_machine.travel(start + days * DAY, tick=False):
            await ours.tick()

    assert asked.count(once.id) == 2 + 1
    assert asked.count(running.id) == 5
