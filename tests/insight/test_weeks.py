"""ISO weeks in the zones of this world."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.insight.weeks import WEEKDAYS, Week

HOUR = timedelta(hours=1)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
SECONDS = [int(datetime(year, 1, 10, tzinfo=UTC).timestamp()) for year in (2012, 2037)]
MOMENTS = st.integers(*SECONDS).map(lambda second: datetime.fromtimestamp(second, UTC))


def hours(week: Week, zone: str) -> float:
    window = week.window(ZoneInfo(zone))
    return (window.end - window.start) / HOUR


def test_a_week_with_a_change_of_the_clocks_has_167_or_169_hours() -> None:
    assert hours(Week(2026, 13), "Europe/Berlin") == 167
    assert hours(Week(2026, 43), "Europe/Berlin") == 169
    assert hours(Week(2026, 13), "Asia/Shanghai") == 168


def test_where_the_clocks_skip_midnight_the_day_begins_at_the_change() -> None:
    window = Week(2024, 17).window(ZoneInfo("Africa/Cairo"))  # Friday 26 April 2024, 00:00 → 01:00
    assert (window.end - window.start) / HOUR == 167


def test_the_28_days_end_with_the_week() -> None:
    month = Week(2026, 45).month(ZoneInfo("Europe/Berlin"))

    assert month.start == datetime(2026, 10, 11, 22, tzinfo=UTC)  # summer time
    assert month.end == datetime(2026, 11, 8, 23, tzinfo=UTC)  # winter time


def test_the_year_of_a_week_is_its_thursdays() -> None:
    assert str(Week.of(datetime(2027, 1, 3, 12, tzinfo=UTC), ZoneInfo("UTC"))) == "2026-W53"
    assert str(Week(2026, 53).plus(1)) == "2027-W01"


def test_the_local_calendar_decides() -> None:
    sunday_evening = datetime(2026, 11, 22, 20, tzinfo=UTC)

    assert str(Week.of(sunday_evening, ZoneInfo("UTC"))) == "2026-W47"
    assert str(Week.of(sunday_evening, ZoneInfo("Asia/Shanghai"))) == "2026-W48"


@pytest.mark.parametrize(
    "text", ["", "47", "2026-W54", "2025-W53", "2026-W00", "W47", "yesterday", "9999-W52", "2026-W٤٧"]
)
def test_what_is_no_week_is_answered_with_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match="is not a week"):
        Week.parse(text)


def test_a_post_is_due_at_its_weekday_and_time_after_the_end() -> None:
    week, zone = Week(2026, 47), ZoneInfo("Asia/Shanghai")

    assert week.due(zone, "monday", time(0)) == week.window(zone).end
    assert week.due(zone, "monday", time(9)) == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert week.due(zone, "sunday", time(20)) == datetime(2026, 11, 29, 12, tzinfo=UTC)


@given(MOMENTS, ZONES)
def test_every_moment_lies_in_exactly_its_week(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.of(moment, zone)
    window = week.window(zone)

    assert window.start <= moment < window.end
    assert Week.parse(str(week)) == week


@given(MOMENTS, ZONES)
def test_weeks_follow_each_other_without_gap_or_overlap(moment: datetime, zone: ZoneInfo) -> None:
    week = Week.of(moment, zone)

    assert week.window(zone).end == week.plus(1).window(zone).start
    assert week.month(zone).start == week.plus(-3).window(zone).start
    assert week.month(zone).end == week.window(zone).end
    assert week < week.plus(1)
    assert str(week) < str(week.plus(1))


@given(MOMENTS, ZONES, st.sampled_from(WEEKDAYS), st.times())
def test_a_post_falls_due_within_a_week_after_the_end(
    moment: datetime, zone: ZoneInfo, day: str, at: time
) -> None:
    week = Week.of(moment, zone)
    due = week.due(zone, day, at)

    assert week.window(zone).end <= due
    assert due < week.plus(1).window(zone).end + 2 * HOUR  # a skipped hour may push it over the edge
    assert due <= week.plus(1).due(zone, day, at)
