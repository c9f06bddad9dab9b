"""Writes a batch of counts in one transaction, its counters and marks together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.activity import people_store, store
from bot.activity.buckets import day_of, hour_of, week_of
from bot.activity.presence import Session
from bot.activity.recorder import CountBatch, MarkNow, MemberJoined, Place
from bot.activity.rules import InteractionKind, session_counts
from bot.db import Writer


@dataclass(kw_only=True)
class _Guild:
    """The part of a batch that concerns one guild."""

    users: set[int] = field(default_factory=set[int])
    channels: set[int] = field(default_factory=set[int])
    marks: dict[int, MarkNow] = field(default_factory=dict[int, MarkNow])
    counts: list[tuple[int, int, datetime, InteractionKind, int]] = field(
        default_factory=list[tuple[int, int, datetime, InteractionKind, int]]
    )
    reactions: list[tuple[int, int, int, str, datetime]] = field(
        default_factory=list[tuple[int, int, int, str, datetime]]
    )
    threads: list[tuple[int, int, datetime]] = field(default_factory=list[tuple[int, int, datetime]])
    sessions: list[Session] = field(default_factory=list[Session])


async def write(
    tx: Writer, batch: CountBatch, zone: ZoneInfo, claimed: Collection[Session] = ()
) -> dict[Place, int]:
    """Write the batch; returns the channel_no of new channels. Sessions that an event claimed do not count here."""
    await _write_members(tx, batch)
    new: dict[Place, int] = {}
    for guild_id, part in _parts(batch).items():
        new |= await _write_guild(tx, guild_id, part, zone, claimed)
    return new


async def _write_guild(
    tx: Writer, guild_id: int, part: _Guild, zone: ZoneInfo, claimed: Collection[Session]
) -> dict[Place, int]:
    channel_nos = {
        id_: now.mark.channel_no for id_, now in part.marks.items() if now.mark.channel_no is not None
    }
    await store.put_marks(tx, [{"n": no, **_mark_row(part.marks[id_])} for id_, no in channel_nos.items()])
    new_marks = {id_: _mark_row(now) for id_, now in part.marks.items() if id_ not in channel_nos}
    others = (part.channels | new_marks.keys()) - channel_nos.keys()
    channel_nos |= await store.channels(tx, guild_id, others, new_marks)
    person_nos = await _counted_people(tx, guild_id, part.users)

    counts: dict[tuple[datetime, int, int, InteractionKind], int] = defaultdict(int)
    for user, channel, hour, kind, times in part.counts:
        if user in person_nos:
            counts[hour, person_nos[user], channel_nos[channel], kind] += times
    rows = [
        {"guild_id": guild_id, "message_id": message, "person": person_nos[user], "emoji": emoji}
        for user, _, message, emoji, _ in part.reactions
        if user in person_nos
    ]
    new_reactions = await store.give_reactions(tx, rows)
    for user, channel, message, emoji, hour in part.reactions:
        if user in person_nos and (message, person_nos[user], emoji) in new_reactions:
            counts[hour, person_nos[user], channel_nos[channel], InteractionKind.REACTION] += 1
    rows = [
        {"guild_id": guild_id, "thread_id": thread, "person": person_nos[user]}
        for thread, user, _ in part.threads
        if user in person_nos
    ]
    new_threads = await store.open_threads(tx, rows)
    for thread, user, hour in part.threads:
        if thread in new_threads:
            counts[hour, person_nos[user], channel_nos[thread], InteractionKind.THREAD] += 1
    sessions = [s for s in part.sessions if s.user_id in person_nos]
    for session in sessions:
        if session.ended_at and session_counts(session.company) and session not in claimed:
            hour = hour_of(session.ended_at, zone)
            person_no, channel_no = person_nos[session.user_id], channel_nos[session.channel_id]
            counts[hour, person_no, channel_no, InteractionKind.VOICE] += 1
    await store.put_sessions(
        tx, [_session_row(s, person_nos[s.user_id], channel_nos[s.channel_id]) for s in sessions]
    )
    await _add_counts(tx, guild_id, counts, zone)
    return {(guild_id, channel_id): channel_nos[channel_id] for channel_id in new_marks}


async def _counted_people(tx: Writer, guild_id: int, users: Collection[int]) -> dict[int, int]:
    """The person_no of those users whose activity counts; users not stored yet are stored first."""
    known = await people_store.people(tx, guild_id, users)
    unknown = [user for user in users if user not in known]
    if unknown:
        await people_store.add_people(tx, guild_id, dict.fromkeys(unknown, False))
        known |= await people_store.people(tx, guild_id, unknown)
    return {user: person.n for user, person in known.items() if not person.bot and not person.opted_out}


async def _add_counts(
    tx: Writer, guild_id: int, counts: dict[tuple[datetime, int, int, InteractionKind], int], zone: ZoneInfo
) -> None:
    """Add to the hourly counts, and to the totals that grow with them."""
    seconds = {hour: int(hour.timestamp()) for hour in {hour for hour, _, _, _ in counts}}
    await store.add_counts(
        tx,
        [
            (guild_id, seconds[hour], person_no, channel_no, kind.value, times)
            for (hour, person_no, channel_no, kind), times in counts.items()
        ],
    )
    by_person = ((hour, person_no, kind, times) for (hour, person_no, _, kind), times in counts.items())
    await store.add_weeks(tx, totals(guild_id, week_of, by_person, zone))
    by_guild = ((hour, None, kind, times) for (hour, _, _, kind), times in counts.items())
    await store.add_days(tx, totals(guild_id, day_of, by_guild, zone))


def totals(
    guild_id: int,
    bucket_of: Callable[[datetime, ZoneInfo], datetime],
    counts: Iterable[tuple[datetime, int | None, InteractionKind, int]],
    zone: ZoneInfo,
) -> list[store.Counts]:
    """What to add to people's weeks, or (with person_no None) to a guild's days."""
    sums: dict[tuple[int, int | None], list[int]] = {}
    starts: dict[datetime, int] = {}
    for hour, person_no, kind, times in counts:
        start = starts.get(hour)
        if start is None:
            start = starts[hour] = int(bucket_of(hour, zone).timestamp())
        by_kind = sums.get((start, person_no))
        if by_kind is None:
            by_kind = sums[start, person_no] = [0] * len(InteractionKind)
        by_kind[kind - 1] += times
    return [
        (guild_id, start, *by_kind) if person_no is None else (guild_id, start, person_no, *by_kind)
        for (start, person_no), by_kind in sums.items()
    ]


async def _write_members(tx: Writer, batch: CountBatch) -> None:
    """Who joined and left, in the order in which they did."""
    for change in batch.people:
        if isinstance(change, MemberJoined):
            await people_store.add_people(tx, change.guild_id, {change.user_id: change.bot})
        known = await people_store.people(tx, change.guild_id, [change.user_id])
        if change.user_id not in known:
            continue
        person_no = known[change.user_id].n
        if isinstance(change, MemberJoined):
            await people_store.begin_stays(
                tx, [{"guild_id": change.guild_id, "person": person_no, "joined_at": change.joined_at}]
            )
        else:
            await people_store.end_stays(tx, change.guild_id, [person_no], change.left_at)


def _parts(batch: CountBatch) -> dict[int, _Guild]:
    parts: dict[int, _Guild] = defaultdict(_Guild)
    for (guild_id, user, channel, hour, kind), times in batch.counts.items():
        _part(parts, guild_id, user, channel).counts.append((user, channel, hour, kind, times))
    for (guild_id, user, message, emoji), (channel, hour) in batch.reactions.items():
        _part(parts, guild_id, user, channel).reactions.append((user, channel, message, emoji, hour))
    for (guild_id, thread), (user, hour) in batch.threads.items():
        _part(parts, guild_id, user, thread).threads.append((thread, user, hour))
    for session in batch.sessions:
        _part(parts, session.guild_id, session.user_id, session.channel_id).sessions.append(session)
    for (guild_id, channel), now in batch.marks.items():
        parts[guild_id].marks[channel] = now
    return parts


def _part(parts: dict[int, _Guild], guild_id: int, user: int, channel: int) -> _Guild:
    part = parts[guild_id]
    part.users.add(user)
    part.channels.add(channel)
    return part


def _mark_row(now: MarkNow) -> dict[str, Any]:
    return {"mark": now.upto, "above": now.above, "last_message_id": now.last}


def _session_row(session: Session, person_no: int, channel_no: int) -> dict[str, Any]:
    return {
        "guild_id": session.guild_id,
        "person": person_no,
        "since": session.since,
        "channel": channel_no,
        "company_s": int(session.company.total_seconds()),
        "company_since": session.company_since,
        "ended_at": session.ended_at,
    }
