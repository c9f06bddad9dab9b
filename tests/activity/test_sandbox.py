"""The same through the socket: a real discord.py against the sandbox."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.activity.figures import InteractionFigures
from bot.activity.tables import person
from tests.community import MONDAY, Community, bot_in

START = datetime.fromisoformat("2026-11-02T00:00:00+00:00")
WEEK = timedelta(days=7)


async def counted(community: Community) -> InteractionFigures:
    """What the bot has stored of this week, once it heard everything."""
    await heard(community)
    return await community.app.activity.interactions(community.guild_id, START, START + WEEK)


async def heard(community: Community) -> None:
    """Turning the clock a little waits for the bot; a slash command's answer follows all events before it."""
    await community.slash("olivia", "event list")
    await community.settled()


async def test_a_day_in_the_community(community: Community) -> None:
    question = await community.say("ann", "general", "How do I cancel a task?")
    await community.say("max", "general", "task.cancel()", reply_to=question["id"])
    await community.react("ann", question["id"], "👍")
    await community.react("bob", question["id"], "👍")
    thread = await community.thread("bob", "general", "Cancelling", message=question["id"])
    await community.say("bob", thread["id"], "More here")
    for who in ("ann", "bob"):
        await community.voice(who, "Lounge")
    await community.clock(advance=360)
    for who in ("ann", "bob"):
        await community.voice(who, None)

    found = await counted(community)

    assert found == InteractionFigures(messages=3, reactions=2, threads=1, voice=2, active_members=3)


async def test_a_reaction_taken_back_and_given_again_counts_once(community: Community) -> None:
    message = await community.say("ann", "general", "Hello")
    await community.react("bob", message["id"], "🎉")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/🎉/@me"
    await community.discord("bob", "DELETE", path)
    await community.react("bob", message["id"], "🎉")

    assert (await counted(community)).reactions == 1


async def test_a_forum_post_is_a_thread_and_not_a_message(community: Community) -> None:
    forum = await community.discord(
        "olivia", "POST", f"/guilds/{community.guild_id}/channels", {"name": "show", "type": 15}
    )
    post = await community.thread("ann", forum["id"], "My importer")
    await community.say("bob", post["id"], "Nice")

    found = await counted(community)

    assert (found.messages, found.threads) == (1, 1)


async def test_bots_and_webhooks_do_not_count(community: Community) -> None:
    await community.slash("ann", "event list")
    before = (await counted(community)).total
    channel = await community.app.server.channel_named(community.guild_id, "general")
    assert channel is not None
    await community.app.client.get_partial_messageable(channel).send("I am the bot")

    assert (await counted(community)).total == before == 0


async def test_edits_and_deletions_change_nothing(community: Community) -> None:
    message = await community.say("ann", "general", "Helo")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    await community.discord("ann", "PATCH", path, {"content": "Hello"})
    await community.discord("ann", "DELETE", path)

    assert (await counted(community)).messages == 1


async def test_a_restart_reads_back_channels_threads_and_members(tmp_path: Path) -> None:
    from sandbox.app import Sandbox

    async with Sandbox(tmp_path / "world", port=0, clock=datetime.fromisoformat(MONDAY)) as world:
        async with bot_in(world.url, tmp_path) as community:
            await community.say("ann", "general", "Before")
            await heard(community)
        async with Community(world.url, community.app) as people:  # nobody listens
            await people.clock(advance=3600)
            for n in range(150):
                await people.say("ann", "general", f"While you were away {n}")
            thread = await people.thread("bob", "help", "Is anybody there?")
            await people.say("bob", thread["id"], "Hello?")
            await people.join("Nora")
            await people.leave("cid")
        async with bot_in(world.url, tmp_path) as again:
            await again.say("bob", "general", "Welcome back")
            found = await counted(again)
            coverage = await again.app.activity.coverage(again.guild_id, START, START + WEEK)

            assert found == InteractionFigures(
                messages=153, reactions=0, threads=1, voice=0, active_members=2
            )
            assert coverage.gap_seconds >= 3600
            assert await names(again) == await names_in_world(again)


async def names(community: Community) -> int:
    return await community.app.activity.humans(community.guild_id, community.app.clock.now())


async def names_in_world(community: Community) -> int:
    world: Any = await community.world()
    return sum(not member["user"].get("bot") for member in world["members"])


@pytest.mark.parametrize(("resumes", "gaps"), [(True, 0), (False, 1)])
async def test_a_cut_socket_is_resumed_or_read_back_and_nothing_counts_twice(
    community: Community, resumes: bool, gaps: int
) -> None:
    """A session that Discord does not know any more cannot be resumed: discord.py identifies anew."""
    await community.say("ann", "general", "One")
    await heard(community)
    cut = community.app.client.ws
    if not resumes:
        cut.session_id = "forgotten"
    await cut.socket.close(code=4000)  # as a bad network does
    await community.say("ann", "general", "Two")
    await community.say("ann", "general", "Three")
    await community.clock(advance=60)
    await back(community, cut)

    assert (await counted(community)).messages == 3
    coverage = await community.app.activity.coverage(community.guild_id, START, START + WEEK)
    assert len([gap for gap in coverage.gaps if gap.reason == "away"]) == gaps


async def back(community: Community, old: Any) -> None:
    """Wait until another socket is there and nothing is left to read."""
    async with asyncio.timeout(20):
        while community.app.client.ws is old or not community.app.client.ws.open:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    await community.app.activity.caught_up()


async def test_members_are_known_without_a_cache(community: Community) -> None:
    await community.join("Nora")
    await community.join("Robby", bot=True)
    await heard(community)

    assert await names(community) == await names_in_world(community)
    async with community.app.db.read() as db:
        bots = (await db.execute(select(person.c.user_id).where(person.c.bot.is_(True)))).scalars().all()
    assert len(bots) == 2
