"""Queries of activity: they take a connection and never commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, select, update

from bot.activity.people_store import Row, portions
from bot.activity.tables import (
    channel,
    gap,
    guild_day,
    hourly_count,
    member_week,
    person,
    reaction_given,
    thread_opened,
    voice_session,
    watch,
)
from bot.activity.watermarks import Watermark
from bot.db import Reader, Writer
from bot.db.sql import BulkInsert, greatest, insert, total, upsert

KINDS = ("messages", "reactions", "threads", "voice")
Counts = tuple[int, ...]
"""A row of a count table in the order of its columns, moments in seconds since 1970."""


_ADD_HOUR = BulkInsert(upsert(hourly_count, add=("n",)))
_ADD_WEEK = BulkInsert(upsert(member_week, add=KINDS))
_ADD_DAY = BulkInsert(upsert(guild_day, add=KINDS))
_GIVE_REACTION = (
    insert(reaction_given)
    .on_conflict_do_nothing()
    .returning(reaction_given.c.message_id, reaction_given.c.person, reaction_given.c.emoji)
)
_OPEN_THREAD = insert(thread_opened).on_conflict_do_nothing().returning(thread_opened.c.thread_id)
_KEEP_SESSION = upsert(voice_session, replace=("company_s", "company_since", "ended_at"))
_HEARD = upsert(watch, replace=("until",))
_MOVE_MARK = (
    update(channel)
    .where(channel.c.n == bindparam("at"))
    .values(mark=bindparam("new_mark"), above=bindparam("new_above"), last_message_id=bindparam("new_last"))
)


async def marks(db: Reader) -> list[tuple[tuple[int, int], Watermark]]:
    """Every channel's mark: ((guild, channel), mark)."""
    rows = await db.execute(select(channel))
    return [((r.guild_id, r.channel_id), Watermark(r.mark, r.above, r.last_message_id, r.n)) for r in rows]


async def put_marks(tx: Writer, rows: Sequence[Row]) -> None:
    """Move marks of stored channels; each row: n (the channel_no), mark, above, last_message_id."""
    if rows:
        parameters = {"n": "at", "mark": "new_mark", "above": "new_above", "last_message_id": "new_last"}
        await tx.execute(_MOVE_MARK, [{parameters[key]: value for key, value in row.items()} for row in rows])


async def channels(tx: Writer, guild_id: int, ids: Collection[int], new: Mapping[int, Row]) -> dict[int, int]:
    """The channel_no of each of these channels; those not stored yet are stored, with their mark from `new`."""
    channel_nos = await _stored_channels(tx, guild_id, ids)
    for channel_id in ids:
        if channel_id not in channel_nos:
            row = insert(channel).values(guild_id=guild_id, channel_id=channel_id, **new[channel_id])
            channel_nos[channel_id] = (await tx.execute(row.returning(channel.c.n))).scalar_one()
    return channel_nos


async def _stored_channels(db: Reader, guild_id: int, ids: Collection[int]) -> dict[int, int]:
    channel_nos: dict[int, int] = {}
    for some in portions(ids):
        query = select(channel.c.channel_id, channel.c.n).where(
            channel.c.guild_id == guild_id, channel.c.channel_id.in_(some)
        )
        channel_nos |= {r.channel_id: r.n for r in await db.execute(query)}
    return channel_nos


async def give_reactions(tx: Writer, rows: Sequence[Row]) -> set[tuple[int, int, str]]:
    """Store reactions; returns (message, person, emoji) of those that are new."""
    if not rows:
        return set()
    return {(r.message_id, r.person, r.emoji) for r in await tx.execute(_GIVE_REACTION, rows)}


async def open_threads(tx: Writer, rows: Sequence[Row]) -> set[int]:
    """Store opened threads; returns the ids of those that are new."""
    if not rows:
        return set()
    return {r.thread_id for r in await tx.execute(_OPEN_THREAD, rows)}


async def add_counts(tx: Writer, rows: Sequence[Counts]) -> None:
    """Add to hourly counts: (guild, hour, person, channel, kind, n)."""
    await _ADD_HOUR.run(tx, rows)


async def add_weeks(tx: Writer, rows: Sequence[Counts]) -> None:
    """Add to members' weeks: (guild, week, person, and the four kinds)."""
    await _ADD_WEEK.run(tx, rows)


async def add_days(tx: Writer, rows: Sequence[Counts]) -> None:
    """Add to guilds' days: (guild, day, and the four kinds)."""
    await _ADD_DAY.run(tx, rows)


async def hours_of(db: Reader, guild_id: int, person_no: int) -> list[Any]:
    """One person's hourly counts, summed over channels: rows of hour, kind, n."""
    c = hourly_count.c
    query = select(c.hour, c.kind, total(c.n).label("n"))
    return list(
        (
            await db.execute(
                query.where(c.guild_id == guild_id, c.person == person_no).group_by(c.hour, c.kind)
            )
        ).all()
    )


async def put_sessions(tx: Writer, rows: Sequence[Row]) -> None:
    """Store voice sessions as they are now."""
    if rows:
        await tx.execute(_KEEP_SESSION, rows)


async def open_sessions(db: Reader) -> list[Any]:
    """Voice sessions that have not ended, with the ids of their people and channels."""
    query = (
        select(voice_session, person.c.user_id, channel.c.channel_id)
        .join(person, person.c.n == voice_session.c.person)
        .join(channel, channel.c.n == voice_session.c.channel)
        .where(voice_session.c.ended_at.is_(None))
    )
    return list((await db.execute(query)).all())


async def watches(db: Reader) -> dict[int, tuple[datetime, datetime]]:
    """Since when and until when each guild was heard."""
    return {r.guild_id: (r.since, r.until) for r in await db.execute(select(watch))}


async def heard(tx: Writer, guilds: Iterable[int], at: datetime) -> None:
    """Store that everything in these guilds was heard up to this moment."""
    rows = [{"guild_id": guild_id, "since": at, "until": at} for guild_id in guilds]
    if rows:
        await tx.execute(_HEARD, rows)


async def add_gap(
    tx: Writer, guild_id: int, channel_id: int, since: datetime, until: datetime, reason: str
) -> None:
    """Store a gap, or that a stored one lasted longer."""
    statement = insert(gap).values(
        guild_id=guild_id, channel_id=channel_id, since=since, until=max(since, until), reason=reason
    )
    later = greatest(gap.c.until, statement.excluded.until)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=["guild_id", "channel_id", "since"], set_={"until": later}
        )
    )


async def close_gaps(tx: Writer, guild_id: int, channel_id: int, since: datetime) -> None:
    """Delete the channel's gaps from `since` on: it could be read after all."""
    of_channel = and_(gap.c.guild_id == guild_id, gap.c.channel_id == channel_id)
    await tx.execute(delete(gap).where(of_channel, gap.c.since >= since))


async def gaps(db: Reader, guild_id: int, start: datetime, end: datetime) -> list[Any]:
    """Gaps that reach into the window, earliest first."""
    query = select(gap).where(gap.c.guild_id == guild_id, gap.c.since < end, gap.c.until > start)
    return list((await db.execute(query.order_by(gap.c.since, gap.c.channel_id))).all())


async def week_sums(db: Reader, guild_id: int, start: datetime, end: datetime) -> Any:
    """The sums of whole weeks that begin in the window, and how many people were active."""
    c = member_week.c
    query = (
        select(
            *(total(c[kind]).label(kind) for kind in KINDS),
            func.count(c.person.distinct()).label("active_members"),
        )
        .join(person, person.c.n == c.person)
        .where(c.guild_id == guild_id, c.week >= start, c.week < end, person.c.opted_out.is_(False))
    )
    return (await db.execute(query)).one()


async def hour_sums(db: Reader, guild_id: int, start: datetime, end: datetime) -> Any:
    """The same sums, from the hours that begin in the window."""
    c = hourly_count.c
    query = (
        select(
            *(total(c.n, where=c.kind == i).label(kind) for i, kind in enumerate(KINDS, 1)),
            func.count(c.person.distinct()).label("active_members"),
        )
        .join(person, person.c.n == c.person)
        .where(c.guild_id == guild_id, c.hour >= start, c.hour < end, person.c.opted_out.is_(False))
    )
    return (await db.execute(query)).one()
