"""/stats and the weekly post through the sandbox's real socket."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.demo.people import People, PersonRefused, buttons, walk, words
from sandbox.app import Sandbox
from tests.community import Community, bot_in, running_community

BEGIN = "2026-11-08T23:50:00+00:00"
"""Sunday of week 45; the bot has just come, so this week is its first."""

END = "2026-11-09T00:00:30+00:00"


@pytest.fixture
async def sunday(tmp_path: Path) -> AsyncIterator[Community]:
    """Ten minutes before the week ends and is posted."""
    async with running_community(tmp_path, clock=BEGIN, REPORT__TIME="00:00") as community:
        await community.settled()
        yield community


async def posts(people: Any, channel: str = "staff") -> list[dict[str, Any]]:
    """The weekly cards in the staff channel, as Olivia sees them."""
    found = await people.messages(channel, "olivia", limit=100)
    return [m for m in found if any(b.get("custom_id", "").startswith("stats.explain:") for b in buttons(m))]


def alt_of(message: dict[str, Any]) -> str:
    [picture] = [item for part in walk(message["components"]) for item in part.get("items", [])]
    return str(picture["description"])


async def test_the_running_week_holds_what_was_said_a_moment_ago(sunday: Community) -> None:
    before = words((await sunday.slash("olivia", "stats week"))["message"])
    await sunday.say("ann", "general", "Hello!")
    await sunday.settled()
    after = (await sunday.slash("olivia", "stats week"))["message"]

    assert "(0 + 0 + 0) / 100 = **0.00**" in before
    assert "(1 + 0 + 0) / 100 = **0.01**" in words(after)
    assert "running" in words(after)
    assert after["flags"] & 64
    assert "engagement 0.01" in alt_of(after)


async def test_figures_are_in_the_readers_language(sunday: Community) -> None:
    card = (await sunday.slash("olivia", "stats week", locale="zh-CN"))["message"]
    opened = (await sunday.slash("olivia", "stats explain", metric="members", locale="zh-CN"))["message"]

    assert "活跃度 · 最近 28 天" in words(card)
    assert "互动 0" in alt_of(card)
    assert "机器人" in words(opened)


async def test_figures_are_for_owners(sunday: Community) -> None:
    for_ann = {command["name"] for command in await sunday.get("/sandbox/commands", **{"as": "ann"})}
    for_olivia = {command["name"] for command in await sunday.get("/sandbox/commands", **{"as": "olivia"})}

    assert ("stats" in for_ann, "stats" in for_olivia) == (False, True)


async def test_the_week_is_posted_once_when_it_ends(sunday: Community) -> None:
    await sunday.say("ann", "general", "Last words of the week.")

    await sunday.clock(to=END)
    await sunday.settled()
    [card] = await posts(sunday)
    await sunday.clock(advance=3600)
    await sunday.settled()

    assert "Week 45 of 2026" in words(card)
    assert "(1 + 0 + 0) / 100 = **0.01**" in words(card)
    assert "2026-W45: interactions 1" in alt_of(card)
    assert len(await posts(sunday)) == 1


async def test_the_post_is_in_the_communitys_language(tmp_path: Path) -> None:
    async with running_community(
        tmp_path, clock=BEGIN, REPORT__TIME="00:00", COMMUNITY__LANGUAGE="zh-CN"
    ) as community:
        await community.clock(to=END)
        await community.settled()

        [card] = await posts(community)
        assert "2026 年第 45 周" in words(card)
        assert alt_of(card).startswith("堆叠柱状图")


async def test_a_posted_number_can_be_opened_and_another_picked(sunday: Community) -> None:
    await sunday.clock(to=END)
    await sunday.settled()
    [card] = await posts(sunday)

    opened = (await sunday.click("olivia", card["id"], label="Explain a number"))["message"]
    [select] = [part for part in walk(opened["components"]) if part["type"] == 3]
    picked = await sunday.select("olivia", opened["id"], select["custom_id"], ["members:2026-W45"])
    other = next(m for m in await sunday.messages("staff", "olivia") if m["id"] == opened["id"])

    assert opened["flags"] & 64
    assert "## Engagement · Week 45 of 2026" in words(opened)
    assert "Formula version 1." in words(opened)
    assert picked["state"] == "updated"
    assert "## Members · Week 45 of 2026" in words(other)


async def test_a_past_week_shows_what_was_stored(sunday: Community) -> None:
    await sunday.clock(to=END)
    await sunday.settled()
    await sunday.say("ann", "general", "Too late for last week.")
    await sunday.settled()

    offered = [choice["value"] for choice in await sunday.choices("olivia", "stats week", "week")]
    past = (await sunday.slash("olivia", "stats week", week="2026-W45"))["message"]

    assert offered == ["2026-W46", "2026-W45"]
    assert words(past) == words((await posts(sunday))[0])


@pytest.mark.parametrize(("week", "sentence"), [("W99", "is not a week"), ("2031-W01", "has not begun yet")])
async def test_a_week_that_is_none_is_answered_with_a_sentence(
    sunday: Community, week: str, sentence: str
) -> None:
    answer = await sunday.slash("olivia", "stats week", week=week)

    assert sentence in words(answer["message"])


async def test_three_weeks_away_are_stored_and_one_is_posted(tmp_path: Path) -> None:
    async with Sandbox(tmp_path / "world", port=0, clock=datetime.fromisoformat(BEGIN)) as world:
        async with bot_in(world.url, tmp_path, REPORT__TIME="00:00") as community:
            await community.clock(to=END)
            await community.settled()
        async with People(world.url) as people:
            await people.clock(to="2026-11-18T12:00:00+00:00")
            await people.say("ann", "general", "Said while nobody counted.")
            await people.clock(to="2026-12-02T12:00:00+00:00")
        async with bot_in(world.url, tmp_path, REPORT__TIME="00:00") as back:
            await back.settled()
            cards = await posts(back)
            missed = await back.slash("olivia", "stats explain", metric="interactions", week="2026-W47")

    assert [words(card).split(" of ")[0] for card in cards] == ["## Week 45", "## Week 48"]
    assert "2026-W46 and 2026-W47" in words(cards[1])
    assert "- Messages and replies: 1" in words(missed["message"])


async def test_a_restart_posts_nothing_again(tmp_path: Path) -> None:
    async with Sandbox(tmp_path / "world", port=0, clock=datetime.fromisoformat(BEGIN)) as world:
        for moment in (END, "2026-11-09T00:05:00+00:00", "2026-11-09T00:10:00+00:00"):
            async with bot_in(world.url, tmp_path, REPORT__TIME="00:00") as community:
                await community.clock(to=moment)
                await community.settled()
                cards = await posts(community)

    assert len(cards) == 1


async def test_a_missing_staff_channel_is_waited_for(sunday: Community) -> None:
    guild = str(sunday.guild_id)
    world = await sunday.world()
    [staff] = [channel for channel in world["channels"] if channel["name"] == "staff"]
    await sunday.discord("olivia", "DELETE", f"/channels/{staff['id']}")
    await sunday.clock(to=END)
    await sunday.settled()
    assert (await sunday.app.health())["work_failed"] == 1

    await sunday.discord("olivia", "POST", f"/guilds/{guild}/channels", {"name": "staff", "type": 0})
    for _ in range(50):
        await sunday.settled()
        if not (await sunday.app.health())["work_failed"]:
            break

    assert len(await posts(sunday)) == 1


async def test_help_lists_what_a_member_may_use(sunday: Community) -> None:
    raw = (await sunday.slash("ann", "help"))["message"]
    for_ann = words(raw)
    for_olivia = words((await sunday.slash("olivia", "help"))["message"])
    in_chinese = words((await sunday.slash("ann", "help", locale="zh-CN"))["message"])

    assert "/help" in for_ann
    assert "</help:" in json.dumps(raw), "it is a link"
    assert "stats" not in for_ann
    assert "### For owners" in for_olivia
    assert "/stats week" in for_olivia
    assert "你在这里可以做什么" in in_chinese


async def test_a_stranger_cannot_open_figures_that_they_do_not_see(sunday: Community) -> None:
    await sunday.clock(to=END)
    await sunday.settled()
    [card] = await posts(sunday)

    with pytest.raises(PersonRefused):
        await sunday.click("cid", card["id"], label="Explain a number")
