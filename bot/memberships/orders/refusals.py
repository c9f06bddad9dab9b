"""Tells a payer that their order was refused, and why."""

from __future__ import annotations

from bot.db import Database
from bot.i18n import Catalog
from bot.memberships.model import Refusal
from bot.memberships.orders.refusal_words import refused
from bot.memberships.orders.store import ledger, orders
from bot.outbox import Outbox, OutboxKey
from bot.payments.port import FactKind
from bot.work import Job

REFUSAL = "refusal"
"""The kind of these messages in the outbox."""


class Refusals:
    """Handles the work `order.refused`: one direct message for each refused order that money came for."""

    def __init__(self, db: Database, outbox: Outbox, texts: Catalog) -> None:
        self._db = db
        self._outbox = outbox
        self._texts = texts

    async def tell(self, job: Job) -> None:
        """Work `order.refused`: write to the payer."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            facts = await ledger.facts(db, job.guild_id, int(job.key))
        came = any(fact.kind is FactKind.PAID for fact in facts)
        if order is None or not came or order.refused in (None, Refusal.TAKEN_BACK):
            return
        key = OutboxKey(job.guild_id, REFUSAL, str(order.id))
        await self._outbox.direct(key, order.user_id, refused(self._texts.community, order))
