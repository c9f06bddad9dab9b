"""Writing what has gathered: one transaction of upserts, counters and marks together."""

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
    """Write the batch; returns the numbers of new channels. Sessions that an event claimed do not count here."""
    await _people(tx, batch)
    new: dict[Place, int] = {}
    for guild_id, part in _parts(batch).items():
        new |= await _write_guild(tx, guild_id, part, zone, claimed)
    return new


async def _write_guild(
    tx: Writer, guild_id: int, part: _Guild, zone: ZoneInfo, claimed: Collection[Session]
) -> dict[Place, int]:
    numbers = {id_: now.mark.n for id_, now in part.marks.items() if now.mark.n is not None}
    await store.put_marks(tx, [{"n": n, **_row(part.marks[id_])} for id_, n in numbers.items()])
    unnumbered = {id_: _row(now) for id_, now in part.marks.items() if id_ not in numbers}
    others = (part.channels | unnumbered.keys()) - numbers.keys()
    numbers |= await store.channels(tx, guild_id, others, unnumbered)
    counted = await _counted(tx, guild_id, part.users)

    counts: dict[tuple[datetime, int, int, InteractionKind], int] = defaultdict(int)
    for user, channel, hour, kind, n in part.counts:
        if user in counted:
            counts[hour, counted[user].n, numbers[channel], kind] += n
    rows = [
        {"guild_id": guild_id, "message_id": message, "person": counted[user].n, "emoji": emoji}
        for user, _, message, emoji, _ in part.reactions
        if user in counted
    ]
    new_reactions = await store.give_reactions(tx, rows)
    for user, channel, message, emoji, hour in part.reactions:
        if user in counted and (message, counted[user].n, emoji) in new_reactions:
            counts[hour, counted[user].n, numbers[channel], InteractionKind.REACTION] += 1
    rows = [
        {"guild_id": guild_id, "thread_id": thread, "person": counted[user].n}
        for thread, user, _ in part.threads
        if user in counted
    ]
    new_threads = await store.open_threads(tx, rows)
    for thread, user, hour in part.threads:
        if thread in new_threads:
            counts[hour, counted[user].n, numbers[thread], InteractionKind.THREAD] += 1
    sessions = [s for s in part.sessions if s.user_id in counted]
    for session in sessions:
        if session.ended_at and session_counts(session.company) and session not in claimed:
            hour = hour_of(session.ended_at, zone)
            counts[hour, counted[session.user_id].n, numbers[session.channel_id], InteractionKind.VOICE] += 1
    await store.put_sessions(tx, [_session(s, counted[s.user_id].n, numbers[s.channel_id]) for s in sessions])
    await _add(tx, guild_id, counts, zone)
    return {(guild_id, channel_id): numbers[channel_id] for channel_id in unnumbered}


async def _counted(tx: Writer, guild_id: int, users: Collection[int]) -> dict[int, Any]:
    """Those of the users whose doings count; who was never met is stored first."""
    known = await people_store.people(tx, guild_id, users)
    strangers = [user for user in users if user not in known]
    if strangers:
        await people_store.meet(tx, guild_id, dict.fromkeys(strangers, False))
        known |= await people_store.people(tx, guild_id, strangers)
    return {user: who for user, who in known.items() if not who.bot and not who.opted_out}


async def _add(
    tx: Writer, guild_id: int, counts: dict[tuple[datetime, int, int, InteractionKind], int], zone: ZoneInfo
) -> None:
    """The hourly counts, and the totals that grow with them."""
    seconds = {hour: int(hour.timestamp()) for hour in {hour for hour, _, _, _ in counts}}
    await store.add_counts(
        tx,
        [
            (guild_id, seconds[hour], n, channel, kind.value, times)
            for (hour, n, channel, kind), times in counts.items()
        ],
    )
    by_person = ((hour, n, kind, times) for (hour, n, _, kind), times in counts.items())
    await store.add_weeks(tx, totals(guild_id, week_of, by_person, zone))
    by_guild = ((hour, None, kind, times) for (hour, _, _, kind), times in counts.items())
    await store.add_days(tx, totals(guild_id, day_of, by_guild, zone))


def totals(
    guild_id: int,
    bucket_of: Callable[[datetime, ZoneInfo], datetime],
    counts: Iterable[tuple[datetime, int | None, InteractionKind, int]],
    zone: ZoneInfo,
) -> list[store.Counts]:
    """What to add to the weeks of people, or to the days of a guild (people None)."""
    sums: dict[tuple[int, int | None], list[int]] = {}
    starts: dict[datetime, int] = {}
    for hour, n, kind, times in counts:
        start = starts.get(hour)
        if start is None:
            start = starts[hour] = int(bucket_of(hour, zone).timestamp())
        found = sums.get((start, n))
        if found is None:
            found = sums[start, n] = [0] * len(InteractionKind)
        found[kind - 1] += times
    return [
        (guild_id, start, *found) if n is None else (guild_id, start, n, *found)
        for (start, n), found in sums.items()
    ]


async def _people(tx: Writer, batch: CountBatch) -> None:
    """Comings and goings in their order; a stretch of comings is written at once."""
    for change in batch.people:
        if isinstance(change, MemberJoined):
            await people_store.meet(tx, change.guild_id, {change.user_id: change.bot})
        known = await people_store.people(tx, change.guild_id, [change.user_id])
        if change.user_id not in known:
            continue
        n = known[change.user_id].n
        if isinstance(change, MemberJoined):
            await people_store.came(
                tx, [{"guild_id": change.guild_id, "person": n, "joined_at": change.joined_at}]
            )
        else:
            await people_store.went(tx, change.guild_id, [n], change.left_at)


def _parts(batch: CountBatch) -> dict[int, _Guild]:
    parts: dict[int, _Guild] = defaultdict(_Guild)
    for (guild_id, user, channel, hour, kind), n in batch.counts.items():
        _part(parts, guild_id, user, channel).counts.append((user, channel, hour, kind, n))
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


def _row(now: MarkNow) -> dict[str, Any]:
    return {"mark": now.upto, "above": now.above, "last_message_id": now.last}


def _session(session: Session, n: int, channel: int) -> dict[str, Any]:
    return {
        "guild_id": session.guild_id,
        "person": n,
        "since": session.since,
        "channel": channel,
        "company_s": int(session.company.total_seconds()),
        "company_since": session.company_since,
        "ended_at": session.ended_at,
    }
