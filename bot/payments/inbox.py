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
"""Fetch what the provider knows of (guild, order) and settle it; False when that is no order of ours."""

Settle = Callable[[Writer, str, Sequence[Fact]], Awaitable[bool]]
"""Write into this transaction what a provider's facts mean; False when they are about no order of ours."""

Known = Callable[[Reader, Collection[tuple[int, int]]], Awaitable[set[tuple[int, int]]]]
"""Which of these (guild, order) are orders of ours."""


@dataclass(frozen=True)
class OrderCallbacks:
    """What the inbox needs from the code that owns the orders."""

    settle: Settle
    look_up: LookUp
    known: Known


class Inbox:
    """Takes webhooks in and settles what they report."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        orders: OrderCallbacks,
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
        """The provider of that name; None when it is off or cannot sign webhooks: its address then does not exist."""
        provider = self._providers.get(name)
        return provider if provider is not None and provider.receives_webhooks else None

    async def receive(self, provider: PaymentProvider, headers: Headers, body: bytes) -> None:
        """Verify and store a webhook; returns once it is on disk. Raises InvalidWebhook, or what the database raises.

        Events that come at the same time share a transaction (`bot/db/batch.py`).
        """
        notice = provider.verify(headers, body, real_now())
        point("webhook.verified")
        sha256 = hashlib.sha256(body).hexdigest()
        await self._inbox.add(Arrival(provider.name, notice, sha256, self._clock.now()))
        point("webhook.committed")

    async def _store(self, tx: Writer, arrivals: Sequence[Arrival]) -> None:
        """Store the events, and enqueue work for each that is new and may be about an order of ours.

        An order is stored before its checkout is opened, so an event that matches no order now never will. It gets
        no work: a flood of such events must not delay real purchases.
        """
        orders = {arrival.order for arrival in arrivals if arrival.order is not None}
        unknown = orders - await self._known(tx, orders) if orders else set[tuple[int, int]]()
        new_keys = await store.insert_new(tx, arrivals, unknown)
        new = [
            arrival
            for arrival in arrivals
            if store.event_key(arrival.provider, arrival.notice.event_id) in new_keys
        ]
        await self._queue.enqueue_each(
            tx,
            "order.settle",
            [
                (
                    arrival.guild_id,
                    store.event_key(arrival.provider, arrival.notice.event_id),
                    {"provider": arrival.provider, "event": arrival.notice.event_id},
                )
                for arrival in new
                if (arrival.order or arrival.notice.about) and arrival.order not in unknown
            ],
        )
        unmatched = [arrival for arrival in new if arrival.order in unknown]
        if unmatched:
            self._db.after_commit(partial(_log_unmatched_batch, unmatched))
        point("webhook.stored")

    async def settle(self, job: Job) -> None:
        """Work `order.settle`: one transaction from the stored event to everything that follows from it.

        For an event that only names an object, the order is fetched: the provider's answer is the truth.
        """
        provider, event = str(job.payload["provider"]), str(job.payload["event"])
        async with self._db.read() as db:
            content = await store.unsettled(db, job.guild_id, provider, event)
        if content is None:
            return
        fetched = await self._fetch_order(provider, content) if isinstance(content, str) else False
        async with self._db.write() as tx:
            if fetched is None:
                await store.ignore(tx, job.guild_id, provider, event)
                return
            matched = fetched if isinstance(content, str) else await self._settle(tx, provider, [content])
            await store.close(tx, job.guild_id, provider, event, matched=matched)
            point("settle.before_commit")
        point("settle.committed")
        if not matched:
            _log_unmatched(provider, content if isinstance(content, str) else content.object_id, 1)

    async def _fetch_order(self, name: str, about: str) -> bool | None:
        """Settle the order behind an object: False when we have no such order, None when the object is not ours.

        An account may serve other shops too. Every object of ours carries the ids of its guild and order.
        """
        provider = self._providers.get(name)
        if provider is None:
            raise NeedsAction(
                "provider-off", "The provider {provider} is not set up any more.", provider=name
            )
        order = await provider.order_of(about)
        return None if order is None else await self._look_up(*order)

    async def count_open(self) -> int:
        """Events that are stored but not settled yet."""
        async with self._db.read() as db:
            return await store.count_open(db)


def _log_unmatched_batch(arrivals: Sequence[Arrival]) -> None:
    """One line for a whole batch: a flood of events must not become a flood of lines."""
    fact = arrivals[0].notice.fact
    _log_unmatched(arrivals[0].provider, fact.object_id if fact else "", len(arrivals))


def _log_unmatched(provider: str, object_id: str, events: int) -> None:
    log.error(
        "a payment belongs to no order",
        finding="payment-unmatched",
        provider=provider,
        object=object_id,
        events=events,
    )
