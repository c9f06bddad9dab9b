"""Op 8, as Discord's documentation limits it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Control
from tests.sandbox.sockets import Socket, connect

GUILDS, MEMBERS, PRESENCES = 1, 1 << 1, 1 << 8


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def _ready(sandbox: Sandbox, session: aiohttp.ClientSession, intents: int) -> Socket:
    socket = await connect(sandbox, session)
    await socket.identify(GUILDS | intents)
    await socket.until("GUILD_CREATE")
    return socket


async def test_everybody_comes_in_one_chunk_and_not_again_for_thirty_seconds(
    sandbox: Sandbox, control: Control, session: aiohttp.ClientSession
) -> None:
    socket = await _ready(sandbox, session, MEMBERS)
    wish = {"guild_id": await control.guild_id(), "query": "", "limit": 0, "nonce": "n" * 32}
    await socket.send(8, wish)
    chunk = (await socket.next())["d"]
    assert (len(chunk["members"]), chunk["chunk_index"], chunk["chunk_count"]) == (101, 0, 1)
    assert chunk["nonce"] == "n" * 32
    assert "not_found" not in chunk
    assert "presences" not in chunk

    await socket.send(8, wish)
    frame = await socket.next()
    assert frame["t"] == "RATE_LIMITED"
    assert frame["d"]["meta"] == {"guild_id": wish["guild_id"], "nonce": wish["nonce"]}
    assert 0 < frame["d"]["retry_after"] <= 30


async def test_the_whole_list_needs_the_members_intent_but_a_name_does_not(
    sandbox: Sandbox, control: Control, session: aiohttp.ClientSession
) -> None:
    socket, guild_id = await _ready(sandbox, session, 0), await control.guild_id()
    await socket.send(8, {"guild_id": guild_id, "query": "", "limit": 0})
    await socket.send(8, {"guild_id": guild_id, "query": "", "limit": 5})
    await socket.send(8, {"guild_id": guild_id})
    assert await socket.rest() == []

    await socket.send(
        8, {"guild_id": guild_id, "query": "ANN", "limit": 5, "presences": True, "nonce": "x" * 33}
    )
    chunk = (await socket.next())["d"]
    assert [member["user"]["username"] for member in chunk["members"]] == ["ann"]
    assert "nonce" not in chunk
    assert "presences" not in chunk


async def test_by_id_strangers_are_named_and_presences_need_their_intent(
    sandbox: Sandbox, control: Control, session: aiohttp.ClientSession
) -> None:
    socket, guild_id = await _ready(sandbox, session, PRESENCES), await control.guild_id()
    ann = await control.user_id("ann")
    await socket.send(8, {"guild_id": guild_id, "user_ids": [ann, "42"], "presences": True})
    chunk = (await socket.next())["d"]
    assert [member["user"]["id"] for member in chunk["members"]] == [ann]
    assert chunk["not_found"] == ["42"]
    assert [presence["user"]["id"] for presence in chunk["presences"]] == [ann]


async def test_many_come_in_chunks_of_a_thousand(
    sandbox: Sandbox, control: Control, session: aiohttp.ClientSession
) -> None:
    await control.post("crowd", members=2500)
    socket = await _ready(sandbox, session, MEMBERS)
    await socket.send(8, {"guild_id": await control.guild_id(), "query": "", "limit": 0})
    chunks = [(await socket.next())["d"] for _ in range(3)]
    assert [chunk["chunk_index"] for chunk in chunks] == [0, 1, 2]
    assert {chunk["chunk_count"] for chunk in chunks} == {3}
    assert len({m["user"]["id"] for chunk in chunks for m in chunk["members"]}) == 2601
