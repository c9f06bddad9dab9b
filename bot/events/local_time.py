"""Conversion between local time and instants, across the switches of summer time. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo


def instant(local_time: datetime, zone: tzinfo) -> datetime:
    """The instant of a naive local time in `zone`, as aware UTC.

    A time that happens twice (clocks go back) means the first; one that never happens (clocks go
    forward) means the first valid moment after it.
    """
    first = local_time.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if local(first, zone) == local_time:
        return first
    # PEP 495: in a gap, fold=0 reads with the offset before the switch and so lands behind it; fold=1 lands ahead of it.
    before, after = local_time.replace(tzinfo=zone, fold=1).astimezone(UTC), first
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + ((after - before) // 2 // timedelta(seconds=1)) * timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


def local(moment: datetime, zone: tzinfo) -> datetime:
    """The naive local time of an instant."""
    return moment.astimezone(zone).replace(tzinfo=None)
