"""The gateway as discord.py's own client meets it, and with a bare socket where that hides things."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Bot, Control
from tests.sandbox.sockets import connect


async def test_lost_events_are_replayed_once_and_in_order(
    bot: Bot, control: Control, sandbox: Sandbox
) -> None:
    heard: list[str] = []

    @bot.event
    async def on_message(message: discord.Message) -> None:
        heard.append(str(message.id))

    said = [(await control.post("say", who="ann", channel="general", content="before"))["id"]]
    sandbox.hub.cut()
    resumed = asyncio.create_task(bot.next_event("resumed"))
    said += [
        (await control.post("say", who="ann", channel="general", content=str(n)))["id"] for n in range(5)
    ]
    await asyncio.wait_for(resumed, 10)
    said.append((await control.post("say", who="ann", channel="general", content="after"))["id"])
    await asyncio.sleep(0.2)

    assert heard == said


async def test_a_forgotten_session_begins_anew(bot: Bot, control: Control, tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session, Sandbox(tmp_path / "other") as other:
        socket = await connect(other, session)
        await socket.next()
        await socket.send(6, {"token": "sandbox.lyceum", "session_id": "gone", "seq": 3})
        assert await socket.next() == {"op": 9, "d": False, "s": None, "t": None}


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        (2, {"token": "stolen", "intents": 1}, 4004),
        (2, {"token": "sandbox.lyceum", "intents": 1 << 40}, 4013),
        (2, {"token": "sandbox.lyceum"}, 4013),
        (2, {"token": "sandbox.lyceum", "intents": 1, "shard": [2, 2]}, 4010),
        (2, {"token": "sandbox.lyceum", "intents": 1, "shard": "0"}, 4010),
        (2, "sandbox.lyceum", 4002),
        (8, {"guild_id": "1"}, 4003),
        (99, {}, 4003),
        ("a", None, 4003),
    ],
)
async def test_close_codes(sandbox: Sandbox, op: int, data: Any, code: int) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.next()
        await socket.send(op, data)
        assert await socket.next() == code


async def test_intents_decide_what_is_heard(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        plain = await connect(sandbox, session)
        await plain.identify(1 | 1 << 9)
        silent = await connect(sandbox, session)
        await silent.identify(1)
        reader = await connect(sandbox, session, "v=10&compress=zlib-stream")
        ready = await reader.identify(1 | 1 << 9 | 1 << 15)

        await control.post("say", who="ann", channel="general", content="secret")
        await control.post("say", who="ann", channel="general", content=f"<@{ready['user']['id']}> hey")
        await control.post("thread", who="ann", channel="general", name="Later")

        hidden, mention = (
            (await plain.until("MESSAGE_CREATE"))["d"],
            (await plain.until("MESSAGE_CREATE"))["d"],
        )
        assert hidden["content"] == ""
        assert hidden["member"]["roles"] == []
        assert mention["content"].endswith("hey")
        assert (await reader.until("MESSAGE_CREATE"))["d"]["content"] == "secret"
        assert (await silent.next())["t"] == "GUILD_CREATE"
        assert (await silent.next())["t"] == "THREAD_CREATE"


async def test_heartbeats_are_answered(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(1)
        await socket.until("GUILD_CREATE")
        await socket.send(1, 2)
        assert (await socket.next())["op"] == 11


async def test_who_forgets_to_beat_is_cut_off(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session, Sandbox(tmp_path / "hasty", heartbeat_ms=100) as hasty:
        socket = await connect(hasty, session)
        await socket.identify(1)
        await socket.until("GUILD_CREATE")
        assert await socket.next() == 4009


async def test_the_server_comes_without_its_members_but_they_can_be_asked_for(bot: Bot) -> None:
    assert bot.home.member_count == 101
    assert bot.home.owner_id
    found = await bot.home.query_members("ann", limit=5)
    assert [m.name for m in found] == ["ann"]
    everybody = [member async for member in bot.home.fetch_members(limit=None)]
    assert len([m for m in everybody if not m.bot]) == 100
