"""What is counted of courses: openings, ratings, contents."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.courses.store import learning_records
from bot.courses.tables import consumption, rating
from bot.courses.views import Library
from bot.errors import UserError
from tests.courses.school import ANN, BOB, CID, GUILD, MONDAY, OTHER, School, course, school

WEEK = timedelta(days=7)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[School]:
    async with school(tmp_path) as one:
        yield one


async def test_a_lesson_opened_often_on_a_day_counts_once(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("Bowline", "Reef")))

    for _ in range(3):
        await here.courses.open_lesson(GUILD, ANN, lessons["Bowline"])
    await here.courses.open_lesson(GUILD, ANN, lessons["Reef"])
    await here.courses.open_lesson(GUILD, BOB, lessons["Bowline"])

    assert await here.courses.consumption(GUILD, MONDAY, MONDAY + WEEK) == 3
    assert await here.counted() == (3, 3)


async def test_twenty_at_once_count_once(here: School) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]

    await asyncio.gather(*(here.courses.open_lesson(GUILD, ANN, lesson) for _ in range(20)))

    assert await here.counted() == (1, 1)


async def test_control_without_the_key_twenty_would_count_twenty(here: School) -> None:
    """The same twenty, each looking first and then adding to the total, as a careless program would."""
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]
    total = 0

    async def careless() -> None:
        nonlocal total
        async with here.db.read() as db:
            known = await learning_records.opened(db, GUILD, ANN, lesson)
        if not known:
            total += 1
            await here.courses.open_lesson(GUILD, ANN, lesson)

    await asyncio.gather(*(careless() for _ in range(20)))

    assert total > 1
    assert await here.counted() == (1, 1)


async def test_the_database_itself_refuses_a_second_count(here: School) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]
    row = {"guild_id": GUILD, "user_id": ANN, "lesson_id": lesson, "day": date(2026, 11, 2), "at": MONDAY}

    async with here.db.write() as tx:
        await tx.execute(insert(consumption).values(**row))
    with pytest.raises(IntegrityError):
        async with here.db.write() as tx:
            await tx.execute(insert(consumption).values(**row))


async def test_the_day_is_the_community_s(tmp_path: Path) -> None:
    """23:30 and 00:30 in Shanghai are two days there and one in UTC."""
    async with school(tmp_path, "Asia/Shanghai") as there:
        lesson = (await there.lessons(await there.brings(course("Bowline"))))["Bowline"]

        for moment in ("2026-11-03T15:30", "2026-11-03T16:30"):
            there.clock.moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
            await there.courses.open_lesson(GUILD, ANN, lesson)

        assert await there.counted() == (2, 2)
        midnight = datetime.fromisoformat("2026-11-04T00:00+08:00")
        assert await there.courses.consumption(GUILD, midnight, midnight + timedelta(days=1)) == 1


async def test_a_window_that_is_not_of_whole_days_is_counted_row_by_row(here: School) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]
    await here.courses.open_lesson(GUILD, ANN, lesson)  # at 08:00
    moment = here.clock.moment

    assert await here.courses.consumption(GUILD, moment, moment + timedelta(seconds=1)) == 1
    assert await here.courses.consumption(GUILD, moment - timedelta(hours=1), moment) == 0


async def test_nothing_crosses_guilds(here: School) -> None:
    course_id = await here.brings(course("Bowline"))
    lesson = (await here.lessons(course_id))["Bowline"]
    await here.courses.open_lesson(GUILD, ANN, lesson)

    assert await here.courses.consumption(OTHER, MONDAY, MONDAY + WEEK) == 0
    assert await here.courses.library(OTHER, MONDAY, MONDAY + WEEK) == Library(0, 0, 0, 0)
    assert await here.courses.browse(OTHER, ANN) == []
    with pytest.raises(UserError, match="no such lesson"):
        await here.courses.open_lesson(OTHER, ANN, lesson)
    with pytest.raises(UserError, match="no such course"):
        await here.courses.outline(OTHER, ANN, course_id)


async def test_a_lesson_is_rated_only_after_it_was_opened(here: School) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]

    with pytest.raises(UserError, match="You have not opened this lesson yet"):
        await here.courses.rate(GUILD, ANN, lesson, 5)

    await here.courses.open_lesson(GUILD, ANN, lesson)
    assert not await here.courses.rate(GUILD, ANN, lesson, 5)
    assert (await here.courses.library(GUILD, MONDAY, MONDAY + WEEK)).rating_count == 1


async def test_a_new_rating_takes_the_old_one_s_place(here: School) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]
    await here.courses.open_lesson(GUILD, ANN, lesson)
    await here.courses.rate(GUILD, ANN, lesson, 2, "Too fast")

    assert await here.courses.rate(GUILD, ANN, lesson, 5, "Better now")

    assert await here.courses.library(GUILD, MONDAY, MONDAY + WEEK) == Library(1, 1, 5, 1)
    async with here.db.read() as db:
        kept = await learning_records.rating_of(db, GUILD, ANN, lesson)
    assert kept is not None and (kept.stars, kept.words) == (5, "Better now")


@pytest.mark.parametrize("stars", [0, 6, -1])
async def test_stars_are_one_to_five(here: School, stars: int) -> None:
    lesson = (await here.lessons(await here.brings(course("Bowline"))))["Bowline"]
    await here.courses.open_lesson(GUILD, ANN, lesson)

    with pytest.raises(UserError, match="from 1 to 5"):
        await here.courses.rate(GUILD, ANN, lesson, stars)
    with pytest.raises(IntegrityError):
        async with here.db.write() as tx:
            row = {"guild_id": GUILD, "user_id": ANN, "lesson_id": lesson, "stars": stars, "since": MONDAY}
            await tx.execute(insert(rating).values(**row))


async def test_a_past_week_s_figures_stay_what_they_were(here: School) -> None:
    """Re-rated, re-imported: the library as of an earlier end is still the one of then."""
    lessons = await here.lessons(await here.brings(course("Bowline", "Reef")))
    for who, stars in ((ANN, 5), (BOB, 4)):
        await here.courses.open_lesson(GUILD, who, lessons["Bowline"])
        await here.courses.rate(GUILD, who, lessons["Bowline"], stars)
    then = await here.courses.library(GUILD, MONDAY, MONDAY + WEEK)
    assert then == Library(contents=2, rated=1, rating_sum=9, rating_count=2)

    here.clock.advance(10)
    await here.courses.rate(GUILD, ANN, lessons["Bowline"], 1)
    await here.courses.open_lesson(GUILD, CID, lessons["Reef"])
    await here.courses.rate(GUILD, CID, lessons["Reef"], 3)
    await here.brings(course("Bowline", "Sheet bend", "Hitch"))

    assert await here.courses.library(GUILD, MONDAY, MONDAY + WEEK) == then
    assert await here.courses.library(GUILD, MONDAY, MONDAY + 2 * WEEK) == Library(3, 1, 5, 2)


async def test_before_the_first_import_there_are_no_contents(here: School) -> None:
    await here.brings(course("Bowline"))

    assert (await here.courses.library(GUILD, MONDAY - WEEK, MONDAY)).contents == 0
