"""After a refusal by Discord: nothing is tried in vain, the owner hears of it once, and all goes on when it may.

Discord bans a bot that makes 10,000 refused requests in ten minutes, and refuses for two reasons that look the same
(reliability.md §1.4). So one refusal speaks for the whole guild. The work stays open; it is never taken for done.
"""

from __future__ import annotations

from datetime import timedelta

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock, real_now
from bot.db import Database
from bot.errors import NeedsAction
from bot.i18n import Catalog
from bot.memberships.access import cards as access_cards
from bot.memberships.access.store import breaker
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.work import Job, Queue

PROBE = timedelta(hours=1)


class Breaker:
    """One per guild, in the database: a restart does not forget it."""

    def __init__(self, db: Database, clock: Clock, queue: Queue, outbox: Outbox, texts: Catalog) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._outbox = outbox
        self._texts = texts

    async def check(self, guild_id: int) -> None:
        """NeedsAction while it is open. Once an hour one try is let through."""
        async with self._db.read() as db:
            if await breaker.of_guild(db, guild_id) is None:
                return
        async with self._db.write() as tx:
            refusal = await breaker.of_guild(tx, guild_id)
            if refusal is None:
                return
            if real_now() < refusal.probe_at:
                raise NeedsAction(
                    "missing-permission", "Discord refuses role changes here; see the staff channel."
                )
            # The others wait for what this one finds.
            await breaker.open_(tx, guild_id, refusal.role_id, self._clock.now(), real_now() + PROBE)

    async def refused(self, guild_id: int, role_id: int) -> None:
        """Discord said 403: stop here, and tell the owner if that is new."""
        now = self._clock.now()
        async with self._db.write() as tx:
            if await breaker.open_(tx, guild_id, role_id, now, real_now() + PROBE):
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=LYCEUM,
                    action=AuditAction.BREAKER_OPENED,
                    subject=role_id,
                )
                await self._queue.enqueue(
                    tx, "access.refused", guild_id, now.isoformat(timespec="seconds"), role=str(role_id)
                )

    async def allowed(self, guild_id: int) -> None:
        """A role was changed: what was stuck may go on."""
        async with self._db.read() as db:
            if await breaker.of_guild(db, guild_id) is None:
                return
        await self.retry(guild_id)

    async def retry(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Something has changed, or one of the staff says so: try everything that is stuck, now."""
        now = self._clock.now()
        async with self._db.write() as tx:
            if actor != LYCEUM:
                await record(
                    tx, guild_id=guild_id, at=now, actor=actor, action=AuditAction.BREAKER_RETRIED, subject=0
                )
            if await breaker.close(tx, guild_id):
                await record(
                    tx, guild_id=guild_id, at=now, actor=actor, action=AuditAction.BREAKER_CLOSED, subject=0
                )
            await self._queue.retry_stuck(tx, guild_id)

    async def tell(self, job: Job) -> None:
        """Work `access.refused`: a card in the staff channel with both causes and a button to try again."""
        key = OutboxKey(job.guild_id, "access.refused", job.key)
        async with self._db.read() as db:
            refusal = await breaker.of_guild(db, job.guild_id)
        if refusal is None:
            await self._outbox.drop(key, "healed")
            return
        action = access_cards.retry_action(job.id)
        card = access_cards.refused(self._texts.community, int(job.payload["role"]), action)
        await self._outbox.post(key, card, to=ChannelSetting.STAFF, marker=action)
