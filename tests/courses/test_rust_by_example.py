"""A whole real course, brought as a zip and read lesson by lesson through the sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.courses.pages import PageText, pages
from bot.demo.month import zipped
from bot.demo.people import Answer, walk
from tests.community import Community
from tests.courses.classroom import brings, course_of, texts
from tests.courses.markdown import code_blocks, code_of_pages, with_plain_info
from tests.courses.test_pages import SHARED, needs_shared

BOOK = Path(SHARED or "") / "data/courses/rust-by-example"


def filled(text: str) -> list[str]:
    """The lines that are not blank, each byte for byte."""
    return [line for line in text.split("\n") if line.strip()]


def onward(message: Answer) -> str | None:
    """The button to the next page of the lesson, None on the last."""
    for one in walk(message["components"]):
        if one["type"] == 2 and one["label"].endswith("▶") and not one.get("disabled"):
            return str(one["label"])
    return None


async def delivered(community: Community, course: str, lesson: int) -> list[str]:
    """The texts between header and footer, page by page, as Ann sees them."""
    answer = await community.slash("ann", "course open", course=course, lesson=str(lesson))
    found: list[str] = []
    while True:
        _, body, _ = texts(answer["message"])
        found.append(body)
        label = onward(answer["message"])
        if label is None:
            return found
        answer = await community.click("ann", answer["message"]["id"], label=label)
        assert answer["state"] == "updated"


def undone(shown: list[str], promised: Sequence[PageText]) -> str:
    """The cards' texts joined, without the fence lines that only close and reopen a code block at a border."""
    own = [
        text.removeprefix(page.opens).removesuffix(page.closes.removesuffix("\n"))
        for text, page in zip(shown, promised, strict=True)
    ]
    return "\n".join(own)


@needs_shared
@pytest.mark.thorough
async def test_every_lesson_is_delivered_whole(community: Community) -> None:
    """Each lesson's cards, read through the socket from the sandbox, which refuses what Discord would refuse:

    * joined, they hold every line of the source that is not blank, in order, byte for byte, but for info
      strings cut to their first word, and for the one pair of fence lines where a code block goes over a border;
    * their code blocks are the source's in number, language (first word) and content, parts of a cut one joined;
    * each is exactly the page that `pages` promises, blank lines around it taken off.
    """
    assert "The course is here" in await brings(community, zipped(BOOK))
    course = await course_of(community)
    lessons = await community.app.teaching.lessons(community.guild_id)
    assert len(lessons) >= 190
    cards = cut_blocks = 0

    for lesson in lessons:
        shown = await delivered(community, course, lesson.id)
        source = await stored(community, lesson.id)
        promised = pages(source)

        assert shown == [page.shown for page in promised], lesson
        assert filled(undone(shown, promised)) == filled(with_plain_info(source)), lesson
        as_shown = [
            PageText(text, page.opens, page.closes) for text, page in zip(shown, promised, strict=True)
        ]
        assert code_of_pages(as_shown) == code_blocks(source), lesson
        cards += len(shown)
        cut_blocks += sum(bool(page.opens) for page in promised)

    assert cards > len(lessons)
    print(f"{len(lessons)} lessons delivered as {cards} cards, {cut_blocks} code blocks cut")


async def stored(community: Community, lesson_id: int) -> str:
    """The lesson's file, found by its slug."""
    async with community.app.db.read() as db:
        slug = (await db.exec_driver_sql("SELECT slug FROM lesson WHERE id = ?", (lesson_id,))).scalar_one()
    return (BOOK / "src" / f"{slug}.md").read_text("utf-8")
