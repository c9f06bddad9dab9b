"""Killed at each named point of the weekly post, the first and the second time: every week is posted exactly once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.demo.people import People, words
from tests.community import ROOT, bot_process
from tests.insight.test_stats import posts

BEGIN = "2026-11-08T23:50:00+00:00"
ENDS = ("2026-11-09T00:00:30+00:00", "2026-11-16T00:00:30+00:00")
POINTS = ("report.stored", "outbox.sending", "outbox.posted", "outbox.sent")


def test_every_point_of_the_weekly_post_is_killed_at() -> None:
    files = [ROOT / "bot" / "insight" / "weekly.py", *(ROOT / "bot" / "outbox").glob("*.py")]
    source = "".join(file.read_text("utf-8") for file in files)

    assert set(re.findall(r'point\("([\w.]+)"\)', source)) == set(POINTS)


@pytest.mark.parametrize(
    ("name", "occurrence"),
    [pytest.param(name, occurrence, marks=pytest.mark.thorough) for name in POINTS for occurrence in (1, 2)],
)
async def test_killed_there_each_week_is_still_posted_once(
    tmp_path: Path, name: str, occurrence: int
) -> None:
    async with bot_process(tmp_path, "--empty", "--clock", BEGIN, REPORT__TIME="00:00") as bot:
        assert await bot.start(crash_at=f"{name}:{occurrence}")
        async with People(bot.sandbox) as people:
            for end in ENDS[:occurrence]:
                await people.clock(to=end)
            assert await bot.died()

            assert await bot.start()
            await bot.settled()
            for end in ENDS[occurrence:]:
                await people.clock(to=end)
            await bot.settled()
            cards = await posts(people)

    assert [words(card).split(" of ")[0] for card in cards] == ["## Week 45", "## Week 46"]
    assert not any("could not be posted" in words(card) for card in cards)
