"""A circuit breaker for role changes: after one refusal none is tried, the owner is told once, and work resumes later.

Discord bans a bot that makes 10,000 refused requests in ten minutes, and refuses for two reasons that look the same:
the bot lacks Manage Roles, or its role stands too low. So one refusal stops the whole guild. The work stays open; it is
never marked as done.
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
        """NeedsAction while the breaker is open. Once an hour one try is let through."""
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
            # This try may go on; the others wait another hour, or until it succeeds.
            await breaker.open_(tx, guild_id, refusal.role_id, self._clock.now(), real_now() + PROBE)

    async def refused(self, guild_id: int, role_id: int) -> None:
        """Discord answered 403: open the breaker, and tell the owner if it was closed."""
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
        """Discord changed a role: close the breaker if it is open, and retry stuck work."""
        async with self._db.read() as db:
            if await breaker.of_guild(db, guild_id) is None:
                return
        await self.retry(guild_id)

    async def retry(self, guild_id: int, actor: int = LYCEUM) -> None:
        """Close the breaker and retry all stuck work now: roles changed, or staff (`actor`) pressed the button."""
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
