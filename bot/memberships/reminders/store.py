"""The queries of the members who allowed direct messages about their membership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.reminders.tables import contact


async def allow(tx: Writer, guild_id: int, user_id: int, now: datetime) -> bool:
    """The member allows direct messages; False when they had before."""
    row = {"guild_id": guild_id, "user_id": user_id, "allowed_at": now}
    return (await tx.execute(insert(contact).values(**row).on_conflict_do_nothing())).rowcount == 1


async def forbid(tx: Writer, guild_id: int, user_id: int) -> bool:
    """The member allows them no longer; False when they had not before."""
    own = (contact.c.guild_id == guild_id) & (contact.c.user_id == user_id)
    return (await tx.execute(delete(contact).where(own))).rowcount == 1


async def allowed(db: Reader, guild_id: int, user_id: int) -> bool:
    """Did the member allow direct messages?"""
    own = (contact.c.guild_id == guild_id) & (contact.c.user_id == user_id)
    return (await db.execute(select(contact.c.user_id).where(own))).first() is not None
