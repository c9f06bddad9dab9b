"""Spans of time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta


def covered(intervals: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """The time that the intervals `[start, end)` cover together; overlaps count once."""
    total = timedelta(0)
    reached: datetime | None = None
    for start, end in sorted(intervals):
        begin = start if reached is None else max(start, reached)
        if begin < end:
            total += end - begin
            reached = end
    return total
