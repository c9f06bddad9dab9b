"""Webhooks: verify, store, acknowledge; then settle as durable work. No 2xx before the fact is on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from bot.clock import Clock, real_now
from bot.crashpoints import point
from bot.db import Batch, Database, Reader, Writer
from bot.errors import NeedsAction
from bot.payments import store
from bot.payments.port import Fact, Headers, PaymentProvider
from bot.payments.store import Arrival
from bot.work import Job, Queue

log = structlog.get_logger(__name__)

LookUp = Callable[[int, int], Awaitable[bool]]
"""Fetch and settle what the provider knows of (guild, order); False when that is no order of ours."""

Settle = Callable[[Writer, str, Sequence[Fact]], Awaitable[bool]]
"""Write into this transaction what a provider's facts mean; False when they are about no order of ours."""

Known = Callable[[Reader, Collection[tuple[int, int]]], Awaitable[set[tuple[int, int]]]]
"""Which of these (guild, order) are orders of ours."""


@dataclass(frozen=True)
class OrderBook:
    """Those who know the orders that facts are about."""

    settle: Settle
    look_up: LookUp
    known: Known


class Inbox:
    """The way of a webhook into the database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        orders: OrderBook,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settle = orders.settle
        self._look_up = orders.look_up
        self._known = orders.known
        self._inbox = Batch(db, self._store)

    def provider(self, name: str) -> PaymentProvider | None:
        """The provider of that name, None when it is off or cannot sign: its address then does not exist."""
        found = self._providers.get(name)
        return found if found is not None and found.listens else None

    async def receive(self, provider: PaymentProvider, headers: Headers, body: bytes) -> None:
        """Returns once the event is stored. Raises InvalidWebhook, or what the store raises.

        Events that come at the same time share a transaction (`bot/db/batch.py`).
        """
        notice = provider.verify(headers, body, real_now())
        point("webhook.verified")
        sha256 = hashlib.sha256(body).hexdigest()
        await self._inbox.add(Arrival(provider.name, notice, sha256, self._clock.now()))
        point("webhook.committed")

    async def _store(self, tx: Writer, arrivals: Sequence[Arrival]) -> None:
        """The events, and work for each that is new and may be about an order of ours.

        An order is stored before its checkout is opened. So what is about no order now never will be, and a
        flood of such events makes no work that a real purchase would have to wait for.
        """
        named = {one.order for one in arrivals if one.order is not None}
        unknown = named - await self._known(tx, named) if named else set[tuple[int, int]]()
        fresh = await store.keep(tx, arrivals, unknown)
        news = [one for one in arrivals if store.key(one.provider, one.notice.event_id) in fresh]
        await self._queue.enqueue_each(
            tx,
            "order.settle",
            [
                (
                    one.guild_id,
                    store.key(one.provider, one.notice.event_id),
                    {"provider": one.provider, "event": one.notice.event_id},
                )
                for one in news
                if (one.order or one.notice.about) and one.order not in unknown
            ],
        )
        lost = [one for one in news if one.order in unknown]
        if lost:
            self._db.after_commit(partial(_tell_unmatched, lost))
        point("webhook.stored")

    async def settle(self, job: Job) -> None:
        """Work `order.settle`: one transaction from the stored event to everything that follows from it.

        An event that only names an object makes us look there; the truth is what the provider then shows.
        """
        provider, event = str(job.payload["provider"]), str(job.payload["event"])
        async with self._db.read() as db:
            said = await store.said(db, job.guild_id, provider, event)
        if said is None:
            return
        looked = await self._look(provider, said) if isinstance(said, str) else False
        async with self._db.write() as tx:
            matched = looked if isinstance(said, str) else await self._settle(tx, provider, [said])
            await store.close(tx, job.guild_id, provider, event, matched=matched)
            point("settle.before_commit")
        point("settle.committed")
        if not matched:
            _log_unmatched(provider, said if isinstance(said, str) else said.object_id, 1)

    async def _look(self, name: str, about: str) -> bool:
        provider = self._providers.get(name)
        if provider is None:
            raise NeedsAction(
                "provider-off", "The provider {provider} is not set up any more.", provider=name
            )
        whose = await provider.order_of(about)
        return whose is not None and await self._look_up(*whose)

    async def count_open(self) -> int:
        """Events that are stored but not settled yet."""
        async with self._db.read() as db:
            return await store.count_open(db)


def _tell_unmatched(lost: Sequence[Arrival]) -> None:
    """One line for a whole batch: a flood of events must not become a flood of lines."""
    fact = lost[0].notice.fact
    _log_unmatched(lost[0].provider, fact.object_id if fact else "", len(lost))


def _log_unmatched(provider: str, object_id: str, events: int) -> None:
    log.error(
        "a payment belongs to no order",
        finding="payment-unmatched",
        provider=provider,
        object=object_id,
        events=events,
    )
