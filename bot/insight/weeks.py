"""ISO weeks in the community's zone: windows `[start, end)`, the 28 days to a week's end, and due times.

A local day starts with its first moment, so a week in which the clocks change has 167 or 169 hours.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.errors import UserError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTH = 4  # weeks: "the last 28 days" are the week and the three before it


@dataclass(frozen=True)
class Window:
    """`[start, end)`, aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, order=True)
class Week:
    """An ISO 8601 week, Monday to Sunday; sorts by time."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-W{self.number:02}"

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read "2026-W47". Raises UserError when there is no such week."""
        match = re.fullmatch(r"([1-8][0-9]{3})-?[Ww]([0-9]{1,2})", text.strip())
        if match is not None:
            with contextlib.suppress(ValueError):
                return cls._of(date.fromisocalendar(int(match[1]), int(match[2]), 1))
        raise UserError(
            "“{week}” is not a week. Write it like 2026-W47, or choose one from the list.", week=text[:20]
        )

    @classmethod
    def of(cls, moment: datetime, zone: ZoneInfo) -> Week:
        """The week of this moment in the community's zone."""
        return cls._of(moment.astimezone(zone).date())

    @classmethod
    def _of(cls, day: date) -> Week:
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        """The first day of the week."""
        return date.fromisocalendar(self.year, self.number, 1)

    def plus(self, weeks: int) -> Week:
        """The week that many weeks later (below 0: earlier)."""
        return Week._of(self.monday + timedelta(weeks=weeks))

    def window(self, zone: ZoneInfo) -> Window:
        """Monday 00:00 to the next Monday 00:00, local."""
        return Window(midnight(self.monday, zone), midnight(self.plus(1).monday, zone))

    def month(self, zone: ZoneInfo) -> Window:
        """The 28 local days that end with this week."""
        return Window(midnight(self.plus(1 - MONTH).monday, zone), midnight(self.plus(1).monday, zone))

    def due(self, zone: ZoneInfo, weekday: str, at: time) -> datetime:
        """When the week's post falls due: at the first such weekday and time at or after the week's end."""
        day = self.plus(1).monday + timedelta(days=WEEKDAYS.index(weekday))
        moment = datetime.combine(day, at.replace(tzinfo=None), zone).astimezone(UTC)
        return max(moment, self.window(zone).end)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, aware UTC.

    Where the clocks skip midnight it is the moment of the change; where midnight comes twice, the first one.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)
