"""Memberships that a wrong clock ended: when it is right again, they go on."""

from __future__ import annotations

from datetime import datetime

from bot.audit import LYCEUM, record
from bot.db import Writer
from bot.memberships.access.store import entitlements
from bot.memberships.audit_actions import ENTITLEMENT_IS
from bot.memberships.catalog.shop import seats_changed
from bot.memberships.model import EntitlementStatus
from bot.work import Queue


async def revive(tx: Writer, queue: Queue, guild_id: int, now: datetime) -> None:
    """Let memberships go on that ended at a time that has not come yet, and whose days are not over."""
    for entitlement in await entitlements.ended_ahead(tx, guild_id, now):
        await entitlements.set_status(tx, entitlement, EntitlementStatus.LIVE, now)
        await record(
            tx,
            guild_id=guild_id,
            at=now,
            actor=LYCEUM,
            action=ENTITLEMENT_IS[EntitlementStatus.LIVE],
            subject=entitlement.id,
        )
        key = str(entitlement.id)
        await queue.enqueue(tx, "entitlement.end", guild_id, key, due=entitlement.held_until)
        await queue.enqueue(tx, "entitlement.remind", guild_id, key)
        await queue.enqueue(tx, "role.sync", guild_id, str(entitlement.user_id))
        await seats_changed(tx, queue, entitlement.tier)
