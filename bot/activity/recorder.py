"""Counts gateway events in memory, at once, without waiting for anything.

A flush takes the whole batch (`take`) and returns it if it could not be written (`put_back`). Counters and
marks are taken at the same instant, so a transaction that writes both can be killed at any point: either a
message is both counted and behind the mark, or it is neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.activity.buckets import Hours, hour_of
from bot.activity.presence import Presence, Session
from bot.activity.rules import InteractionKind
from bot.activity.watermarks import Watermark

Place = tuple[int, int]
"""(guild, channel)."""


@dataclass(frozen=True)
class MemberJoined:
    """Somebody joined a guild."""

    guild_id: int
    user_id: int
    bot: bool
    joined_at: datetime


@dataclass(frozen=True)
class MemberLeft:
    """Somebody left a guild."""

    guild_id: int
    user_id: int
    left_at: datetime


@dataclass(frozen=True)
class MarkNow:
    """A channel's mark at the instant of a flush."""

    mark: Watermark
    upto: int
    above: list[int]
    last: int | None


@dataclass(kw_only=True)
class CountBatch:
    """What one flush writes."""

    counts: dict[tuple[int, int, int, datetime, InteractionKind], int] = field(
        default_factory=dict[tuple[int, int, int, datetime, InteractionKind], int]
    )
    """(guild, user, channel, hour, kind) → how often."""
    reactions: dict[tuple[int, int, int, str], tuple[int, datetime]] = field(
        default_factory=dict[tuple[int, int, int, str], tuple[int, datetime]]
    )
    """(guild, user, message, emoji) → (channel, hour)."""
    threads: dict[Place, tuple[int, datetime]] = field(default_factory=dict[Place, tuple[int, datetime]])
    """(guild, thread) → (who opened it, hour)."""
    people: list[MemberJoined | MemberLeft] = field(default_factory=list[MemberJoined | MemberLeft])
    marks: dict[Place, MarkNow] = field(default_factory=dict[Place, MarkNow])
    sessions: list[Session] = field(default_factory=list[Session])
    events: int = 0

    def __bool__(self) -> bool:
        return bool(
            self.counts or self.reactions or self.threads or self.people or self.marks or self.sessions
        )


class Recorder:
    """Counts the events that it is given. `unflushed` of them are not in the database yet."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.presence = Presence()
        self.last_event_id: int | None = None
        self._zone = zone
        self._hours = Hours(zone)
        self._marks: dict[Place, Watermark] = {}
        self._moved: set[Place] = set()
        self._batch = CountBatch()
        self._messages = 0
        self._written = 0

    def restore(self, marks: Iterable[tuple[Place, Watermark]]) -> None:
        """Take over the marks from the database."""
        self._marks = dict(marks)
        self.last_event_id = max(
            (mark.last for mark in self._marks.values() if mark.last is not None), default=None
        )

    @property
    def unflushed(self) -> int:
        """How many events are counted in memory only, those of a running flush included."""
        return self._written + self._waiting() + self.presence.ended

    def mark(self, place: Place) -> Watermark | None:
        """The channel's mark, None when the channel is new."""
        return self._marks.get(place)

    def appear(self, place: Place, upto: int) -> Watermark:
        """Add the mark of a new channel; it is held until the channel's history up to now is read."""
        mark = self._marks[place] = Watermark(upto)
        mark.held = True
        self._moved.add(place)
        return mark

    def hold(self, guild_id: int | None = None) -> None:
        """Something may be missing before the next live message: freeze the marks of the guild, or of all."""
        for (guild, _), mark in self._marks.items():
            if guild_id in (None, guild):
                mark.held = True

    def release(self, place: Place) -> None:
        """The channel's history is read: the mark follows live messages again."""
        self._marks[place].held = False
        self._moved.add(place)

    def message(self, place: Place, message_id: int, user_id: int, *, counts: bool) -> bool:
        """Count a message from the gateway or from history, once however often it comes. True when it was counted now."""
        mark = self._marks[place]
        if message_id > mark.newest:
            mark.newest = message_id
        self._moved.add(place)
        if not counts or not mark.take(message_id):
            return False
        if mark.last is None or message_id > mark.last:
            mark.last = message_id
        if self.last_event_id is None or message_id > self.last_event_id:
            self.last_event_id = message_id
        key = (place[0], user_id, place[1], self._hours.of(message_id), InteractionKind.MESSAGE)
        counters = self._batch.counts
        counters[key] = counters.get(key, 0) + 1
        self._messages += 1
        return True

    def reached(self, place: Place, message_id: int) -> None:
        """History was read up to this message."""
        self._marks[place].reached(message_id)
        self._moved.add(place)

    def reaction(self, place: Place, message_id: int, user_id: int, emoji: str, at: datetime) -> None:
        """Somebody gave a reaction. The flush decides whether it is new."""
        self._batch.reactions.setdefault(
            (place[0], user_id, message_id, emoji), (place[1], hour_of(at, self._zone))
        )

    def thread(self, place: Place, user_id: int, at: datetime) -> None:
        """Somebody opened a thread or forum post (`place` is the thread itself). The flush decides whether it is new."""
        self._batch.threads.setdefault(place, (user_id, hour_of(at, self._zone)))

    def person(self, change: MemberJoined | MemberLeft) -> None:
        """Somebody joined or left."""
        self._batch.people.append(change)

    def take(self) -> CountBatch:
        """Everything since the last flush, with the marks as they are at this instant."""
        batch, self._batch = self._batch, CountBatch()
        batch.events, self._messages = self._messages + len(batch.reactions) + len(batch.threads), 0
        for place in self._moved:
            mark = self._marks[place]
            mark.settle()
            batch.marks[place] = MarkNow(mark, mark.upto, sorted(mark.above), mark.last)
        self._moved = set()
        batch.events += self.presence.ended
        batch.sessions = self.presence.take()
        self._written = batch.events
        return batch

    def stored(self, batch: CountBatch, channel_nos: dict[Place, int]) -> None:
        """The batch is committed; `channel_nos` are those of new channels."""
        for place, channel_no in channel_nos.items():
            if (mark := self._marks.get(place)) is not None:
                mark.channel_no = channel_no
        self._written = 0

    def put_back(self, batch: CountBatch) -> None:
        """The batch could not be written: put it before what was counted since, losing and doubling nothing."""
        newer, self._batch = self._batch, batch
        for key, times in newer.counts.items():
            batch.counts[key] = batch.counts.get(key, 0) + times
        for reaction, where in newer.reactions.items():
            batch.reactions.setdefault(reaction, where)
        for place, opened in newer.threads.items():
            batch.threads.setdefault(place, opened)
        batch.people.extend(newer.people)
        self._moved.update(batch.marks)
        batch.marks = {}
        self.presence.put_back(batch.sessions)
        batch.sessions = []
        self._messages = sum(
            times for key, times in batch.counts.items() if key[4] is InteractionKind.MESSAGE
        )
        self._written = 0

    def _waiting(self) -> int:
        return self._messages + len(self._batch.reactions) + len(self._batch.threads)
