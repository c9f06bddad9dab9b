"""Importing, reading on, being locked out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.courses.views import Change
from bot.errors import UserError
from tests.courses.school import ANN, BOB, GUILD, MAX, PRO, STUDIO, School, course, school


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[School]:
    async with school(tmp_path) as one:
        yield one


async def test_the_same_content_again_changes_nothing(here: School) -> None:
    first = await here.teaching.import_course(GUILD, course("Bowline", "Reef"), by=MAX)
    here.clock.advance(1)

    again = await here.teaching.import_course(GUILD, course("Bowline", "Reef"), by=MAX)

    assert (first.change, first.version) == (Change.NEW, 1)
    assert (again.change, again.version, again.course_id) == (Change.UNCHANGED, 1, first.course_id)


async def test_a_new_version_keeps_what_members_have_done(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("Bowline", "Reef")))
    await here.courses.mark_done(GUILD, ANN, lessons["Bowline"])

    new = await here.teaching.import_course(GUILD, course("Welcome", "Reef", "Bowline"))

    assert (new.change, new.version, new.added, new.removed) == (Change.UPDATED, 2, 1, 0)
    found = await here.courses.outline(GUILD, ANN, new.course_id)
    assert [(one.title, one.done) for one in found.modules[0].lessons] == [
        ("Welcome", False),
        ("Reef", False),
        ("Bowline", True),
    ]
    assert (await here.lessons(new.course_id))["Bowline"] == lessons["Bowline"]


async def test_a_lesson_that_comes_back_is_the_same_lesson(here: School) -> None:
    course_id = await here.brings(course("Bowline", "Reef"))
    reef = (await here.lessons(course_id))["Reef"]
    await here.courses.mark_done(GUILD, ANN, reef)
    await here.brings(course("Bowline"))

    with pytest.raises(UserError, match="no longer part"):
        await here.courses.open_lesson(GUILD, ANN, reef)
    await here.brings(course("Bowline", "Reef"))

    assert (await here.courses.outline(GUILD, ANN, course_id)).course.done == 1


async def test_a_version_that_cannot_be_stored_leaves_nothing_behind(here: School) -> None:
    """Two lessons of one slug cannot come from a reader; the database refuses them, and all of the import."""
    await here.brings(course("Bowline"))

    with pytest.raises(Exception, match="UNIQUE constraint failed"):
        await here.teaching.import_course(GUILD, course("Reef", "reef"))

    assert [one.version for one in await here.teaching.taught(GUILD)] == [1]
    assert list(await here.lessons((await here.teaching.taught(GUILD))[0].id)) == ["Bowline"]


async def test_done_leads_on_and_the_last_one_ends(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("A", "B", "C")))

    _, after_b = await here.courses.mark_done(GUILD, ANN, lessons["B"])
    _, after_c = await here.courses.mark_done(GUILD, ANN, lessons["C"])
    found, after_a = await here.courses.mark_done(GUILD, ANN, lessons["A"])

    assert after_b is not None and after_b.title == "C"
    assert after_c is not None and after_c.title == "A"  # left out at first
    assert after_a is None and found.course.done == 3


async def test_continue_goes_to_the_course_opened_last(here: School) -> None:
    knots = await here.lessons(await here.brings(course("A", "B", "C")))
    sails = await here.lessons(await here.brings(course("X", "Y", slug="sails")))
    with pytest.raises(UserError, match="not opened a course yet"):
        await here.courses.next_lesson(GUILD, ANN)

    for lesson in (knots["B"], sails["X"], knots["A"], knots["B"]):  # the clock stands
        await here.courses.open_lesson(GUILD, ANN, lesson)
    assert (await here.courses.next_lesson(GUILD, ANN)).title == "B"  # begun, not done
    await here.courses.mark_done(GUILD, ANN, knots["B"])
    assert (await here.courses.next_lesson(GUILD, ANN)).title == "C"


async def test_a_course_opens_with_any_of_its_tiers(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("A", tiers=["pro", "Studio"])))

    with pytest.raises(UserError) as refused:
        await here.courses.open_lesson(GUILD, ANN, lessons["A"])
    assert "opens with Pro / Studio. Get it with /membership buy" in str(refused.value)
    assert await here.counted() == (0, 0)
    with pytest.raises(UserError, match="opens with"):
        await here.courses.mark_done(GUILD, ANN, lessons["A"])

    here.tier_access.held[ANN] = {STUDIO}
    assert (await here.courses.open_lesson(GUILD, ANN, lessons["A"])).lesson.title == "A"
    assert (await here.courses.open_lesson(GUILD, MAX, lessons["A"], staff=True)).lesson.title == "A"


async def test_an_unknown_tier_is_refused_and_nothing_is_imported(here: School) -> None:
    with pytest.raises(UserError, match="There is no tier “Gold”"):
        await here.brings(course("A", tiers=["Gold"]))
    with pytest.raises(UserError, match="There is no tier “Gold”"):
        await here.brings(course("A"), tier="Gold")

    assert await here.teaching.taught(GUILD) == []


async def test_who_may_open_it_stays_unless_somebody_says_otherwise(here: School) -> None:
    course_id = await here.brings(course("A"), tier="Pro")
    assert await tiers(here) == ("Pro",)

    await here.brings(course("A", "B"))  # says nothing of tiers
    assert await tiers(here) == ("Pro",)
    await here.brings(course("A", "B", "C", tiers=["Studio"]))
    assert await tiers(here) == ("Studio",)
    await here.teaching.lock(GUILD, course_id, "Pro", MAX)
    await here.brings(course("A", "B", "C", tiers=["Studio"]))  # the same content again
    assert await tiers(here) == ("Pro",)
    await here.teaching.lock(GUILD, course_id, None, MAX)
    assert await tiers(here) == ()


async def tiers(here: School) -> tuple[str, ...]:
    return (await here.teaching.taught(GUILD))[0].tiers


async def test_a_tier_that_is_no_longer_sold_still_opens_for_its_holders(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("A"), tier="Pro"))
    here.tier_access.held[ANN] = {PRO}
    here.tier_access.sold.clear()

    assert (await here.courses.open_lesson(GUILD, ANN, lessons["A"])).lesson.title == "A"
    with pytest.raises(UserError, match="no longer for sale"):
        await here.courses.open_lesson(GUILD, BOB, lessons["A"])


async def test_teachers_see_how_a_course_fares(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("A", "B")))
    for who in (ANN, BOB):
        await here.courses.open_lesson(GUILD, who, lessons["A"])
        await here.courses.mark_done(GUILD, who, lessons["A"])
    await here.courses.mark_done(GUILD, ANN, lessons["B"])
    await here.courses.rate(GUILD, ANN, lessons["A"], 4)

    one = (await here.teaching.taught(GUILD))[0]

    assert (one.openings, one.graduates, one.stars.mean, one.lessons) == (2, 1, 4.0, 2)


@pytest.mark.parametrize("typed", ["Knots", " knots ", "KNOTS", "Ｋnots"])
async def test_a_course_is_found_by_what_people_type(here: School, typed: str) -> None:
    course_id = await here.brings(course("A"))

    assert await here.teaching.find(GUILD, typed) == course_id
    assert await here.teaching.find(GUILD, str(course_id)) == course_id


async def test_a_course_that_is_not_there_is_said_without_markdown(here: School) -> None:
    with pytest.raises(UserError) as refused:
        await here.teaching.find(GUILD, "**@everyone**")

    assert "\\*\\*\\@everyone" in str(refused.value)


async def test_a_page_beyond_the_last_is_the_last(here: School) -> None:
    lessons = await here.lessons(await here.brings(course("A", body="Words. " * 1500)))

    found = await here.courses.open_lesson(GUILD, ANN, lessons["A"], page=99)

    assert (found.page, found.pages) == (found.pages - 1, 3)


@pytest.mark.parametrize("typed", ["bowline", " BOWLINE ", "ｂowline"])
async def test_a_lesson_is_found_by_what_people_type(here: School, typed: str) -> None:
    course_id = await here.brings(course("Bowline"))
    lesson_id = (await here.lessons(course_id))["Bowline"]

    assert await here.teaching.find_lesson(GUILD, typed) == lesson_id
    assert await here.teaching.find_lesson(GUILD, typed, course_id) == lesson_id


@pytest.mark.parametrize("typed", ["pro", " PRO ", "Ｐro"])
async def test_a_tier_is_found_by_what_people_type(here: School, typed: str) -> None:
    course_id = await here.brings(course("A"))

    await here.teaching.lock(GUILD, course_id, typed, MAX)

    assert await tiers(here) == ("Pro",)
