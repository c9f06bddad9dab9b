"""Entitlements that staff ended early."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select

from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.access.tables import revocation
from bot.memberships.model import Entitlement


async def add(tx: Writer, ended: Entitlement, *, actor: int, reason: str, now: datetime) -> None:
    """Store that staff ended an entitlement, and why."""
    await tx.execute(
        insert(revocation).values(
            id=new_id(), guild_id=ended.guild_id, entitlement_id=ended.id, actor=actor, reason=reason, at=now
        )
    )


async def last(db: Reader, guild_id: int, entitlement_id: int) -> datetime | None:
    """When staff last ended this entitlement; None when they never did."""
    query = select(func.max(revocation.c.at)).where(
        revocation.c.guild_id == guild_id, revocation.c.entitlement_id == entitlement_id
    )
    return (await db.execute(query)).scalar()
