"""Judging orders anew that depend on the money of another, or on a membership that staff, time or an upgrade changed."""

from __future__ import annotations

from bot.db import Database
from bot.memberships.access.store import entitlements
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import orders
from bot.work import Job


class Rejudging:
    """The work `order.judge` and `discount.judge`, queued by what they depend on, in the same transaction."""

    def __init__(self, db: Database, settlement: Settlement) -> None:
        self._db = db
        self._settlement = settlement

    async def judge(self, job: Job) -> None:
        """Judge the order of that id, because money or a membership that backs it changed."""
        async with self._db.write() as tx:
            order = await orders.find(tx, job.guild_id, int(job.key))
            if order is not None:
                await self._settlement.recompute(tx, order)

    async def judge_discounts(self, job: Job) -> None:
        """Let be judged what the membership of that id gave for a discount, or itself if a discount gave it."""
        async with self._db.write() as tx:
            changed = await entitlements.find(tx, job.guild_id, id_=int(job.key))
            if changed is None:
                return
            own = await orders.find(tx, job.guild_id, changed.order_id) if changed.order_id else None
            if own is not None and own.discounted_by is not None:
                await self._settlement.recompute(tx, own)
            else:
                await self._settlement.rejudge_backed(tx, changed)
