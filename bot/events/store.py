"""Queries of events. They take a connection and never commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.events.event import Attendee, Event, EventKind, EventState, HeldEvent
from bot.events.tables import attendance, event, going

OPEN = (EventState.SCHEDULED, EventState.LIVE)


async def add(tx: Writer, new: Event) -> None:
    """Store a new event."""
    await tx.execute(insert(event).values(**new.__dict__))


async def find(db: Reader, guild_id: int, event_id: int) -> Event | None:
    """The event with this id, None if the guild has none."""
    row = (await db.execute(select(event).where(_is(guild_id, event_id)))).first()
    return _event(row) if row else None


async def overlapping(
    db: Reader, guild_id: int, channel_id: int, start: datetime, end: datetime
) -> Event | None:
    """The first event in that channel, not cancelled, that shares some time with `[start, end)`."""
    query = select(event).where(
        event.c.guild_id == guild_id,
        event.c.voice_channel_id == channel_id,
        event.c.state != EventState.CANCELLED,
        event.c.starts_at < end,
        event.c.ends_at > start,
    )
    row = (await db.execute(query.order_by(event.c.starts_at).limit(1))).first()
    return _event(row) if row else None


async def find_duplicate(db: Reader, new: Event) -> Event | None:
    """Another event with the same title, start and address that is not cancelled."""
    query = select(event).where(
        event.c.guild_id == new.guild_id,
        event.c.title == new.title,
        event.c.starts_at == new.starts_at,
        event.c.address == new.address,
        event.c.state != EventState.CANCELLED,
    )
    row = (await db.execute(query.limit(1))).first()
    return _event(row) if row else None


async def upcoming(db: Reader, guild_id: int, now: datetime, limit: int) -> list[Event]:
    """Live and scheduled events, soonest first."""
    query = select(event).where(event.c.guild_id == guild_id, event.c.state.in_(OPEN), event.c.ends_at > now)
    return [
        _event(row) for row in await db.execute(query.order_by(event.c.starts_at, event.c.id).limit(limit))
    ]


async def latest(db: Reader, guild_id: int, limit: int) -> list[Event]:
    """All events except cancelled ones, the latest first."""
    query = select(event).where(event.c.guild_id == guild_id, event.c.state != EventState.CANCELLED)
    return [_event(row) for row in await db.execute(query.order_by(event.c.starts_at.desc()).limit(limit))]


async def set_state(
    tx: Writer, guild_id: int, event_id: int, was: Iterable[EventState], becomes: EventState
) -> bool:
    """Change the state if it is one of `was`. False when it is not."""
    change = update(event).where(_is(guild_id, event_id), event.c.state.in_(tuple(was))).values(state=becomes)
    return (await tx.execute(change)).rowcount == 1


async def set_discord_event(tx: Writer, guild_id: int, event_id: int, discord_event_id: int | None) -> None:
    """Record the id of Discord's scheduled event, or None when it is gone."""
    change = update(event).where(_is(guild_id, event_id)).values(discord_event_id=discord_event_id)
    await tx.execute(change)


async def set_card(tx: Writer, guild_id: int, event_id: int, channel_id: int, message_id: int) -> None:
    """Record the message of the card."""
    values = {"card_channel_id": channel_id, "card_message_id": message_id}
    await tx.execute(update(event).where(_is(guild_id, event_id)).values(**values))


async def sign_up(tx: Writer, guild_id: int, event_id: int, user_id: int, now: datetime) -> bool:
    """Sign a member up; False when they were signed up already."""
    row = {"guild_id": guild_id, "event_id": event_id, "user_id": user_id, "at": now, "wants_reminder": False}
    return (await tx.execute(insert(going).values(**row).on_conflict_do_nothing())).rowcount == 1


async def sign_off(tx: Writer, guild_id: int, event_id: int, user_id: int) -> bool:
    """Remove a sign-up; False when there was none."""
    sign_up = and_(going.c.guild_id == guild_id, going.c.event_id == event_id, going.c.user_id == user_id)
    return (await tx.execute(delete(going).where(sign_up))).rowcount == 1


async def sign_ups(db: Reader, guild_id: int, event_id: int) -> list[int]:
    """The members who signed up, in order."""
    query = select(going.c.user_id).where(going.c.guild_id == guild_id, going.c.event_id == event_id)
    return list((await db.execute(query.order_by(going.c.at, going.c.user_id))).scalars())


async def count_sign_ups(db: Reader, guild_id: int, event_ids: Iterable[int]) -> dict[int, int]:
    """The number of sign-ups of each of these events."""
    query = select(going.c.event_id, func.count()).where(
        going.c.guild_id == guild_id, going.c.event_id.in_(event_ids)
    )
    return {row[0]: row[1] for row in await db.execute(query.group_by(going.c.event_id))}


async def going_to(db: Reader, guild_id: int, user_id: int, event_ids: Iterable[int]) -> set[int]:
    """The events among these for which the member signed up."""
    query = select(going.c.event_id).where(
        going.c.guild_id == guild_id, going.c.user_id == user_id, going.c.event_id.in_(event_ids)
    )
    return set((await db.execute(query)).scalars())


async def record_attendance(tx: Writer, guild_id: int, event_id: int, came: Mapping[int, timedelta]) -> None:
    """Record the attendances in `came`. One that is recorded already is not changed."""
    rows = [
        {
            "guild_id": guild_id,
            "event_id": event_id,
            "user_id": user,
            "seconds": int(time.total_seconds()),
            "how": "measured",
        }
        for user, time in came.items()
    ]
    if rows:
        await tx.execute(insert(attendance).values(rows).on_conflict_do_nothing())


async def attendees(db: Reader, guild_id: int, event_id: int) -> list[Attendee]:
    """The members who came, longest first."""
    query = select(attendance.c.user_id, attendance.c.seconds).where(
        attendance.c.guild_id == guild_id, attendance.c.event_id == event_id
    )
    rows = await db.execute(query.order_by(attendance.c.seconds.desc(), attendance.c.user_id))
    return [Attendee(row[0], row[1]) for row in rows]


async def held(db: Reader, guild_id: int, start: datetime, end: datetime) -> list[HeldEvent]:
    """The events that ended within `[start, end)`, with their attendances, earliest first."""
    both = and_(attendance.c.guild_id == event.c.guild_id, attendance.c.event_id == event.c.id)
    query = (
        select(event.c.id, event.c.ends_at, func.count(attendance.c.user_id))
        .select_from(event.outerjoin(attendance, both))
        .where(
            event.c.guild_id == guild_id,
            event.c.state == EventState.OVER,
            event.c.ends_at >= start,
            event.c.ends_at < end,
        )
        .group_by(event.c.id, event.c.ends_at)
        .order_by(event.c.ends_at, event.c.id)
    )
    return [HeldEvent(*row) for row in await db.execute(query)]


async def channels_with_open_doors(
    db: Reader, guild_id: int, now: datetime, early: timedelta, late: timedelta
) -> set[int]:
    """The voice channels of open events, from `early` before their start to `late` after their end. Presence counts in them."""
    query = select(event.c.voice_channel_id).where(
        event.c.guild_id == guild_id,
        event.c.state.in_(OPEN),
        event.c.starts_at <= now + early,
        event.c.ends_at >= now - late,
        event.c.voice_channel_id.is_not(None),
    )
    return {channel for channel in (await db.execute(query)).scalars() if channel is not None}


async def next_start(db: Reader, guild_id: int, channel_id: int) -> datetime | None:
    """The earliest start of the open events in a channel."""
    query = select(func.min(event.c.starts_at)).where(
        event.c.guild_id == guild_id, event.c.voice_channel_id == channel_id, event.c.state.in_(OPEN)
    )
    return (await db.execute(query)).scalar()


def _is(guild_id: int, event_id: int) -> ColumnElement[bool]:
    return and_(event.c.guild_id == guild_id, event.c.id == event_id)


def _event(row: Row[Any]) -> Event:
    values: dict[str, Any] = dict(row._mapping)
    values |= {"kind": EventKind(row.kind), "state": EventState(row.state)}
    return Event(**values)
