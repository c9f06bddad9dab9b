"""The breaker of each guild: open after Discord refused to let Lyceum change a role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.access.tables import breaker


@dataclass(frozen=True)
class Refusal:
    """Discord refused to change role `role_id`. No role change is tried before `probe_at`, which is real time."""

    role_id: int
    opened_at: datetime
    probe_at: datetime


async def of_guild(db: Reader, guild_id: int) -> Refusal | None:
    """The refusal that keeps this guild's breaker open; None when it is closed."""
    row = (await db.execute(select(breaker).where(breaker.c.guild_id == guild_id))).one_or_none()
    return Refusal(row.role_id, row.opened_at, row.probe_at) if row else None


async def open_(tx: Writer, guild_id: int, role_id: int, now: datetime, probe_at: datetime) -> bool:
    """Open the breaker until `probe_at`, or prolong it. True when it was closed before."""
    was_closed = await of_guild(tx, guild_id) is None
    row = insert(breaker).values(guild_id=guild_id, role_id=role_id, opened_at=now, probe_at=probe_at)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=["guild_id"], set_={"role_id": role_id, "probe_at": probe_at}
        )
    )
    return was_closed


async def close(tx: Writer, guild_id: int) -> bool:
    """Close the breaker: roles may be changed again. False when it was not open."""
    return (await tx.execute(delete(breaker).where(breaker.c.guild_id == guild_id))).rowcount == 1
