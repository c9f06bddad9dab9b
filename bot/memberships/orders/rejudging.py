"""Judging orders anew whose discount depends on a membership that staff, time or an upgrade changed."""

from __future__ import annotations

from bot.db import Database
from bot.memberships.access.store import entitlements
from bot.memberships.orders.discounts import discounted_orders
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import orders
from bot.work import Job


class Rejudging:
    """The work `discount.judge`. Facts about money need none: `Settlement.rejudge_backed` follows them at once."""

    def __init__(self, db: Database, settlement: Settlement) -> None:
        self._db = db
        self._settlement = settlement

    async def judge(self, job: Job) -> None:
        """Judge what the membership of that id gave for a discount, and the membership itself if a discount gave it."""
        async with self._db.write() as tx:
            changed = await entitlements.find(tx, job.guild_id, id_=int(job.key))
            if changed is None:
                return
            own = await orders.find(tx, job.guild_id, changed.order_id) if changed.order_id else None
            if own is not None and own.discounted_by is not None:
                await self._settlement.recompute(tx, own)
                return
            for order in await discounted_orders(tx, changed):
                await self._settlement.recompute(tx, order)
