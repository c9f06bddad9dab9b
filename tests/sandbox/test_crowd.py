"""The crowd's messages are real ones: the same for a seed, kept, permitted, and told to those who may hear them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.app import Sandbox
from sandbox.clock import parse
from sandbox.crowd.crowd import Crowd
from sandbox.crowd.people import populate
from sandbox.world import find, membership, permissions
from tests.sandbox.people import Control
from tests.sandbox.sockets import Socket, connect

GUILDS, MESSAGES, CONTENT = 1, 1 << 9, 1 << 15


async def _heard(socket: Socket, number: int) -> list[Any]:
    return [(await socket.until("MESSAGE_CREATE"))["d"] for _ in range(number)]


async def _over(control: Control) -> Any:
    while (told := await control.get("crowd"))["running"] or not told["sent"]:
        pass
    return told


async def test_what_the_crowd_says_is_heard_and_read_again(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        reader = await connect(sandbox, session, "v=10&compress=zlib-stream")
        await reader.identify(GUILDS | MESSAGES | CONTENT)
        plain = await connect(sandbox, session)
        await plain.identify(GUILDS | MESSAGES)
        deaf = await connect(sandbox, session)
        await deaf.identify(GUILDS)

        await control.post("crowd", members=300, rate=0, count=600, seed=5)

        heard, hidden = await _heard(reader, 600), await _heard(plain, 600)
        assert [frame["t"] for frame in await deaf.rest()] == ["GUILD_CREATE"]
    assert (await _over(control))["sent"] == 600
    assert [message["id"] for message in hidden] == [message["id"] for message in heard]
    assert {message["content"] for message in hidden} == {""}
    ids = [int(message["id"]) for message in heard]
    assert ids == sorted(set(ids))
    assert len({message["author"]["id"] for message in heard}) > 50
    by_id = {message["id"]: message for message in heard}
    found = 0
    for name in ("general", "help", "events", "courses", "staff"):
        for message in await control.get("messages", channel=name, who="olivia", limit=100):
            told = by_id[message["id"]]
            assert {k: v for k, v in told.items() if k not in ("member", "guild_id")} == message
            found += 1
    assert found > 300


async def test_a_crowds_message_is_like_one_that_was_said(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(GUILDS | MESSAGES | CONTENT)
        await control.post("say", who="ann", channel="general", content="By hand")
        await control.post("crowd", rate=0, count=1)
        one, other = await _heard(socket, 2)
    assert one.keys() == other.keys()
    assert one["author"].keys() == other["author"].keys()
    assert one["member"].keys() == other["member"].keys()


async def test_the_same_seed_says_the_same(tmp_path: Path) -> None:
    said: list[list[tuple[str, str, str]]] = []
    for name, seed, slices in (("a", 1, (700,)), ("b", 1, (300, 400)), ("c", 2, (700,))):
        async with Sandbox(tmp_path / name, clock=parse("2026-11-02T08:00:00Z")) as one:
            guild = find.guild(one.world)
            populate(one.world, guild, 50, seed)
            crowd = Crowd(one.world, one.hub, guild, rate=0, seed=seed)
            for number in slices:
                crowd.say(number)
            channels = [c["id"] for c in guild.channels.values() if c["type"] == 0]
            messages = [m for c in channels for m in one.world.messages.before(c, None, 1000)]
            said.append([(m["author"]["username"], m["channel_id"], m["content"]) for m in messages])
    assert said[0] == said[1]
    assert said[0] != said[2]


async def test_nobody_of_the_crowd_writes_where_they_may_not_or_is_told_where_the_bot_sees_nothing(
    sandbox: Sandbox, control: Control
) -> None:
    world, guild = sandbox.world, find.guild(sandbox.world)
    populate(world, guild, 40, 1)
    names = {c["name"]: c["id"] for c in guild.channels.values()}
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        me = (await socket.identify(GUILDS | MESSAGES))["user"]["id"]
        crowd = Crowd(world, sandbox.hub, guild, rate=0, seed=1)
        crowd.say(300)
        heard = {message["channel_id"] for message in await _heard(socket, 300)}
        assert heard == {names[name] for name in ("general", "help", "events", "courses")}

        hidden = {"id": me, "type": 1, "allow": "0", "deny": str(permissions.VIEW_CHANNEL)}
        closed = {"id": guild.id, "type": 0, "allow": "0", "deny": str(permissions.SEND_MESSAGES)}
        for name, overwrite in (("help", hidden), ("events", closed)):
            body = {**overwrite}
            path = f"/channels/{names[name]}/permissions/{body.pop('id')}"
            assert (await control.api("olivia", "PUT", path, body))[0] == 204
        crowd.say(300)

        told = [f["d"]["channel_id"] for f in await socket.rest() if f["t"] == "MESSAGE_CREATE"]
    assert set(told) == {names["general"], names["courses"]}
    assert len(told) < 300
    assert world.messages.newest_in(names["staff"]) is None


async def test_one_who_leaves_falls_silent_and_a_new_nickname_is_seen(sandbox: Sandbox) -> None:
    world, guild = sandbox.world, find.guild(sandbox.world)
    populate(world, guild, 2, 1)
    one, other = sorted(user_id for user_id in guild.members if "." in world.users[user_id]["username"])
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(GUILDS | MESSAGES)
        crowd = Crowd(world, sandbox.hub, guild, rate=0, seed=1)
        crowd.say(20)
        assert {message["author"]["id"] for message in await _heard(socket, 20)} == {one, other}

        membership.leave(world, guild, one)
        membership.update(world, guild, other, {"nick": "Lone"})
        crowd.say(20)

        later = [f["d"] for f in await socket.rest() if f["t"] == "MESSAGE_CREATE"]
    assert {message["author"]["id"] for message in later} == {other}
    assert {message["member"]["nick"] for message in later} == {"Lone"}


async def test_a_crowd_is_there_after_a_restart(tmp_path: Path) -> None:
    async with Sandbox(tmp_path) as first:
        guild = find.guild(first.world)
        populate(first.world, guild, 1500, 1)
        Crowd(first.world, first.hub, guild, rate=0, seed=1).say(100)
        members = {key: first.world.show_member(guild, key) for key in guild.members}
        general = next(c["id"] for c in guild.channels.values() if c["name"] == "general")
        messages = first.world.messages.before(general, None, 100)
    async with Sandbox(tmp_path) as second:
        guild = find.guild(second.world)
        assert len(guild.members) == 1600
        assert {key: second.world.show_member(guild, key) for key in guild.members} == members
        assert second.world.messages.before(general, None, 100) == messages
        populate(second.world, guild, 1000, 1)
        assert len(guild.members) == 1600


async def test_ordered_faults_reach_the_crowds_messages_too(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(GUILDS | MESSAGES)
        await control.post("faults", event="MESSAGE_CREATE", how="drop", times=3)
        await control.post("crowd", rate=0, count=10)
        await _over(control)
        told = [frame for frame in await socket.rest() if frame["t"] == "MESSAGE_CREATE"]
    assert len(told) == 7


@pytest.mark.parametrize("body", [{"members": -1}, {"rate": "fast"}, {"count": True}])
async def test_a_crowd_of_nonsense_is_refused(control: Control, body: Any) -> None:
    assert (await control.refused("crowd", **body))[0] == 400
