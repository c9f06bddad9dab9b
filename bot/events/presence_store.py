"""The queries of presence: who is, and was, in the voice channels whose doors are open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.db import Reader, Writer
from bot.db.sql import greatest, insert
from bot.events.attendance import PresenceSpan
from bot.events.tables import event_presence


async def enter(tx: Writer, guild_id: int, channel_id: int, user_id: int, at: datetime) -> None:
    """They came at `at`. Nothing changes when they are there already."""
    here = select(event_presence.c.user_id).where(_open(guild_id), event_presence.c.user_id == user_id)
    if (await tx.execute(here)).first() is not None:
        return
    row = {
        "guild_id": guild_id,
        "channel_id": channel_id,
        "user_id": user_id,
        "since": at,
        "until": at,
        "open": True,
    }
    anew = insert(event_presence).values(**row)
    await tx.execute(
        anew.on_conflict_do_update(
            index_elements=list(event_presence.primary_key),
            set_={"until": anew.excluded.until, "open": anew.excluded.open},
        )
    )


async def leave(tx: Writer, guild_id: int, user_id: int, at: datetime, *, but: int | None) -> None:
    """They left at `at` every channel `but` the one they are in now."""
    those = and_(
        _open(guild_id),
        event_presence.c.user_id == user_id,
        event_presence.c.channel_id.is_distinct_from(but),
    )
    await tx.execute(
        update(event_presence).where(those).values(until=greatest(event_presence.c.since, at), open=False)
    )


async def lose_sight(tx: Writer, guild_id: int) -> None:
    """We were away: every open stay ends at the last moment at which it was seen."""
    await tx.execute(update(event_presence).where(_open(guild_id)).values(open=False))


async def see(tx: Writer, guild_ids: Iterable[int], now: datetime) -> None:
    """Who is there is still there."""
    those = and_(
        event_presence.c.guild_id.in_(tuple(guild_ids)), event_presence.c.open, event_presence.c.until < now
    )
    await tx.execute(update(event_presence).where(those).values(until=now))


async def anybody(db: Reader) -> bool:
    """Whether there is an open stay at all."""
    return (
        await db.execute(select(event_presence.c.user_id).where(event_presence.c.open).limit(1))
    ).first() is not None


async def in_channel(
    db: Reader, guild_id: int, channel_id: int, start: datetime, end: datetime
) -> list[PresenceSpan]:
    """All stays in a channel that touch `[start, end)`."""
    query = select(event_presence).where(
        event_presence.c.guild_id == guild_id,
        event_presence.c.channel_id == channel_id,
        event_presence.c.since < end,
        event_presence.c.until > start,
    )
    rows = await db.execute(query)
    return [PresenceSpan(row.guild_id, row.channel_id, row.user_id, row.since, row.until) for row in rows]


async def forget(tx: Writer, guild_id: int, channel_id: int, before: datetime | None) -> None:
    """Delete the stays that ended before a moment (None: all of the channel): measured once, they are of no more use."""
    those = and_(event_presence.c.guild_id == guild_id, event_presence.c.channel_id == channel_id)
    if before is not None:
        those = and_(those, event_presence.c.until < before)
    await tx.execute(delete(event_presence).where(those))


def _open(guild_id: int) -> ColumnElement[bool]:
    return and_(event_presence.c.guild_id == guild_id, event_presence.c.open)
