"""The turned clock: walked when the bot is there, taken at once when it was away."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.demo.people import PersonRefused
from bot.work import Job
from sandbox.app import Sandbox
from tests.community import MONDAY, Community, bot_in


class Diary:
    """Notes at what time each piece of work was done."""

    def __init__(self, community: Community) -> None:
        self._app = community.app
        self.entries: list[tuple[str, str]] = []
        community.app.worker.handlers["test.note"] = self.note

    async def note(self, job: Job) -> None:
        self.entries.append((job.key, self._app.clock.now().isoformat()))

    async def plan(self, key: str, hours: float) -> None:
        due = self._app.clock.now() + timedelta(hours=hours)
        async with self._app.db.write() as tx:
            await self._app.queue.enqueue_once(tx, "test.note", 1, key, due=due)


async def test_a_turn_is_acknowledged_when_the_bot_has_taken_it_over(community: Community) -> None:
    before = community.app.clock.now()

    turned = await community.clock(advance=3600)

    assert turned["acknowledged"] is True
    assert community.app.clock.now() - before == timedelta(hours=1)
    assert community.app.clock.now() == datetime.fromisoformat(turned["now"])


async def test_what_falls_due_on_the_way_happens_at_its_own_time(community: Community) -> None:
    diary = Diary(community)
    await diary.plan("in an hour", 1)
    await diary.plan("tomorrow", 24)
    await diary.plan("next month", 24 * 30)

    await community.clock(advance=7 * 24 * 3600)

    assert diary.entries == [
        ("in an hour", "2026-11-02T09:00:00+00:00"),
        ("tomorrow", "2026-11-03T08:00:00+00:00"),
    ]


async def test_a_bot_that_was_away_takes_the_time_at_once(tmp_path: Path) -> None:
    async with Sandbox(tmp_path / "world", clock=datetime.fromisoformat(MONDAY)) as world:
        async with bot_in(world.url, tmp_path) as community:
            await Diary(community).plan("while away", 1)
            away = Community(world.url, community.app)
        async with away:
            turned = await away.clock(advance=24 * 3600)
        async with bot_in(world.url, tmp_path) as community:
            diary = Diary(community)
            await community.settled()

    assert turned["acknowledged"] is False
    assert diary.entries == [("while away", "2026-11-03T08:00:00+00:00")]


async def test_the_clock_does_not_go_backwards(community: Community) -> None:
    with pytest.raises(PersonRefused, match="409"):
        await community.clock(to="2026-11-01T00:00:00+00:00")
