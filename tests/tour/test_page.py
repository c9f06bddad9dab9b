"""The tour walked through the page: with a mouse in both languages, by day and by night, and by keyboard alone."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from bot.demo.people import People
from tests.browser import window
from tests.community import BotProcess
from tests.tour.hands import Hands, Keyboard, Mouse
from tests.tour.pictures import AFTER, DOCS, write
from tests.tour.steps import steps
from tests.tour.test_tour import CHINESE
from tests.tour.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.thorough]
_EVERYWHERE = re.compile(r"[\d.★]+")
"""What is written alike in every language."""


@contextlib.asynccontextmanager
async def visit(
    bot: BotProcess, chromium: str, hands: Hands, locale: str = "en-US", **how: Any
) -> AsyncGenerator[Visitor]:
    """Somebody at the page, their window as wide as a small laptop's."""
    how = {"viewport": {"width": 1280, "height": 800}} | how
    async with People(bot.sandbox) as people, window(chromium, locale=locale, **how) as context:
        page = await context.new_page()
        await page.add_init_script("localStorage.setItem('sandbox.tour', 'closed')")
        await page.goto(f"{bot.sandbox}/#olivia/staff")
        await page.wait_for_selector("#composer")
        visitor = Visitor(bot, people, page, hands, locale)
        yield visitor
        assert visitor.barriers == [], "\n".join(visitor.barriers)


async def test_every_step_shows_what_it_says(bot: BotProcess, chromium: str, pictures: bool) -> None:
    await bot.start()

    async with visit(bot, chromium, Mouse()) as visitor:
        for step in steps():
            text = await visitor.follow(step)
            assert [words for words in step.seen if words not in text] == [], f"{step.number}:\n{text}"
            assert [words for words in step.unseen if words in text] == [], f"{step.number}:\n{text}"
            if pictures and step.number in AFTER["en-US"]:
                write(await visitor.photograph(), DOCS / f"{AFTER['en-US'][step.number]}.png")


async def test_in_chinese_and_in_the_dark(bot: BotProcess, chromium: str, pictures: bool) -> None:
    bot.environment["LYCEUM_COMMUNITY__LANGUAGE"] = "zh-CN"
    await bot.start()

    async with visit(bot, chromium, Mouse(), "zh-CN", color_scheme="dark") as visitor:
        for step in steps():
            text = await visitor.follow(step)
            assert not text or CHINESE.search(text), f"step {step.number} shows:\n{text}"
            if pictures and step.number in AFTER["zh-CN"]:
                write(await visitor.photograph(), DOCS / f"{AFTER['zh-CN'][step.number]}.png")
            missing = [words for words in step.seen if _EVERYWHERE.fullmatch(words) and words not in text]
            assert missing == [], f"step {step.number} shows:\n{text}"


async def test_without_a_mouse(bot: BotProcess, chromium: str) -> None:
    await bot.start()

    async with visit(bot, chromium, Keyboard()) as visitor:
        for step in steps():
            text = await visitor.follow(step)
            assert [words for words in step.seen if words not in text] == [], f"{step.number}:\n{text}"
