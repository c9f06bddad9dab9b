"""Issue 2, item 9: a real community's year through the socket, with the bot killed three times in it."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from bot.demo.people import People
from tests.activity.replay import (
    ChatLine,
    Replay,
    by_author_and_hour,
    by_author_and_week,
    made_up,
    moments,
    read,
    resident_megabytes,
)
from tests.community import bot_process

SHARED = os.environ.get("LYCEUM_SHARED")
FILE = Path(SHARED or "") / "data/chat/racket-general-2018.csv"
BEFORE = "2017-12-31T00:00:00+00:00"


async def replayed(folder: Path, lines: list[ChatLine], kills: int, seed: int) -> Replay:
    # Without a staff channel the weekly posts wait for the owner; their charts would take most of the time.
    async with bot_process(folder, "--empty", "--clock", BEFORE, COMMUNITY__STAFF_CHANNEL="nowhere") as bot:
        assert await bot.start()
        async with People(bot.sandbox) as people:
            replay = Replay(bot=bot, people=people, lines=lines)
            await replay.run(moments(lines, kills, seed))
        assert bot.running is not None
        for kill in replay.kills:
            print(
                f"killed after {kill.after} messages: {kill.unflushed} not yet flushed, "
                f"{kill.said_meanwhile} said meanwhile, {kill.read_back} read back"
            )
        print(
            f"replayed {len(lines)} messages on {replay.turns} turns of the clock, "
            f"{len(lines) / replay.seconds:.0f} messages per second; "
            f"the bot's memory afterwards: {resident_megabytes(bot.running.pid):.0f} MB (VmRSS)"
        )
        return replay


def check(replay: Replay, lines: list[ChatLine], kills: int) -> None:
    assert replay.counts() == by_author_and_week(lines)
    assert replay.hours() == by_author_and_hour(lines)
    assert replay.stored() == len(lines)
    assert len(replay.kills) == kills
    assert all(kill.unflushed > 0 for kill in replay.kills)
    assert all(kill.read_back == kill.unflushed + kill.said_meanwhile for kill in replay.kills)


@pytest.mark.parametrize("count", [60, pytest.param(300, marks=pytest.mark.thorough)])
async def test_a_made_up_chat_is_counted_exactly_with_the_bot_killed_in_it(
    tmp_path: Path, count: int
) -> None:
    lines = made_up(datetime.fromisoformat(BEFORE), count, seed=7)

    replay = await replayed(tmp_path, lines, kills=1, seed=7)

    check(replay, lines, kills=1)


@pytest.mark.thorough
@pytest.mark.skipif(SHARED is None, reason="LYCEUM_SHARED is unset: the real chat is not here")
async def test_a_real_communitys_year_is_counted_exactly_with_the_bot_killed_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = read(FILE)
    assert (len(lines), len({line.who for line in lines})) == (9709, 144)

    with capsys.disabled():
        replay = await replayed(tmp_path, lines, kills=3, seed=2018)

    check(replay, lines, kills=3)
