"""What every metric says of itself: its texts, its value, how it is explained, where the weekly card shows it.

A metric whose inputs are among the eleven of `Counts` needs nothing more. One that needs others names them in
`inputs` and takes them in `measure`; they are stored with the week, and weeks stored before do not have them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from typing import ClassVar

from bot.i18n import Language
from bot.insight.formatting import figure, last_week
from bot.insight.inputs import InsightSources
from bot.insight.snapshot import WeekPeriod, WeekReport
from bot.insight.weeks import Window


class CardPlace(Enum):
    """Where the weekly card shows a metric; /stats explain opens every one."""

    SECTION = "a section of its own, written by `section`"
    LINE = "a line under *Also this week*, left out for a week that did not measure it"
    NOWHERE = "not by itself"


class Metric(ABC):
    """One number of the week."""

    key: ClassVar[str]
    """Stands in buttons and in stored weeks: it never changes."""

    title: ClassVar[str]
    definition: ClassVar[str]
    """Source texts, marked with `phrase`."""

    place: ClassVar[CardPlace] = CardPlace.NOWHERE
    inputs: ClassVar[tuple[str, ...]] = ()
    """The names of what `measure` gives."""

    digits: ClassVar[int] = 0

    async def measure(self, sources: InsightSources, guild_id: int, window: Window) -> Mapping[str, int]:
        """Its own inputs in `[start, end)`: a count for every name of `inputs`."""
        return {}

    @abstractmethod
    def value(self, period: WeekPeriod) -> Fraction | None:
        """The number; None where it is not defined. Asked only of periods that measured it."""

    @abstractmethod
    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        """The inputs and the arithmetic, line by line. Asked only of periods that measured it."""

    def section(self, t: Language, report: WeekReport) -> str | None:
        """Its part of the weekly card, if it is shown in a section."""
        return None

    def unit(self, t: Language, value: Fraction | None) -> str:
        """The value as people read it, with its unit where it has one."""
        return figure(t, value, self.digits)

    def measured_in(self, period: WeekPeriod) -> bool:
        """Whether the period has what this metric is computed from."""
        return self.inputs == () or self.inputs_of(period).keys() >= set(self.inputs)

    def inputs_of(self, period: WeekPeriod) -> Mapping[str, int]:
        """What `measure` gave when the period was computed."""
        return period.measured.get(self.key, {})

    def line(self, t: Language, report: WeekReport) -> str | None:
        """The week's value beside last week's and that of the 28 days; None where the week did not measure it."""
        own, month, last = report.snapshot.own, report.snapshot.month, report.last
        if not (self.measured_in(own) and self.measured_in(month)):
            return None
        parts = [f"{t(self.title)}: {self.unit(t, self.value(own))}"]
        if last is not None and not report.running:
            parts.append(self._last_week(t, own, last.own))
        parts.append(t("in 28 days {value}", value=self.unit(t, self.value(month))))
        return " · ".join(parts)

    def _last_week(self, t: Language, own: WeekPeriod, before: WeekPeriod) -> str:
        if not self.measured_in(before):
            return t("last week {value}", value=t("not measured"))
        value = self.value(before)
        return last_week(t, self.unit(t, value), self.value(own), value)
