"""Every card stays within Discord's limits, however long the titles; and says what it should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards import COMPONENT_LIMIT, TEXT_LIMIT, Card
from bot.courses import cards, staff_cards
from bot.courses.course import DESCRIPTION_LIMIT, TITLE_LIMIT
from bot.courses.pages import ROOM
from bot.courses.views import CourseView, LessonPage, LessonView, ModuleView, Opening, Outline, Stars, Taught
from bot.discord.components import view
from bot.i18n import Catalog, Language
from tests.courses.school import FakeOffer

WORST = "*" * TITLE_LIMIT
"""Every character is escaped, so it is twice as long when shown."""

EN = Catalog("en", ZoneInfo("UTC")).of("en")
ZH = Catalog("en", ZoneInfo("UTC")).of("zh-CN")


DEAR = tuple(FakeOffer(10**30 + n, f"membership.buy:p{2**62 + n}") for n in range(10))
"""As many prices as a course may have, each longer than any."""


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in components:
        yield one
        yield from walk(one.get("components", []))
        if "accessory" in one:
            yield one["accessory"]


def check(card: Card) -> None:
    """What Discord would refuse."""
    components: list[dict[str, Any]] = view(card, {}).to_components()  # type: ignore[no-untyped-call] # discord.py's own
    drawn = list(walk(components))
    texts = [one["content"] for one in drawn if one["type"] == 10]
    ids = [one["custom_id"] for one in drawn if "custom_id" in one]
    assert sum(map(len, texts)) <= TEXT_LIMIT
    assert all(text.strip() for text in texts)
    assert len(drawn) <= COMPONENT_LIMIT
    assert len(ids) == len(set(ids)) and all(len(one) <= 100 for one in ids)
    for one in drawn:
        assert len(one.get("label") or "") <= 80
        for option in one.get("options", []):
            assert 1 <= len(option["label"]) <= 100


def a_course(*, locked: bool = False, lessons: int = 400, done: int = 399) -> CourseView:
    tiers = (WORST,) * 9 if locked else ()
    return CourseView(
        id=2**62,
        title=WORST,
        description="d" * DESCRIPTION_LIMIT,
        version=9,
        tiers=tiers,
        locked=locked,
        lessons=lessons,
        done=done,
        stars=Stars(100, 21),
        offers=DEAR if locked else (),
    )


def lessons(count: int) -> tuple[LessonView, ...]:
    return tuple(LessonView(2**62 + n, n, n // 40, 9, WORST, n % 2 == 0) for n in range(count))


def an_outline(*, locked: bool = False) -> Outline:
    modules = tuple(ModuleView(n, WORST, lessons(400)[n * 20 : n * 20 + 20]) for n in range(20))
    return Outline(a_course(locked=locked), modules, lessons(400)[1])


@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize("page", [0, 1, 99, -1])
def test_lists_fit(t: Language, page: int) -> None:
    check(cards.browse(t, [replace(a_course(locked=n % 2 == 0), id=n) for n in range(40)], page))
    for locked in (True, False):
        check(cards.outline(t, an_outline(locked=locked), page))
        check(cards.module(t, an_outline(locked=locked), 3, page))


@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
def test_a_full_page_fits_under_the_longest_titles(t: Language) -> None:
    one = lessons(2)
    for page in range(3):
        check(
            cards.lesson(
                t,
                LessonPage(
                    course=a_course(),
                    module=WORST,
                    lesson=one[1],
                    text="x" * ROOM,
                    page=page,
                    pages=3,
                    following=one[0],
                    my_stars=5,
                ),
            )
        )
    check(
        cards.lesson(
            t,
            LessonPage(
                course=a_course(),
                module="",
                lesson=one[0],
                text="\n\n",
                page=0,
                pages=1,
                following=None,
                my_stars=None,
            ),
        )
    )


@pytest.mark.parametrize("t", [EN, ZH], ids=["en", "zh"])
def test_staff_cards_fit(t: Language) -> None:
    now = datetime(2026, 11, 2, tzinfo=UTC)
    check(
        staff_cards.taught(
            t,
            [
                Taught(
                    id=n,
                    title=WORST,
                    version=3,
                    imported_at=now,
                    lessons=400,
                    tiers=(WORST,) * 9,
                    openings=10**6,
                    graduates=10**6,
                    stars=Stars(9, 2),
                )
                for n in range(30)
            ],
        )
    )
    check(staff_cards.locked(t, Opening(WORST, (WORST,) * 9, DEAR)))


def test_the_bar_is_full_only_when_all_is_done() -> None:
    assert cards.bar(0, 7) == "▱" * 10
    assert cards.bar(1, 400) == "▰" + "▱" * 9
    assert cards.bar(399, 400) == "▰" * 9 + "▱"
    assert cards.bar(400, 400) == "▰" * 10


def test_titles_are_shown_without_their_markdown_meaning() -> None:
    one = LessonView(1, 0, 0, 0, "Reading `x`", False)
    shown = cards.lesson(
        EN,
        LessonPage(
            course=a_course(lessons=1, done=0),
            module="A_B",
            lesson=one,
            text="Text.",
            page=0,
            pages=1,
            following=one,
            my_stars=None,
        ),
    )

    header = str(shown.blocks[0])
    assert "A\\\\_B" in header and "## Reading \\\\`x\\\\`" in header
