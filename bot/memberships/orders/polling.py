"""Polling finds what lost webhooks would have reported.

Its plan is rows, in real time: it outlives a restart, and several processes may share it. Planned polls never count as
unfinished work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import structlog

from bot.clock import Clock, real_now
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.memberships.model import Order
from bot.memberships.orders.poll_plan import Poll, next_wait, round_of
from bot.memberships.orders.store import orders, polls
from bot.payments.port import PaymentProvider, by_hand

UNPAID_FOR = timedelta(hours=48)  # after the link expired, a delayed payment may still come
PAID_FOR = timedelta(days=35)  # after that a refund at the provider may still come
MISSED = 2 * PAID_FOR
"""Lyceum may have been off for longer than a provider repeats its webhooks."""
SILENT = 3
"""After so many failures in a row the provider is left alone until the next round."""

log = structlog.get_logger(__name__)


class Polling:
    """Asks each provider about one order at a time: `poll_plan.py` says about which, and when again.

    `seconds` lie between two rounds, and between an order and the first question about it.
    """

    def __init__(
        self,
        db: Database,
        clock: Clock,
        look: Callable[[Order], Awaitable[None]],
        providers: Mapping[str, PaymentProvider],
        seconds: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._look = look
        self._providers = providers
        self._first = timedelta(seconds=seconds)
        self._begun: set[str] = set()

    @property
    def asked(self) -> list[str]:
        """The providers that can be asked; of a bank transfer only the owner knows."""
        return [name for name, provider in self._providers.items() if by_hand(provider) is None]

    async def tick(self) -> int:
        """A round at every provider; returns how many orders are left for the next one."""
        return sum(await asyncio.gather(*(self.round(name) for name in self.asked)))

    async def beat(self, provider: str) -> None:
        """A round at this provider, by its timer."""
        await self.round(provider)

    async def round(self, provider: str) -> int:
        """Ask one provider about the orders that are due; returns how many are left for the next round.

        Half of the time between two rounds is the most that it takes.
        """
        began = real_now()
        if provider not in self._begun:
            async with self._db.write() as tx:
                await polls.ask_again(tx, provider, self._clock.now() - MISSED, began)
            self._begun.add(provider)
        async with self._db.read() as db:
            due = await polls.due(
                db,
                providers=[provider],
                unpaid_for=UNPAID_FOR,
                paid_for=PAID_FOR,
                missed=MISSED,
                first=self._first,
                now=self._clock.now(),
                real=began,
            )
        asked, failures, defect = 0, 0, None
        for poll in round_of(due):
            asked += 1
            try:
                await self._ask(poll)
            except (RetryLater, NeedsAction) as error:
                log.warning("a provider did not tell about an order", order=poll.order_id, error=str(error))
                failures += 1
            except Exception as error:  # the others are asked about first
                log.warning("an order cannot be looked at", order=poll.order_id, error=type(error).__name__)
                defect = defect or error
            else:
                failures = 0
            if failures == SILENT or real_now() - began > self._first / 2:
                break
        if defect is not None:
            raise defect
        return len(due) - asked

    async def _ask(self, poll: Poll) -> None:
        """Ask about one order, unless another process does. It is postponed first: one bad order stops no other."""
        real = real_now()
        async with self._db.write() as tx:
            wait = next_wait(poll, self._first, real)
            if not await polls.claim(tx, poll, wait, real):
                return
            order = await orders.find(tx, poll.guild_id, poll.order_id)
        if order is not None:
            await self._look(order)
        if poll.last:
            async with self._db.write() as tx:
                await polls.retire(tx, poll)
