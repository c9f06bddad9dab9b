"""Exceptions by staff: a role given or withheld, with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.access.tables import override
from bot.memberships.access.wanted_roles import Override


async def add(tx: Writer, guild_id: int, user_id: int, new: Override, now: datetime) -> None:
    """Store an exception; it is in force at once."""
    await tx.execute(
        insert(override).values(
            id=new.id,
            guild_id=guild_id,
            user_id=user_id,
            role_id=new.role_id,
            give=new.give,
            until=new.until,
            reason=new.reason,
            actor=new.actor,
            made_at=now,
            ended_at=None,
        )
    )


async def of_member(db: Reader, guild_id: int, user_id: int) -> list[Override]:
    """A member's exceptions that nobody took back, the oldest first; those whose date has passed included."""
    query = select(override).where(
        override.c.guild_id == guild_id, override.c.user_id == user_id, override.c.ended_at.is_(None)
    )
    return [_override(row) for row in await db.execute(query.order_by(override.c.made_at, override.c.id))]


async def by_member(db: Reader, guild_id: int) -> dict[int, list[Override]]:
    """The exceptions of each member of the guild that nobody took back, the oldest first."""
    overrides_by_user: dict[int, list[Override]] = {}
    query = select(override).where(override.c.guild_id == guild_id, override.c.ended_at.is_(None))
    for row in await db.execute(query.order_by(override.c.made_at, override.c.id)):
        overrides_by_user.setdefault(row.user_id, []).append(_override(row))
    return overrides_by_user


async def end(tx: Writer, guild_id: int, user_id: int, role_id: int, now: datetime) -> int:
    """Take back all of a member's exceptions about a role; returns how many there were."""
    is_active = (
        (override.c.guild_id == guild_id)
        & (override.c.user_id == user_id)
        & (override.c.role_id == role_id)
        & override.c.ended_at.is_(None)
    )
    return (await tx.execute(update(override).where(is_active).values(ended_at=now))).rowcount


def _override(row: Row[Any]) -> Override:
    return Override(row.role_id, row.give, row.until, row.reason, row.id, row.actor)
