"""Times and lengths as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.events.cards import meaning
from bot.events.local_time import local
from bot.events.times import read_length, read_moment, suggestions
from bot.i18n import Catalog

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 22, 12, 40, tzinfo=UTC)
"""A Sunday, 13:40 in Berlin."""


def wall(text: str) -> str:
    return f"{read_moment(text, NOW, BERLIN).local_time:%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-12-01 19:30", "2026-12-01 19:30"),
        ("2026-12-01T19:30", "2026-12-01 19:30"),
        ("2026-12-01T19:30+08:00", "2026-12-01 12:30"),
        ("2026年12月1日 19:30", "2026-12-01 19:30"),
        ("12-01 19:30", "2026-12-01 19:30"),
        ("12月1日 19:30", "2026-12-01 19:30"),
        ("05-01 10:00", "2027-05-01 10:00"),
        ("1 Dec 19:30", "2026-12-01 19:30"),
        ("Fri 27 Nov 2026, 20:00", "2026-11-27 20:00"),
        ("19:30", "2026-11-22 19:30"),
        ("9:15", "2026-11-23 09:15"),
        ("13:40", "2026-11-23 13:40"),
        ("today 19:30", "2026-11-22 19:30"),
        ("tonight 8:30", "2026-11-22 20:30"),
        ("tomorrow 19:30", "2026-11-23 19:30"),
        ("Tomorrow at 7pm", "2026-11-23 19:00"),
        ("明天 19:30", "2026-11-23 19:30"),
        ("明天19：30", "2026-11-23 19:30"),
        ("后天 19:30", "2026-11-24 19:30"),
        ("今晚8点", "2026-11-22 20:00"),
        ("明天晚上8点半", "2026-11-23 20:30"),
        ("明天上午9点15分", "2026-11-23 09:15"),
        ("Fri 20:00", "2026-11-27 20:00"),
        ("friday 20:00", "2026-11-27 20:00"),
        ("周五 20:00", "2026-11-27 20:00"),
        ("星期五20:00", "2026-11-27 20:00"),
        ("Sun 20:00", "2026-11-22 20:00"),
        ("Sun 12:00", "2026-11-29 12:00"),
        ("周日 12:00", "2026-11-29 12:00"),
        ("下周一 20:00", "2026-11-23 20:00"),
        ("下周日 20:00", "2026-11-29 20:00"),
        ("in 2 hours", "2026-11-22 15:40"),
        ("90分钟后", "2026-11-22 15:10"),
        ("<t:1795806000:F>", "2026-11-27 20:00"),
        ("<t:1795806000>", "2026-11-27 20:00"),
    ],
)
def test_what_people_write_is_read(text: str, meant: str) -> None:
    assert wall(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "soon",
        "tomorrow",
        "tomorrow at 9",
        "25:00",
        "12:75",
        "02-30 10:00",
        "2026-13-01 10:00",
        "0000-01-01 10:00",
        "0001-01-01 00:00",
        "Mon 27 Nov 2026, 20:00",
        "foo 27 Nov 20:00",
        "13pm",
        "晚上12点",
        "<t:12345678901234>",
        "next fri 20:00",
    ],
)
def test_what_cannot_be_read_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UserError, match="What to do: write it like 2026-12-01 19:30"):
        read_moment(text, NOW, BERLIN)


@pytest.mark.parametrize(
    "text", ["2020-01-01 10:00", "today 09:00", "11-20 10:00", "<t:1000000000:F>", "2026-11-22 13:40"]
)
def test_the_past_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="has passed already"):
        read_moment(text, NOW, BERLIN)


@pytest.mark.parametrize("text", ["2062-11-27 20:00", "9999-12-31 23:59", "in 9999 days", "<t:99999999999>"])
def test_far_away_is_taken_for_a_slip(text: str) -> None:
    with pytest.raises(UserError, match="more than a year away"):
        read_moment(text, NOW, BERLIN)


def test_the_zone_decides_what_a_wall_clock_means() -> None:
    shanghai = read_moment("12-01 19:30", NOW, ZoneInfo("Asia/Shanghai"))

    assert (shanghai.at, shanghai.zone) == (datetime(2026, 12, 1, 11, 30, tzinfo=UTC), "Asia/Shanghai")


def test_a_time_in_the_gap_is_shown_as_what_it_becomes() -> None:
    moment = read_moment("2027-03-28 02:30", NOW, BERLIN)

    assert moment.local_time == datetime.fromisoformat("2027-03-28 03:00")


@given(st.text(max_size=30))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        moment = read_moment(text, NOW, BERLIN)
    except UserError:
        return
    assert NOW < moment.at <= NOW + timedelta(days=366)


@given(
    st.datetimes(datetime.fromisoformat("2026-11-23"), datetime.fromisoformat("2027-11-20")).map(
        lambda wall: wall.replace(second=0, microsecond=0)
    ),
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Africa/Cairo"]
    ),
)
def test_what_autocomplete_hands_over_means_the_same_moment(wall_clock: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    first = read_moment(f"{wall_clock:%Y-%m-%d %H:%M}", NOW, zone)

    again = read_moment(first.written, NOW, zone)

    assert again == first


def test_the_second_of_two_equal_wall_clocks_survives_autocomplete() -> None:
    twice = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)  # 02:30 in Berlin for the second time

    moment = read_moment(f"<t:{int(twice.timestamp())}>", NOW, BERLIN)

    assert read_moment(moment.written, NOW, BERLIN).at == twice


def test_the_meaning_is_told_in_the_readers_language() -> None:
    texts = Catalog("en", BERLIN)
    moment = read_moment("Fri 20:00", NOW, BERLIN)

    assert meaning(texts.of("en-GB"), moment) == "Fri 27 Nov 2026, 20:00 (Europe/Berlin)"
    assert meaning(texts.of("zh-CN"), moment) == "2026年11月27日 周五 20:00（Europe/Berlin）"


def test_an_empty_text_suggests_the_coming_evenings() -> None:
    found = suggestions("", NOW, BERLIN)

    assert [f"{moment.local_time:%a %H:%M}" for moment in found] == [
        "Sun 20:00",
        "Mon 20:00",
        "Tue 20:00",
        "Wed 20:00",
        "Thu 20:00",
        "Fri 20:00",
        "Sat 20:00",
    ]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Fri", "11-27 20:00"),
        ("tomo", "11-23 20:00"),
        ("明天", "11-23 20:00"),
        ("fri 19", "11-27 19:00"),
        ("20:", "11-22 20:00"),
    ],
)
def test_a_half_typed_text_is_completed(typed: str, first: str) -> None:
    assert f"{suggestions(typed, NOW, BERLIN)[0].local_time:%m-%d %H:%M}" == first


@given(st.text(max_size=20))
def test_suggestions_are_always_acceptable(text: str) -> None:
    for moment in suggestions(text, NOW, BERLIN):
        assert read_moment(moment.written, NOW, BERLIN).at == moment.at
        assert local(moment.at, BERLIN) == moment.local_time


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", 90),
        ("1h30", 90),
        ("1:30", 90),
        ("1h", 60),
        ("2 hours", 120),
        ("45m", 45),
        ("90 min", 90),
        ("1h 30m", 90),
        ("1小时30分", 90),
        ("90分钟", 90),
        ("24h", 1440),
    ],
)
def test_lengths_are_read(text: str, minutes: int) -> None:
    assert read_length(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "h", "long", "1.5h", "-90", "4", "0", "25h", "1441", "99999999"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="What to do"):
        read_length(text)
