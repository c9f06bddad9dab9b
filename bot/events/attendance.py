"""Who counts as having attended: pure rules, measured on stays in the event's voice channel."""

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
    """A human's stay in a voice channel, `[start, end)`."""

    guild_id: int
    channel_id: int
    user_id: int
    start: datetime
    end: datetime


def needed(starts_at: datetime, ends_at: datetime) -> timedelta:
    """Five minutes, or half of an event that is shorter than ten."""
    return min(ENOUGH, (ends_at - starts_at) / 2)


def attended(stays: Iterable[PresenceSpan], starts_at: datetime, ends_at: datetime) -> dict[int, timedelta]:
    """Each member who was there long enough, with their time there.

    What counts is the time between EARLY before the start and LATE after the end. Stays add up; where they
    overlap (the same time told twice) the time counts once.
    """
    doors, close = starts_at - EARLY, ends_at + LATE
    spans: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for stay in stays:
        start, end = max(stay.start, doors), min(stay.end, close)
        if start < end:
            spans[stay.user_id].append((start, end))
    totals = {user: covered(found) for user, found in spans.items()}
    enough = needed(starts_at, ends_at)
    return {user: total for user, total in totals.items() if total >= enough}
