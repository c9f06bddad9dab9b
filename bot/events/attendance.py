"""Who attended an event: pure rules over presence in its voice channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.events.event import EARLY, LATE
from bot.intervals import covered

ENOUGH = timedelta(minutes=5)


@dataclass(frozen=True)
class PresenceSpan:
    """A person's presence in a voice channel, `[start, end)`. Bots have none."""

    guild_id: int
    channel_id: int
    user_id: int
    start: datetime
    end: datetime


def required_time(starts_at: datetime, ends_at: datetime) -> timedelta:
    """How long somebody must be there: five minutes, or half of an event shorter than ten."""
    return min(ENOUGH, (ends_at - starts_at) / 2)


def attended(spans: Iterable[PresenceSpan], starts_at: datetime, ends_at: datetime) -> dict[int, timedelta]:
    """Each member who was there long enough, with their time there.

    Time counts from EARLY before the start until LATE after the end. Spans add up; time in overlapping
    spans (Discord reported it twice) counts once.
    """
    doors_at, closes_at = starts_at - EARLY, ends_at + LATE
    intervals: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for span in spans:
        start, end = max(span.start, doors_at), min(span.end, closes_at)
        if start < end:
            intervals[span.user_id].append((start, end))
    totals = {user: covered(times) for user, times in intervals.items()}
    required = required_time(starts_at, ends_at)
    return {user: total for user, total in totals.items() if total >= required}
