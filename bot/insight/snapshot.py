"""A week's figures with everything they were computed from. Equal snapshots render to equal bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import TypeAlias

from bot.insight import score
from bot.insight.inputs import Counts, StoredCoverage
from bot.insight.weeks import Week, Window

HISTORY = 4
"""A week is compared with the median of so many earlier weeks, once they are stored.

A week of which Lyceum heard less than half (usually the one in which it was invited) is not among them.
"""

CHARTED = 12
"""Weeks in the chart, the shown one included."""


Measured: TypeAlias = Mapping[str, Mapping[str, int]]
"""Key of a metric → the inputs that it measured itself. Metrics added after the week are not in it."""


def _nothing() -> Measured:
    return {}


@dataclass(frozen=True)
class WeekPeriod:
    """One window with its inputs and its coverage, and the figures that follow from them."""

    window: Window
    counts: Counts
    coverage: StoredCoverage
    members: int
    measured: Measured = field(default_factory=_nothing)

    @property
    def mostly_covered(self) -> bool:
        """Lyceum listened for at least half of the window."""
        return 2 * self.coverage.gap_seconds <= (self.window.end - self.window.start).total_seconds()

    @property
    def engagement(self) -> Fraction | None:
        counts = self.counts
        return score.engagement(counts.interactions, counts.consumption, counts.participation, self.members)

    @property
    def content_value(self) -> Fraction | None:
        """The value of the whole library."""
        counts = self.counts
        return score.content_value(
            counts.consumption, counts.rating_sum, counts.rating_count, counts.contents
        )

    @property
    def rated_value(self) -> Fraction | None:
        """The value of the rated items alone."""
        counts = self.counts
        return score.content_value(counts.consumption, counts.rating_sum, counts.rating_count, counts.rated)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """`own` is the week itself, `month` the 28 days that end with it; both divide by the members at that end.

    `stored_at` is None for a week that was computed just now and may still change.
    """

    week: Week
    zone: str
    members: int
    paying: int
    own: WeekPeriod
    month: WeekPeriod
    formula: int
    stored_at: datetime | None


@dataclass(frozen=True)
class WeekReport:
    """A snapshot and the stored weeks before it, oldest first: CHARTED weeks at most."""

    snapshot: Snapshot
    earlier: tuple[Snapshot, ...]
    running: bool

    @property
    def last(self) -> Snapshot | None:
        """The week right before, if it is stored."""
        before = self.snapshot.week.plus(-1)
        return next((week for week in self.earlier if week.week == before), None)

    @property
    def usual(self) -> Fraction | None:
        """The median engagement of the last four stored weeks, None before there are four."""
        values = [week.own.engagement for week in self.earlier if week.own.mostly_covered]
        return score.median_of(values[-HISTORY:]) if len(values) >= HISTORY else None
