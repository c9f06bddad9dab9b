"""The bot is killed at every named point of an evening, one after the other: the evening ends like any other."""

from __future__ import annotations

import re
from pathlib import Path

import aiohttp
import pytest

from bot.demo.people import Answer, People, words
from tests.events.evening import TITLE, at, choice, plan
from tests.stage import MONDAY, ROOT, Process, process

BARE = ("--empty", "--clock", MONDAY)
OUTBOX = ["outbox.sending", "outbox.posted", "outbox.sent"]
IN_ORDER = [
    *OUTBOX,  # the card
    "publish.created",
    *OUTBOX,  # the reminder
    "finish.before_commit",
    "finish.measured",
]


async def survive(bot: Process, points: list[str]) -> None:
    """Wait until what is due is done. Each time the bot dies of the first of `points` it is started for the next."""
    while True:
        try:
            await bot.settled()
            return
        except (aiohttp.ClientError, OSError):
            assert await bot.died(), "it ended, but not at a point"
            points.pop(0)
            await bot.start(crash_at=points[0] if points else "")


async def furnish(people: People) -> None:
    """The bare world gets a voice channel and Ann."""
    guild = (await people.world())["guild"]["id"]
    await people.discord("olivia", "POST", f"/guilds/{guild}/channels", {"name": "Classroom", "type": 2})
    await people.join("ann")


async def public(people: People) -> list[str]:
    """What stands in the channel about the evening: "🔔" for a reminder, the last line of a card."""
    posts = [m for m in await people.messages("general", "ann", limit=100) if m["author"].get("bot")]
    texts = [words(m) for m in posts if not m["flags"] & 64 and TITLE in words(m)]
    return ["🔔" if "🔔" in text else text.splitlines()[-1] for text in texts]


async def made(people: People) -> list[Answer]:
    """Every scheduled event of Discord's that was ever made."""
    return [
        entry
        for entry in await people.get("/sandbox/log", after=0, limit=1000)
        if (entry["method"], entry["status"]) == ("POST", 200) and entry["path"].endswith("/scheduled-events")
    ]


@pytest.mark.parametrize(
    "kills", [["outbox.posted", "outbox.posted"], pytest.param(IN_ORDER, marks=pytest.mark.thorough)]
)
async def test_killed_at_every_point_the_evening_ends_the_same(tmp_path: Path, kills: list[str]) -> None:
    points = list(kills)
    async with process(tmp_path, *BARE, COMMUNITY__EVENTS_CHANNEL="general") as bot:
        await bot.start(crash_at=points[0])
        async with People(bot.sandbox) as people:
            await furnish(people)
            await plan(people, who="olivia")
            await survive(bot, points)
            await people.voice("ann", "Classroom")
            for time in ("19:16", "20:45"):
                await at(people, time)
                await survive(bot, points)
            event = await choice(people, "host attendees", who="olivia")
            roll = await people.slash("olivia", "host attendees", channel="staff", event=event)

            assert points == []
            assert await public(people) == ["**Over.** 1 person came.", "🔔"]
            assert len(await made(people)) == 1
            assert "1 person came" in words(roll["message"])


@pytest.mark.thorough
async def test_killed_between_planning_and_reminding_it_still_reminds_once(tmp_path: Path) -> None:
    async with process(tmp_path, *BARE, COMMUNITY__EVENTS_CHANNEL="general") as bot:
        await bot.start()
        async with People(bot.sandbox) as people:
            await furnish(people)
            await plan(people, who="olivia")
            await bot.settled()
            for time in ("19:16", "19:40"):
                bot.kill()
                assert await bot.died()
                await bot.start()
                await at(people, time)
                await bot.settled()

            assert (await public(people)).count("🔔") == 1


def test_every_point_of_the_source_is_killed_at() -> None:
    in_source = {
        name
        for folder in ("events", "outbox")
        for path in (ROOT / "bot" / folder).glob("*.py")
        for name in re.findall(r'^ +point\("([\w.]+)"\)', path.read_text("utf-8"), re.MULTILINE)
    }

    assert in_source == set(IN_ORDER)
