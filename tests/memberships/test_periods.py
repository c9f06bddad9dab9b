"""Months are counted from the anchor day: however they are bought and wherever, none of them loses a day."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.memberships.periods import Anchor, Span, anchor_of, laid, months_later

ZONES = ("UTC", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe")
TIMES = (time(0, 0), time(0, 30), time(2, 30), time(12, 0), time(23, 59, 59))
FOUR_YEARS = [date(2024, 1, 1) + timedelta(days=n) for n in range(1461)]
MOST = 36


def expected(start: datetime, months: int, zone: ZoneInfo) -> tuple[date, time]:
    """The day and time of day on the calendar at the wall: reckoned by counting months, not with our code."""
    local = start.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, calendar.monthrange(year, month + 1)[1])
    return date(year, month + 1, day), local.time()


def skipped(day: date, at: time, zone: ZoneInfo) -> bool:
    """Do the clocks of the zone skip this time?"""
    wall = datetime.combine(day, at)
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=ZONES)
def test_every_day_of_four_years_and_every_count_ends_on_the_anchor_day(zone: ZoneInfo) -> None:
    wrong: list[object] = []
    for n, day in enumerate(FOUR_YEARS):
        start = datetime.combine(day, TIMES[n % len(TIMES)], zone).astimezone(UTC)
        for months in range(1, MOST + 1):
            ends = months_later(start, months, zone).astimezone(zone)
            wanted = expected(start, months, zone)
            if (ends.date(), ends.time()) != wanted and not skipped(*wanted, zone):
                wrong.append((start, months, ends))

    assert wrong == []


@pytest.mark.parametrize("zone", [ZoneInfo(name) for name in ZONES], ids=ZONES)
def test_months_bought_one_by_one_end_as_those_bought_at_once(zone: ZoneInfo) -> None:
    """Single months are the split that loses most; every day of the year on which a month ends, and its neighbours."""
    for day in FOUR_YEARS:
        if 3 < day.day < 28:
            continue
        start = datetime.combine(day, TIMES[day.day % len(TIMES)], zone).astimezone(UTC)
        ends = [span.ends_at for span in laid(start, [1] * 12, zone)]
        assert ends == [months_later(start, months, zone) for months in range(1, 13)]


splits = st.lists(st.integers(1, 12), min_size=1, max_size=12).filter(lambda months: sum(months) <= MOST)
starts = st.integers(0, 4 * 366 * 86400).map(
    lambda second: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)


@settings(max_examples=300, deadline=None)
@given(starts, splits, st.sampled_from(ZONES))
def test_the_end_is_the_same_in_any_split(start: datetime, split: Sequence[int], name: str) -> None:
    zone = ZoneInfo(name)

    spans = laid(start, split, zone)

    assert spans[-1].ends_at == months_later(start, sum(split), zone)
    assert spans[0].starts_at == start
    assert all(one.ends_at == other.starts_at for one, other in pairwise(spans))
    assert all(span.starts_at < span.ends_at for span in spans)


@settings(max_examples=200, deadline=None)
@given(starts, splits, st.sampled_from(ZONES), st.data())
def test_what_is_left_after_a_refund_is_all_of_the_other_months(
    start: datetime, split: Sequence[int], name: str, data: st.DataObject
) -> None:
    zone, gone = ZoneInfo(name), data.draw(st.integers(0, len(split) - 1))

    rest = [*split[:gone], *split[gone + 1 :]]

    if rest:
        assert laid(start, rest, zone)[-1].ends_at == months_later(start, sum(rest), zone)


def day(month: int, number: int, year: int = 2026) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


def test_three_months_from_the_end_of_january_end_with_april() -> None:
    assert [span.ends_at for span in laid(day(1, 31), [1, 1, 1])] == [day(2, 28), day(3, 31), day(4, 30)]


def test_a_row_of_an_earlier_version_gets_its_lost_days_back() -> None:
    old = [Span(day(1, 31), day(2, 28), 1), Span(day(2, 28), day(3, 28), 1)]

    assert anchor_of(day(3, 28), old).after(1) == day(4, 30)


def test_days_or_a_gap_in_between_begin_anew() -> None:
    month = Span(day(1, 31), day(2, 28), 1)

    assert anchor_of(day(3, 5), [month]) == Anchor(day(3, 5))
    assert anchor_of(day(3, 10), [month, Span(day(2, 28), day(3, 10), 0)]) == Anchor(day(3, 10))
    assert anchor_of(day(4, 10), [month, Span(day(3, 10), day(4, 10), 1)]) == Anchor(day(3, 10), 1)


def test_a_period_that_was_moved_as_it_was_is_not_shortened_by_its_successor() -> None:
    moved = Span(day(2, 10), day(3, 13), 1)  # 31 days that once began on 28 February

    assert anchor_of(day(3, 13), [moved]) == Anchor(day(3, 13))
