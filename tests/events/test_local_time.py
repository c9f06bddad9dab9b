"""Wall-clock times across every switch of summer time, 2026 to 2030, held against a reading minute by minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from bot.events.local_time import instant, local

MINUTE = timedelta(minutes=1)
ZONES = (
    "Europe/Berlin",  # an hour, at night
    "Europe/London",
    "America/New_York",
    "America/Santiago",  # at midnight, southern summer
    "America/St_Johns",  # half-hour offset
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Chatham",  # 45-minute offset
    "Africa/Cairo",  # midnight does not exist
    "Africa/Casablanca",  # around Ramadan, backwards first
    "Asia/Beirut",
    "Antarctica/Troll",  # two hours
)


def wall(text: str) -> datetime:
    """A wall-clock time: naive, as it is said."""
    return datetime.fromisoformat(text)


@cache
def switches(name: str) -> list[datetime]:
    """Every instant from 2026 to 2030 at which the offset of the zone changes."""
    zone = ZoneInfo(name)
    found: list[datetime] = []
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    while moment < datetime(2031, 1, 1, tzinfo=UTC):
        after = moment + timedelta(hours=1)
        if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
            within = (moment + n * MINUTE for n in range(1, 61))
            found.append(
                next(
                    m for m in within if m.astimezone(zone).utcoffset() == after.astimezone(zone).utcoffset()
                )
            )
        moment = after
    return found


def readings(switch: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """The oracle, (wall clock, instant): walk through the real minutes, three hours to both sides.

    A wall-clock minute means the first instant at which the clock shows it or, when it is skipped, more.
    """
    reached = local(switch - timedelta(hours=3), zone)
    for minutes in range(-179, 181):
        moment = switch + minutes * MINUTE
        shown = local(moment, zone)
        while reached < shown:
            reached += MINUTE
            yield reached, moment


@pytest.mark.parametrize("name", ZONES)
def test_every_minute_around_every_switch_means_one_instant(name: str) -> None:
    zone = ZoneInfo(name)

    wrong = [
        (shown, instant(shown, zone), moment)
        for switch in switches(name)
        for shown, moment in readings(switch, zone)
        if instant(shown, zone) != moment
    ]

    assert wrong == []


@pytest.mark.parametrize("name", ZONES)
def test_the_zones_really_switch(name: str) -> None:
    assert len(switches(name)) >= 9


def test_a_time_in_the_gap_is_the_first_valid_minute_after_it() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    meant = instant(wall("2026-03-29 02:30"), berlin)

    assert local(meant, berlin) == wall("2026-03-29 03:00")


def test_a_time_that_happens_twice_is_the_first() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    meant = instant(wall("2026-10-25 02:30"), berlin)

    assert meant == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_control_the_naive_reading_goes_wrong_in_the_gap() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    naive = datetime(2026, 3, 29, 2, 30, tzinfo=berlin).astimezone(UTC)

    assert naive != instant(wall("2026-03-29 02:30"), berlin)


def test_a_zone_without_summer_time_reads_plainly() -> None:
    assert instant(wall("2026-03-29 02:30"), ZoneInfo("Asia/Shanghai")) == datetime(
        2026, 3, 28, 18, 30, tzinfo=UTC
    )
