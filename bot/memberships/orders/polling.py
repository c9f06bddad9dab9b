"""Polling finds what lost webhooks would have reported.

Its plan is in memory and in real time, so planned polls never count as unfinished work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock, real_now
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.store import orders

UNPAID_FOR = timedelta(hours=48)  # after the link expired, a delayed payment may still come
PAID_FOR = timedelta(days=35)  # a refund at the provider may still come
MISSED = 2 * PAID_FOR
"""After a start: Lyceum may have been off for longer than a provider repeats its webhooks."""
SLOWEST = {OrderStatus.PENDING: timedelta(minutes=15)}
SLOW = timedelta(hours=6)
AT_ONCE = 20

log = structlog.get_logger(__name__)


class Polling:
    """Polls each open order after `seconds`, then ever more rarely; at once after a start."""

    def __init__(
        self, db: Database, clock: Clock, look: Callable[[Order], Awaitable[None]], seconds: float
    ) -> None:
        self._db = db
        self._clock = clock
        self._look = look
        self._first = timedelta(seconds=seconds)
        self._plan: dict[int, tuple[datetime, timedelta, OrderStatus]] = {}
        self._started = False
        self._missed: set[int] = set()  # orders not polled since the start

    async def tick(self) -> None:
        """Poll the orders that are due."""
        now, real = self._clock.now(), real_now()
        async with self._db.read() as db:
            watched = await orders.watched(db, now - UNPAID_FOR, now - PAID_FOR)
            if not self._started or self._missed:
                older = await orders.watched(db, now - MISSED, now - MISSED)
                if not self._started:
                    self._missed = {order.id for order in older}
                usual = {order.id for order in watched}
                watched += [order for order in older if order.id in self._missed - usual]
        for order in watched:
            self._schedule(order, real)
        self._plan = {order.id: self._plan[order.id] for order in watched}
        self._started = True
        due = [order for order in watched if self._plan[order.id][0] <= real]
        await asyncio.gather(*(self._poll(order) for order in due[:AT_ONCE]))

    def _schedule(self, order: Order, real: datetime) -> None:
        known = self._plan.get(order.id)
        if known is None or known[2] is not order.state:
            wait = self._first if self._started else timedelta(0)
            self._plan[order.id] = (real + wait, self._first, order.state)

    async def _poll(self, order: Order) -> None:
        _, wait, state = self._plan[order.id]
        longer = min(wait * 2, SLOWEST.get(state, SLOW))
        self._plan[order.id] = (real_now() + wait, longer, state)
        try:
            await self._look(order)
        except (RetryLater, NeedsAction) as error:
            log.warning("a provider did not tell about an order", order=order.id, error=str(error))
        else:
            self._missed.discard(order.id)
