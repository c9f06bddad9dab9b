"""What others are told: sums of a window, members at a moment, and what is missing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.activity.buckets import Hours, day_of, hour_of, week_of
from bot.db import Database
from bot.ids import snowflake_at
from bot.intervals import covered
from tests.activity.counting import (
    ANN,
    BOB,
    CID,
    GENERAL,
    GUILD,
    HELP,
    MONDAY,
    ROBOT,
    START,
    WEEK,
    CountedServer,
    CountingBot,
)

DAN = 4


@pytest.mark.parametrize(
    ("zone", "moment", "hour", "day", "week"),
    [
        ("UTC", "2026-11-04T10:59:59.999", "2026-11-04T10:00", "2026-11-04T00:00", "2026-11-02T00:00"),
        ("Asia/Kathmandu", "2026-11-04T10:14", "2026-11-04T09:15", "2026-11-03T18:15", "2026-11-01T18:15"),
        ("Asia/Kathmandu", "2026-11-04T10:15", "2026-11-04T10:15", "2026-11-03T18:15", "2026-11-01T18:15"),
        ("Asia/Shanghai", "2026-11-01T16:00", "2026-11-01T16:00", "2026-11-01T16:00", "2026-11-01T16:00"),
        ("Asia/Shanghai", "2026-11-01T15:59", "2026-11-01T15:00", "2026-10-31T16:00", "2026-10-25T16:00"),
        ("Europe/Berlin", "2026-10-25T01:30", "2026-10-25T01:00", "2026-10-24T22:00", "2026-10-18T22:00"),
        ("America/New_York", "2026-11-02T04:30", "2026-11-02T04:00", "2026-11-01T04:00", "2026-10-26T04:00"),
        (
            "Australia/Lord_Howe",
            "2026-11-04T10:14",
            "2026-11-04T10:00",
            "2026-11-03T13:00",
            "2026-11-01T13:00",
        ),
    ],
)
def test_buckets_are_whole_hours_days_and_weeks_of_the_zone(
    zone: str, moment: str, hour: str, day: str, week: str
) -> None:
    at, there = utc(moment), ZoneInfo(zone)

    assert (hour_of(at, there), day_of(at, there), week_of(at, there)) == (utc(hour), utc(day), utc(week))
    assert Hours(there).of(snowflake_at(at)) == utc(hour)


def test_the_hot_path_knows_every_hour_of_a_year_with_changing_clocks() -> None:
    for name in ("America/St_Johns", "Australia/Lord_Howe"):
        zone, hours = ZoneInfo(name), Hours(ZoneInfo(name))
        for quarter in range(-2, 4 * 24 * 366):
            moment = utc("2026-01-01T00:07") + quarter * timedelta(minutes=15)
            assert hours.of(snowflake_at(moment)) == hour_of(moment, zone)


async def test_a_week_equals_its_hours_in_a_zone_with_a_quarter(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server, "Asia/Kathmandu").start()
    server.now_ = utc("2026-11-08T18:14")  # Sunday, 23:59 in Kathmandu
    bot.hear(server.say(ANN), ANN)
    server.later(minutes=1)
    bot.hear(server.say(ANN), ANN)
    await bot.activity.flush()

    monday = utc("2026-11-08T18:15")
    last, this = (monday - WEEK, monday), (monday, monday + WEEK)
    for start, end in (last, this):
        assert (await bot.activity.interactions(GUILD, start, end)).total == 1
        by_hours = await bot.activity.interactions(GUILD, start, end - timedelta(minutes=1))
        assert by_hours.total == 1
    assert await bot.messages() == 2


async def test_sums_and_active_members(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    for _ in range(3):
        bot.hear(server.say(ANN), ANN)
    bot.hear(server.say(BOB, HELP), BOB, HELP)
    bot.activity.reacted(GUILD, GENERAL, 5, BOB, "👍", human=True)
    bot.activity.thread_opened(GUILD, server.id(), CID, server.now())
    await bot.activity.flush()

    found = await bot.activity.interactions(GUILD, START, START + WEEK)
    today = await bot.activity.interactions(GUILD, MONDAY, MONDAY + timedelta(hours=1))

    assert found == today
    assert (found.messages, found.reactions, found.threads, found.voice) == (4, 1, 1, 0)
    assert (found.total, found.active_members) == (6, 3)
    assert (await bot.activity.interactions(GUILD, START - WEEK, START)).total == 0


async def test_who_opts_out_is_in_neither_the_count_nor_the_number_of_members(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    bot.hear(server.say(ANN), ANN)
    bot.hear(server.say(BOB), BOB)

    assert await bot.activity.optout(GUILD, ANN)
    assert not await bot.activity.optout(GUILD, ANN)
    bot.hear(server.say(ANN), ANN)
    await bot.activity.flush()

    found = await bot.activity.interactions(GUILD, START, START + WEEK)
    coverage = await bot.activity.coverage(GUILD, START, START + WEEK)
    assert (found.messages, found.active_members) == (1, 1)
    assert await bot.activity.humans(GUILD, server.now()) == 2
    assert coverage.opted_out == 1
    assert await bot.activity.optin(GUILD, ANN)
    assert await bot.messages() == 2  # what was said while opted out stays uncounted
    assert await bot.activity.humans(GUILD, server.now()) == 3


async def test_who_opts_out_before_ever_speaking_is_not_counted(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()

    assert await bot.activity.optout(GUILD, DAN)
    bot.hear(server.say(DAN), DAN)

    assert await bot.counted() == {}


async def test_members_at_a_moment(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    joined = server.now() + timedelta(days=1)
    server.now_ = joined
    bot.activity.member_joined(GUILD, DAN, bot=False, joined_at=joined)
    bot.activity.member_joined(GUILD, DAN, bot=False, joined_at=joined)
    bot.activity.member_joined(GUILD, ROBOT + 1, bot=True, joined_at=joined)
    server.later(days=1)
    bot.activity.member_left(GUILD, ANN)
    server.later(days=1)
    bot.activity.member_joined(GUILD, ANN, bot=False, joined_at=server.now())
    await bot.activity.flush()

    at = [MONDAY - 2 * WEEK, MONDAY, joined, joined + timedelta(days=1), joined + timedelta(days=2)]
    assert [await bot.activity.humans(GUILD, moment) for moment in at] == [0, 3, 4, 3, 4]
    assert await bot.activity.humans(8, joined) == 0


async def test_who_came_and_went_while_away_is_found_in_the_list_of_members(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.later(days=3)
    del server.humans[ANN]
    server.humans[BOB] = server.now() - timedelta(days=1)  # left, and came back
    server.humans[DAN] = server.now() - timedelta(days=2)
    server.humans |= {1000 + n: server.here for n in range(2500)}  # three pages
    again = await CountingBot(db, server).start()

    assert await again.activity.humans(GUILD, server.now()) == 2503
    assert await again.activity.humans(GUILD, MONDAY) == 2503  # Ann and Bob, but not yet Dan


async def test_time_away_is_a_gap_and_a_resumed_session_is_none(db: Database, server: CountedServer) -> None:
    bot = await CountingBot(db, server).start()
    server.later(hours=1)
    bot.activity.disconnected()
    server.later(minutes=2)
    bot.activity.resumed()
    server.later(minutes=58)
    bot.activity.disconnected()
    server.later(minutes=10)
    bot.activity.disconnected()  # a vain try
    server.later(minutes=20)
    bot.activity.connected()
    bot.activity.arrived(GUILD)
    await bot.activity.caught_up()
    await bot.activity.stop()
    server.later(hours=3)
    again = await CountingBot(db, server).start()

    found = await again.activity.coverage(GUILD, MONDAY, MONDAY + WEEK)
    half = await again.activity.coverage(GUILD, MONDAY + timedelta(hours=4), MONDAY + WEEK)

    assert found.gap_seconds == 3.5 * 3600
    assert [gap.reason for gap in found.gaps] == ["away", "away"]
    assert half.gap_seconds == 1.5 * 3600
    assert (await again.activity.coverage(GUILD, MONDAY - WEEK, MONDAY)).gap_seconds == WEEK.total_seconds()


async def test_a_killed_bots_gap_begins_when_it_last_stored_something(
    db: Database, server: CountedServer
) -> None:
    bot = await CountingBot(db, server).start()
    server.later(seconds=90)
    await bot.activity.beat()  # nothing to store, but the guild was heard up to now
    server.later(seconds=30)
    await bot.activity.beat()

    server.later(minutes=8)
    again = await CountingBot(db, server).start()

    found = await again.activity.coverage(GUILD, MONDAY, MONDAY + WEEK)
    assert found.gap_seconds == 8.5 * 60


async def test_a_channel_that_may_not_be_read_is_a_gap_until_it_may(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.later(hours=1)
    server.say(ANN)
    server.hidden = {GENERAL}
    again = await CountingBot(db, server).start()
    assert await again.messages() == 0
    assert (await again.activity.coverage(GUILD, START + WEEK, START + 2 * WEEK)).unreadable == 1
    await again.activity.stop()

    server.hidden = set()
    third = await CountingBot(db, server).start()

    assert await third.messages() == 1
    assert (await third.activity.coverage(GUILD, START, START + 2 * WEEK)).unreadable == 0


async def test_a_history_that_answers_403_is_a_gap_and_counting_goes_on(
    db: Database, server: CountedServer
) -> None:
    await (await CountingBot(db, server).start()).activity.stop()
    server.later(hours=1)
    server.say(ANN)
    server.closed = {GENERAL}
    again = await CountingBot(db, server).start()

    server.later(minutes=1)
    again.hear(server.say(BOB), BOB)
    assert await again.messages() == 1
    server.closed = set()
    third = await CountingBot(db, server).start()

    assert (await third.activity.coverage(GUILD, START, START + WEEK)).unreadable == 1
    assert await third.messages() == 1


def test_overlapping_spans_count_once() -> None:
    hour = timedelta(hours=1)
    spans = [
        (START, START + 2 * hour),
        (START + hour, START + 3 * hour),
        (START + 5 * hour, START + 6 * hour),
    ]

    assert covered(spans) == 4 * hour


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
