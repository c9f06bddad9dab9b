"""The tour can be followed, word by word, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.demo.people import People
from tests.community import BotProcess
from tests.tour.steps import Step, steps
from tests.tour.walker import Walker

CHINESE = re.compile(r"[\u4e00-\u9fff]")


async def test_every_step_shows_what_it_says(bot: BotProcess) -> None:
    await bot.start()

    async with People(bot.sandbox) as people:
        walker = Walker(bot, people)
        for step in steps():
            text = await walker.follow(step)
            missing = [words for words in step.seen if words not in text]
            assert missing == [], f"step {step.number} shows:\n{text}"
            assert not any(words in text for words in step.unseen), f"step {step.number} shows:\n{text}"


@pytest.mark.thorough
async def test_in_chinese_no_answer_is_without_chinese(bot: BotProcess) -> None:
    bot.environment["LYCEUM_COMMUNITY__LANGUAGE"] = "zh-CN"
    await bot.start()

    async with People(bot.sandbox) as people:
        walker = Walker(bot, people, locale="zh-CN")
        for step in steps():
            text = await walker.follow(step)
            assert not text or CHINESE.search(text), f"step {step.number} shows:\n{text}"


def test_there_are_steps_and_each_is_understood() -> None:
    found = steps()

    assert [step.number for step in found] == list(range(1, len(found) + 1))
    assert len(found) > 20


def test_control_a_step_that_nobody_can_follow_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tour.md").write_text("1. Somehow find the weekly post.\n")

    with pytest.raises(ValueError, match="step 1"):
        steps(tmp_path / "tour.md")


def test_what_a_person_must_see_is_in_the_steps() -> None:
    seen = {words for step in steps() for words in step.seen}

    assert {"1.80", "45.0", "1.81"} <= seen
    assert any(isinstance(step, Step) and step.verb == "pay" for step in steps())
