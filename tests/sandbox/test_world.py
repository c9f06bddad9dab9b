"""People act and the bot hears of it; and the world is still there after an end."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.app import Sandbox
from sandbox.clock import parse
from sandbox.snowflake import moment
from tests.sandbox.people import Bot, Control


async def test_saying_reacting_and_threads_are_heard(bot: Bot, control: Control) -> None:
    message = asyncio.create_task(bot.next_event("message"))
    await asyncio.sleep(0)
    said = await control.post("say", who="ann", channel="general", content="Hello")
    heard: discord.Message = await message
    assert heard.id == int(said["id"])
    assert isinstance(heard.author, discord.Member)

    reaction = asyncio.create_task(bot.next_event("raw_reaction_add"))
    await asyncio.sleep(0)
    shown = await control.post("react", who="bob", message=said["id"], emoji="👍")
    assert (await reaction).message_author_id == heard.author.id
    assert shown["reactions"][0]["count"] == 1
    assert shown["reactions"][0]["me"] is True

    created = asyncio.create_task(bot.next_event("thread_create"))
    await asyncio.sleep(0)
    thread = await control.post("thread", who="bob", channel="general", name="More", message=said["id"])
    assert (await created).id == int(thread["id"]) == heard.id
    inside = await control.post("say", who="ann", channel=thread["id"], content="In here")
    assert inside["channel_id"] == thread["id"]
    active = await bot.home.active_threads()
    assert [t.name for t in active] == ["More"]


async def test_a_reply_is_a_reply(control: Control) -> None:
    first = await control.post("say", who="ann", channel="general", content="Hello")
    reply = await control.post("say", who="bob", channel="general", content="Hi", reply_to=first["id"])
    assert reply["type"] == 19
    assert reply["message_reference"]["message_id"] == first["id"]
    assert [user["username"] for user in reply["mentions"]] == ["ann"]


async def test_voice_is_told_and_found_again(bot: Bot, control: Control) -> None:
    changed = asyncio.create_task(bot.next_event("voice_state_update"))
    await asyncio.sleep(0)
    state = await control.post("voice", who="ann", channel="Lounge", mute=True)
    _, before, after = await changed
    assert (before.channel, after.channel.name, after.self_mute) == (None, "Lounge", True)
    assert (await control.get("world"))["voice_states"][0]["user_id"] == state["user_id"]
    await control.post("voice", who="ann", channel=None)
    assert (await control.get("world"))["voice_states"] == []


async def test_joining_and_leaving(bot: Bot, control: Control) -> None:
    joined = asyncio.create_task(bot.next_event("member_join"))
    await asyncio.sleep(0)
    made = await control.post("join", name="Zoë Zimmer", locale="zh-CN")
    assert (await joined).display_name == "Zoë Zimmer"
    left = asyncio.create_task(bot.next_event("raw_member_remove"))
    await asyncio.sleep(0)
    await control.post("leave", who="zoë zimmer")
    assert (await left).user.id == int(made["user"]["id"])
    assert (await control.refused("say", who=made["user"]["id"], channel="general", content="x"))[0] == 409


async def test_a_nonce_makes_one_message(bot: Bot, control: Control) -> None:
    room = bot.room("general")
    first = await room.send("Reminder", nonce="r-1")
    second = await room.send("Reminder", nonce="r-1")
    assert first.id == second.id
    assert (first.nonce, second.nonce, (await room.fetch_message(first.id)).nonce) == ("r-1", "r-1", None)
    assert len(await control.get("messages", channel="general", who="ann")) == 1


async def test_history_is_paged_both_ways(bot: Bot, control: Control) -> None:
    ids = [
        int((await control.post("say", who="ann", channel="general", content=str(n)))["id"]) for n in range(7)
    ]
    room = bot.room("general")
    assert [m.id async for m in room.history(limit=3)] == ids[:3:-1]
    assert [m.id async for m in room.history(after=discord.Object(ids[1]), limit=3)] == ids[2:5]
    assert [m.id async for m in room.history(around=discord.Object(ids[3]), limit=3)] == ids[2:5][::-1]
    page = await control.get("messages", channel="general", who="ann", after=str(ids[4]))
    assert [int(m["id"]) for m in page] == ids[5:]


async def test_a_file_is_served_again(bot: Bot, control: Control) -> None:
    await bot.room("general").send(file=discord.File(Path(__file__), "test.py", description="This test"))
    (shown,) = await control.get("messages", channel="general", who="ann")
    (attachment,) = shown["attachments"]
    async with control.session.get(attachment["url"].split("/", 3)[3].join(["/", ""])) as answer:
        assert await answer.read() == Path(__file__).read_bytes()
    assert attachment["description"] == "This test"


async def test_scheduled_events_from_plan_to_end(bot: Bot, control: Control) -> None:
    start = discord.utils.utcnow() + timedelta(days=2)
    made = await bot.home.create_scheduled_event(
        name="Office hours",
        start_time=start,
        end_time=start + timedelta(hours=1),
        entity_type=discord.EntityType.external,
        location="Online",
        privacy_level=discord.PrivacyLevel.guild_only,
    )
    interest = asyncio.create_task(bot.next_event("raw_scheduled_event_user_add"))
    path = f"/guilds/{bot.home.id}/scheduled-events/{made.id}"
    status, _ = await control.api("ann", "PUT", f"{path}/users/@me")
    assert status == 204
    interest.cancel()
    assert [user.name async for user in made.users()] == ["ann"]
    made = await made.edit(name="Open hours")
    made = await made.start()
    made = await made.end()
    assert (await control.get("world"))["scheduled_events"][0]["status"] == 3
    with pytest.raises(discord.HTTPException) as refused:
        await made.edit(name="Too late")
    assert refused.value.code == 180000
    await made.delete()
    assert (await control.get("world"))["scheduled_events"] == []


async def test_the_world_is_there_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    async with (
        Sandbox(folder, clock=parse("2026-11-02T08:00:00Z")) as first,
        aiohttp.ClientSession(first.url) as session,
    ):
        control = Control(session)
        said = await control.post("say", who="ann", channel="general", content="Keep me")
        await control.post("react", who="bob", message=said["id"], emoji="🎉")
        await control.post("thread", who="ann", channel="general", name="Old", message=said["id"])
        await control.post("voice", who="cid", channel="Lounge")
        await control.post("clock", advance=3600)
        before = await control.get("world")
    async with Sandbox(folder) as second, aiohttp.ClientSession(second.url) as session:
        control = Control(session)
        assert await control.get("world") == before
        (kept,) = await control.get("messages", channel="general", who="ann")
        assert kept["reactions"][0]["count"] == 1
        later = await control.post("say", who="ann", channel="general", content="New")
        assert int(later["id"]) > int(said["id"])
        assert moment(later["id"]) == parse("2026-11-02T09:00:00Z")


async def _started(folder: Path, *arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """The sandbox as a process, and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--port",
        "0",
        "--data",
        str(folder),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    words = (await process.stdout.readline()).decode().split()
    assert words[:2] == ["sandbox", "ready"]
    return process, words[2]


async def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    process, url = await _started(
        tmp_path, "--empty", "--clock", "2026-11-02T08:00:00Z", "--started-by", "me"
    )
    told = json.loads((tmp_path / "sandbox.json").read_text("utf-8"))
    assert told == {"pid": process.pid, "url": url, "started_by": "me"}
    async with aiohttp.ClientSession(url) as session:
        said = await Control(session).post("say", who="olivia", channel="general", content="Keep me")
    process.kill()
    await process.wait()

    process, url = await _started(tmp_path)
    async with aiohttp.ClientSession(url) as session:
        kept = await Control(session).get("messages", channel="general", who="olivia")
    process.send_signal(signal.SIGTERM)

    assert kept == [said]
    assert await process.wait() == 0
    assert not (tmp_path / "sandbox.json").exists()


async def test_the_demo_is_always_the_same(tmp_path: Path) -> None:
    worlds: list[Any] = []
    for name in ("a", "b"):
        async with (
            Sandbox(tmp_path / name, clock=parse("2026-11-02T08:00:00Z")) as one,
            aiohttp.ClientSession(one.url) as session,
        ):
            worlds.append(await Control(session).get("world"))
    assert worlds[0] == worlds[1]
    assert len(worlds[0]["members"]) == 100
    assert {c["name"] for c in worlds[0]["channels"] if c["type"] == 0} == {
        "general",
        "help",
        "events",
        "courses",
        "staff",
    }
    assert sum(m["locale"] == "zh-CN" for m in worlds[0]["members"]) >= 3


async def test_a_bare_world(tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path, empty=True, clock=parse("2026-11-02T08:00:00Z")) as bare,
        aiohttp.ClientSession(bare.url) as session,
    ):
        world = await Control(session).get("world")
    assert [m["user"]["username"] for m in world["members"]] == ["olivia"]
    assert [c["name"] for c in world["channels"]] == ["general", "staff"]
    assert world["clock"] == {"now": "2026-11-02T08:00:00.000000+00:00", "speed": 0.0}
