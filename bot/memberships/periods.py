"""Calendar months from an anchor: however they are bought, the same number of months ends at the same moment.

A month from 31 January ends on 28 February. A second month reckoned from there would end on 28 March, and three days
would be lost; reckoned from the anchor it ends on 31 March. The anchor of a purchase is the start of the uninterrupted
row of months that it lengthens. It is read off the entitlements, so it survives restarts, refunds and old versions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from dateutil.relativedelta import relativedelta

CLAMPED = timedelta(days=4)
"""How much earlier than reckoned a period may end and still belong to the row: earlier versions lost up to three days."""
SAME = timedelta(days=1)
"""How much later: the community may have moved to another zone."""


@dataclass(frozen=True)
class Anchor:
    """The moment `at` from which months are counted, and how many `months` since then are taken already."""

    at: datetime
    months: int = 0

    def after(self, months: int, zone: tzinfo = UTC) -> datetime:
        """The end of so many further months."""
        return months_later(self.at, self.months + months, zone)


@dataclass(frozen=True)
class Span:
    """A period that was bought: `months` calendar months and nothing else; 0 for days, grants, and what has extra time."""

    starts_at: datetime
    ends_at: datetime
    months: int


def months_later(start: datetime, months: int, zone: tzinfo = UTC) -> datetime:
    """The same time of day so many months later in `zone`, on the last day of a month that has not so many days.

    A time that the clocks skip there is the one an hour later.
    """
    local = start.astimezone(zone)
    return (
        (local.replace(tzinfo=None) + relativedelta(months=months))
        .replace(tzinfo=zone, fold=local.fold)
        .astimezone(UTC)
    )


def anchor_of(start: datetime, earlier: Iterable[Span], zone: tzinfo = UTC) -> Anchor:
    """From where to count the months of a purchase that begins at `start`, behind `earlier` periods of the same tier.

    Of several periods with the same end the first one given counts.
    """
    by_end: dict[datetime, Span] = {}
    for span in earlier:
        if span.months and span.starts_at < span.ends_at:
            by_end.setdefault(span.ends_at, span)
    row: list[Span] = []
    at = start
    while (previous := by_end.get(at)) is not None:
        row.append(previous)
        at = previous.starts_at
    anchor = Anchor(at)
    for span in reversed(row):
        reckoned = anchor.after(span.months, zone)
        in_row = -CLAMPED <= span.ends_at - reckoned <= SAME
        anchor = Anchor(anchor.at, anchor.months + span.months) if in_row else Anchor(span.ends_at)
    return anchor


def laid(start: datetime, months: Sequence[int], zone: tzinfo = UTC) -> list[Span]:
    """Purchases of so many months each, one behind the other from `start`."""
    spans: list[Span] = []
    for count in months:
        starts = spans[-1].ends_at if spans else start
        spans.append(Span(starts, anchor_of(starts, spans, zone).after(count, zone), count))
    return spans
