"""Whole hours, days and weeks of the community's zone, as the moment at which they begin (aware UTC).

A local hour of Kathmandu (+05:45) begins at a quarter past a UTC hour, so that days add up from hours.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.ids import DISCORD_EPOCH


def hour_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local hour in which `moment` lies."""
    local = moment.astimezone(zone)
    within = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return moment.astimezone(UTC) - within


def day_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local day."""
    return _midnight(moment, zone, days_back=0)


def week_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """The beginning of the local ISO week: Monday, 00:00."""
    return _midnight(moment, zone, days_back=moment.astimezone(zone).weekday())


def _midnight(moment: datetime, zone: ZoneInfo, days_back: int) -> datetime:
    day = moment.astimezone(zone).date() - timedelta(days=days_back)
    return datetime.combine(day, time(), zone).astimezone(UTC)


class Hours:
    """`hour_of` for Discord ids, for the hot path: most messages lie in the hour of the one before."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._quarter = -1
        self._hour = DISCORD_EPOCH

    def of(self, snowflake: int) -> datetime:
        """The hour in which Discord made this id."""
        # Every zone's offset since 2015 is a multiple of a quarter of an hour, so within one the hour is the same.
        quarter = (snowflake >> 22) // 900_000
        if quarter != self._quarter:
            self._quarter = quarter
            self._hour = hour_of(DISCORD_EPOCH + quarter * timedelta(minutes=15), self._zone)
        return self._hour
