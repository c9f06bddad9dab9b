"""Queries of presence in the voice channels of events. They take a connection and never commit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.db import Reader, Writer
from bot.db.sql import greatest, insert
from bot.events.attendance import PresenceSpan
from bot.events.tables import event_presence


async def enter(tx: Writer, guild_id: int, channel_id: int, user_id: int, at: datetime) -> None:
    """The member came at `at`. Nothing changes if they are there already."""
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
    entered = insert(event_presence).values(**row)
    await tx.execute(
        entered.on_conflict_do_update(
            index_elements=list(event_presence.primary_key),
            set_={"until": entered.excluded.until, "open": entered.excluded.open},
        )
    )


async def leave(tx: Writer, guild_id: int, user_id: int, at: datetime, *, but: int | None) -> None:
    """The member left every channel at `at`, except `but`, the one they are in now."""
    spans = and_(
        _open(guild_id),
        event_presence.c.user_id == user_id,
        event_presence.c.channel_id.is_distinct_from(but),
    )
    await tx.execute(
        update(event_presence).where(spans).values(until=greatest(event_presence.c.since, at), open=False)
    )


async def close_open_spans(tx: Writer, guild_id: int) -> None:
    """End every open span at the last moment at which it was seen, because the bot was away since."""
    await tx.execute(update(event_presence).where(_open(guild_id)).values(open=False))


async def extend_open_spans(tx: Writer, guild_ids: Iterable[int], now: datetime) -> None:
    """Everybody who was there is still there at `now`."""
    spans = and_(
        event_presence.c.guild_id.in_(tuple(guild_ids)), event_presence.c.open, event_presence.c.until < now
    )
    await tx.execute(update(event_presence).where(spans).values(until=now))


async def has_open_spans(db: Reader) -> bool:
    """Whether there is any open span."""
    return (
        await db.execute(select(event_presence.c.user_id).where(event_presence.c.open).limit(1))
    ).first() is not None


async def spans_in_channel(
    db: Reader, guild_id: int, channel_id: int, start: datetime, end: datetime
) -> list[PresenceSpan]:
    """All spans in a channel that touch `[start, end)`."""
    query = select(event_presence).where(
        event_presence.c.guild_id == guild_id,
        event_presence.c.channel_id == channel_id,
        event_presence.c.since < end,
        event_presence.c.until > start,
    )
    rows = await db.execute(query)
    return [PresenceSpan(row.guild_id, row.channel_id, row.user_id, row.since, row.until) for row in rows]


async def delete_spans(tx: Writer, guild_id: int, channel_id: int, before: datetime | None) -> None:
    """Delete the channel's spans that ended before `before`, or all of them; they are not needed once measured."""
    spans = and_(event_presence.c.guild_id == guild_id, event_presence.c.channel_id == channel_id)
    if before is not None:
        spans = and_(spans, event_presence.c.until < before)
    await tx.execute(delete(event_presence).where(spans))


def _open(guild_id: int) -> ColumnElement[bool]:
    return and_(event_presence.c.guild_id == guild_id, event_presence.c.open)
