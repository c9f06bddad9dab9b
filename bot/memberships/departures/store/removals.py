"""Removals from the server at the end of a membership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.departures.tables import removal
from bot.memberships.model import Entitlement


async def begin(tx: Writer, ended: Entitlement, now: datetime) -> None:
    """Store the intent, once: whoever is gone after it was removed by Lyceum."""
    if not await is_begun(tx, ended):
        row = {
            "guild_id": ended.guild_id,
            "entitlement_id": ended.id,
            "user_id": ended.user_id,
            "begun_at": now,
            "removed_at": None,
        }
        await tx.execute(insert(removal).values(**row))


async def is_begun(db: Reader, ended: Entitlement) -> bool:
    """Is a removal under way, its outcome not stored yet?"""
    return (await db.execute(select(removal.c.begun_at).where(_under_way(ended)))).first() is not None


async def finish(tx: Writer, ended: Entitlement, now: datetime) -> bool:
    """The member is gone; False when that was stored before."""
    change = update(removal).where(_under_way(ended)).values(removed_at=now)
    return (await tx.execute(change)).rowcount > 0


def _under_way(ended: Entitlement) -> ColumnElement[bool]:
    return (
        (removal.c.guild_id == ended.guild_id)
        & (removal.c.entitlement_id == ended.id)
        & removal.c.removed_at.is_(None)
    )
