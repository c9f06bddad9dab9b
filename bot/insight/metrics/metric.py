"""What every metric defines: its texts, its value, its explanation, its place on the weekly card.

A metric whose inputs are among the eleven of `Counts` needs nothing more. A metric with other inputs names them in
`inputs` and returns them from `measure`; they are stored with the week, and weeks stored earlier lack them.
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
    """Part of buttons and of stored weeks, so it never changes."""

    title: ClassVar[str]
    definition: ClassVar[str]
    """Source texts, marked with `phrase`."""

    place: ClassVar[CardPlace] = CardPlace.NOWHERE
    inputs: ClassVar[tuple[str, ...]] = ()
    """The names of the counts that `measure` returns."""

    digits: ClassVar[int] = 0

    async def measure(self, sources: InsightSources, guild_id: int, window: Window) -> Mapping[str, int]:
        """The metric's own inputs in the window: a count for every name of `inputs`."""
        return {}

    @abstractmethod
    def value(self, period: WeekPeriod) -> Fraction | None:
        """The number; None where it is not defined. Called only with periods that have its inputs."""

    @abstractmethod
    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        """The inputs and the arithmetic, line by line. Called only with periods that have its inputs."""

    def section(self, t: Language, report: WeekReport) -> str | None:
        """The metric's section of the weekly card, None without one."""
        return None

    def unit(self, t: Language, value: Fraction | None) -> str:
        """The value as people read it, with its unit where it has one."""
        return figure(t, value, self.digits)

    def measured_in(self, period: WeekPeriod) -> bool:
        """Whether the period has what this metric is computed from."""
        return self.inputs == () or self.inputs_of(period).keys() >= set(self.inputs)

    def inputs_of(self, period: WeekPeriod) -> Mapping[str, int]:
        """What `measure` returned when the period was computed."""
        return period.measured.get(self.key, {})

    def line(self, t: Language, report: WeekReport) -> str | None:
        """The values of the week, of last week and of the 28 days; None where the week did not measure the metric."""
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
