"""Times and lengths as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.events.cards import meaning
from bot.events.lengths import read_length
from bot.events.local_time import local
from bot.events.times import read_moment, suggestions
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
        ("in half an hour", "2026-11-22 14:10"),
        ("in an hour", "2026-11-22 14:40"),
        ("in 1.5 hours", "2026-11-22 15:10"),
        ("in 2 weeks", "2026-12-06 13:40"),
        ("半小时后", "2026-11-22 14:10"),
        ("两个半小时后", "2026-11-22 16:10"),
        ("三天后", "2026-11-25 13:40"),
        ("next friday 20:00", "2026-11-27 20:00"),
        ("next fri at 8pm", "2026-11-27 20:00"),
        ("friday next week 20:00", "2026-11-27 20:00"),
        ("this friday at noon", "2026-11-27 12:00"),
        ("noon", "2026-11-23 12:00"),
        ("tomorrow at noon", "2026-11-23 12:00"),
        ("明天中午", "2026-11-23 12:00"),
        ("12/24 18:00", "2026-12-24 18:00"),
        ("24/12 18:00", "2026-12-24 18:00"),
        ("12/12 18:00", "2026-12-12 18:00"),
        ("24/12/2026 18:00", "2026-12-24 18:00"),
        ("25.12. 20:00", "2026-12-25 20:00"),
        ("25.12.2026, 20:00", "2026-12-25 20:00"),
        ("Fri 25.12. 20:00", "2026-12-25 20:00"),
        ("December 24th at 6pm", "2026-12-24 18:00"),
        ("the 24th of December 6 p.m.", "2026-12-24 18:00"),
        ("8pm tomorrow", "2026-11-23 20:00"),
        ("8 pm on Friday", "2026-11-27 20:00"),
        ("7.30pm", "2026-11-22 19:30"),
        ("8 pm UTC", "2026-11-22 21:00"),
        ("20:00 UTC+8", "2026-11-23 13:00"),
        ("20:00 GMT-3:30", "2026-11-23 00:30"),
        ("周六晚上八点", "2026-11-28 20:00"),
        ("周一十点", "2026-11-23 10:00"),
        ("下周三下午三点一刻", "2026-11-25 15:15"),
        ("本周日晚8点", "2026-11-22 20:00"),
        ("十二月二十四日晚上八点半", "2026-12-24 20:30"),
        ("12月25号（周五）20:00", "2026-12-25 20:00"),
        ("明早9点", "2026-11-23 09:00"),
        ("大后天晚上7点整", "2026-11-25 19:00"),
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
        "8 Uhr",
        "31.2. 20:00",
        "20.15",
        "sat",
        "that 20:00",
        "chat 8pm",
        "8pm UTC+26",
        "40点",
    ],
)
def test_what_cannot_be_read_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UserError, match="What to do: write it like 2026-12-01 19:30"):
        read_moment(text, NOW, BERLIN)


DAYS = ["2026-11-22", *(f"2026-11-{day}" for day in range(23, 29))]
"""Sunday to Saturday."""
ENGLISH = [
    ("Sun", "Sunday"),
    ("Mon", "Monday"),
    ("Tue", "Tues", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thu", "Thur", "Thurs", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
]
CHINESE = [tuple(f"{week}{name}" for week in ("周", "星期", "礼拜")) for name in "日一二三四五六"]


@pytest.mark.parametrize(
    "form", ["{} 20:00", "{} 8pm", "{} at 8 pm", "{}, 20:00", "on {} at 8:00pm", "8pm {}"]
)
@pytest.mark.parametrize(("names", "day"), list(zip(ENGLISH, DAYS, strict=True)))
def test_every_weekday_is_read_in_every_english_form(names: tuple[str, ...], day: str, form: str) -> None:
    for name in (name for names_ in names for name in (names_, names_.lower(), names_.upper())):
        assert wall(form.format(name)) == f"{day} 20:00", name


@pytest.mark.parametrize(
    "form", ["{} 20:00", "{}20：00", "{}晚上8点", "{}晚上八点", "这{}晚8点", "{} 下午8点"]
)
@pytest.mark.parametrize(("names", "day"), list(zip(CHINESE, DAYS, strict=True)))
def test_every_weekday_is_read_in_every_chinese_form(names: tuple[str, ...], day: str, form: str) -> None:
    for name in names:
        if form.startswith("这") and day != DAYS[0]:
            continue  # this week's Monday to Saturday are over on a Sunday
        assert wall(form.format(name)) == f"{day} 20:00", name


def test_a_date_of_two_countries_is_asked_again_with_both_dates() -> None:
    with pytest.raises(UserError) as refused:
        read_moment("1/2 20:00", NOW, BERLIN)

    assert refused.value.values["first"] == "2027-01-02 20:00"
    assert refused.value.values["second"] == "2027-02-01 20:00"
    assert [f"{moment.local_time:%m-%d}" for moment in suggestions("1/2 20:00", NOW, BERLIN)] == [
        "01-02",
        "02-01",
    ]


def test_of_a_date_of_two_countries_the_one_that_is_over_is_not_meant() -> None:
    assert wall("10/12 20:00") == "2026-12-10 20:00"


def test_a_zone_of_many_countries_is_not_guessed() -> None:
    with pytest.raises(UserError, match="different countries"):
        read_moment("8 pm CET", NOW, BERLIN)


def test_next_friday_offers_the_coming_one_too() -> None:
    tuesday = NOW + timedelta(days=2)

    found = suggestions("next friday 20:00", tuesday, BERLIN)

    assert [f"{moment.local_time:%m-%d %H:%M}" for moment in found] == ["12-04 20:00", "11-27 20:00"]


@pytest.mark.parametrize("text", ["25:00", "31.2.", "8 pm CET", "whenever", "明年的某一天", "next blursday"])
def test_what_is_not_understood_offers_nothing(text: str) -> None:
    assert suggestions(text, NOW, BERLIN) == []


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
        ("f", "11-27 20:00"),
        ("sat", "11-28 20:00"),
        ("next f", "11-27 20:00"),
        ("next friday", "11-27 20:00"),
        ("noon", "11-23 12:00"),
        ("12/24", "12-24 20:00"),
        ("25.12.", "12-25 20:00"),
        ("星期", "11-23 20:00"),
        ("下周", "11-23 20:00"),
        ("fri 8", "11-27 08:00"),
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
