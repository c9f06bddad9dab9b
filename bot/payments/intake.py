"""Webhooks: verify, store, acknowledge; then settle as durable work. No 2xx before the fact is on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from bot.clock import Clock, real_now
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import NeedsAction
from bot.payments import store
from bot.payments.port import Fact, Headers, PaymentProvider
from bot.work import Job, Queue

log = structlog.get_logger(__name__)

LookUp = Callable[[int, int], Awaitable[bool]]
"""Fetch and settle what the provider knows of (guild, order); False when that is no order of ours."""

Settle = Callable[[Writer, str, Sequence[Fact]], Awaitable[bool]]
"""Write into this transaction what a provider's facts mean; False when they are about no order of ours."""


class Intake:
    """The way of a webhook into the database."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settle: Settle,
        look_up: LookUp,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settle = settle
        self._look_up = look_up

    def provider(self, name: str) -> PaymentProvider | None:
        """The provider of that name, None when it is off or cannot sign: its address then does not exist."""
        found = self._providers.get(name)
        return found if found is not None and found.listens else None

    async def receive(self, provider: PaymentProvider, headers: Headers, body: bytes) -> None:
        """Returns once the event is stored. Raises InvalidWebhook, or what the store raises."""
        notice = provider.verify(headers, body, real_now())
        point("webhook.verified")
        async with self._db.write() as tx:
            fresh = await store.keep(
                tx, provider.name, notice, hashlib.sha256(body).hexdigest(), self._clock.now()
            )
            if fresh and (notice.fact is not None or notice.about is not None):
                await self._queue.once(
                    tx, "order.settle", notice.fact.guild_id if notice.fact else 0, f"{provider.name}:{notice.event_id}",
                    provider=provider.name, event=notice.event_id,
                )  # fmt: skip
            point("webhook.stored")
        point("webhook.committed")

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
            log.error(
                "a payment belongs to no order",
                finding="payment-unmatched",
                provider=provider,
                object=said if isinstance(said, str) else said.object_id,
            )

    async def _look(self, name: str, about: str) -> bool:
        provider = self._providers.get(name)
        if provider is None:
            raise NeedsAction("provider-off", f"The provider {name} is not set up any more.")
        whose = await provider.whose(about)
        return whose is not None and await self._look_up(*whose)

    async def count_open(self) -> int:
        """Events that are stored but not settled yet."""
        async with self._db.read() as db:
            return await store.count_open(db)
