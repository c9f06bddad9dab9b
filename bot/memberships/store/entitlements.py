"""What somebody has, and the roles that Lyceum gave for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, insert, select, update

from bot.db import Reader, Writer
from bot.memberships.model import Entitlement, Standing
from bot.memberships.store import tiers
from bot.memberships.tables import entitlement, tier


async def add(tx: Writer, new: Entitlement, ended_at: datetime | None) -> None:
    """Give somebody a right. One order gives one, whatever happens: the key refuses a second."""
    await tx.execute(
        insert(entitlement).values(
            id=new.id,
            guild_id=new.guild_id,
            user_id=new.user_id,
            tier_id=new.tier.id,
            order_id=new.order_id,
            source=new.source,
            state=new.standing.value,
            starts_at=new.starts_at,
            ends_at=new.ends_at,
            ended_at=ended_at,
        )
    )


def _entitlements(guild_id: int) -> Select[Any]:
    return select(entitlement, *tiers.labelled()).join(tier).where(entitlement.c.guild_id == guild_id)


async def of_member(db: Reader, guild_id: int, user_id: int) -> list[Entitlement]:
    """All that a member has or had, the earliest first."""
    query = _entitlements(guild_id).where(entitlement.c.user_id == user_id)
    return [
        _entitlement(row)
        for row in await db.execute(query.order_by(entitlement.c.starts_at, entitlement.c.id))
    ]


async def find(
    db: Reader, guild_id: int, *, id_: int | None = None, order_id: int | None = None
) -> Entitlement | None:
    """The one with that id, or that came from that order."""
    key = entitlement.c.id == id_ if order_id is None else entitlement.c.order_id == order_id
    row = (await db.execute(_entitlements(guild_id).where(key))).one_or_none()
    return _entitlement(row) if row else None


async def set_standing(
    tx: Writer, guild_id: int, id_: int, old: Standing, new: Standing, ended_at: datetime | None
) -> bool:
    """End, revoke or revive a right, if it still stands where we saw it."""
    own = (
        (entitlement.c.guild_id == guild_id) & (entitlement.c.id == id_) & (entitlement.c.state == old.value)
    )
    change = update(entitlement).where(own).values(state=new.value, ended_at=ended_at)
    return (await tx.execute(change)).rowcount == 1


async def move(tx: Writer, guild_id: int, id_: int, starts_at: datetime, ends_at: datetime) -> None:
    """Let a right begin at another time."""
    own = (entitlement.c.guild_id == guild_id) & (entitlement.c.id == id_)
    await tx.execute(update(entitlement).where(own).values(starts_at=starts_at, ends_at=ends_at))


async def count_holders(db: Reader, guild_id: int, at: datetime) -> int:
    """Members whose paid right ran at that moment."""
    ended = func.coalesce(entitlement.c.ended_at, entitlement.c.ends_at)
    query = select(func.count(entitlement.c.user_id.distinct())).where(
        entitlement.c.guild_id == guild_id,
        entitlement.c.source == "order",
        entitlement.c.starts_at <= at,
        entitlement.c.ends_at > at,
        ended > at,
    )
    return (await db.execute(query)).scalar_one()


def _entitlement(row: Row[Any]) -> Entitlement:
    return Entitlement(
        row.id, row.guild_id, row.user_id, tiers.read(row, tiers.PREFIX), row.order_id, row.source, Standing(row.state),
        row.starts_at, row.ends_at,
    )  # fmt: skip
