"""A session's life: heartbeats, frames too many, losing it, finding it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Control
from tests.sandbox.sockets import Socket, connect

GUILDS, MESSAGES, VOICE, CONTENT = 1, 1 << 9, 1 << 7, 1 << 15


async def _resume(sandbox: Sandbox, session: aiohttp.ClientSession, ready: Any, seq: Any) -> Socket:
    socket = await connect(sandbox, session)
    await socket.next()
    await socket.send(6, {"token": "sandbox.lyceum", "session_id": ready["session_id"], "seq": seq})
    return socket


async def test_only_heartbeats_keep_a_connection(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session, Sandbox(tmp_path / "w", heartbeat_ms=250) as hasty:
        beating, talking = await connect(hasty, session), await connect(hasty, session)
        await beating.identify(0)
        await talking.identify(0)
        for _ in range(20):
            await asyncio.sleep(0.05)
            await beating.send(1, None)
            if not talking.socket.closed:
                await talking.send(3, {"status": "online"})

        assert await talking.next() == 4009
        frames = await beating.rest()
        assert not beating.socket.closed
        assert {frame["op"] for frame in frames} == {11}


@pytest.mark.parametrize(
    ("text", "code"),
    [("no json", 4002), ("[]", 4002), ('{"op": 1, "d": "' + "x" * 4096 + '"}', 4002), ('{"op": 77}', 4001)],
)
async def test_frames_that_are_none(sandbox: Sandbox, text: str, code: int) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(0)
        await socket.socket.send_str(text)
        assert await socket.next() == code


async def test_identifying_twice_is_refused(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(0)
        await socket.send(2, {"token": "sandbox.lyceum", "intents": 0})
        assert await socket.next() == 4005


async def test_a_hundred_and_twenty_frames_a_minute(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(0)
        for _ in range(119):
            await socket.send(1, None)
        assert [frame["op"] for frame in await socket.rest()] == [11] * 119
        await socket.send(1, None)
        assert await socket.next() == 4008


@pytest.mark.parametrize("query", ["v=8", "v=10&encoding=etf", "v=10&compress=zstd-stream"])
async def test_what_the_sandbox_does_not_speak_is_refused(sandbox: Sandbox, query: str) -> None:
    async with aiohttp.ClientSession() as session:
        assert await (await connect(sandbox, session, query)).next() in (4012, 4002)


async def test_large_packets_are_compressed_when_asked_in_identify(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(GUILDS, compress=True)
        assert (await socket.until("GUILD_CREATE"))["d"]["name"] == "Lyceum"
        assert socket.packed == 1


async def test_resuming_replays_what_was_missed_and_nothing_else(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        lost = await connect(sandbox, session)
        ready = await lost.identify(MESSAGES)
        await control.post("say", who="ann", channel="general", content="one")
        seq = (await lost.until("MESSAGE_CREATE"))["s"]
        await lost.socket.close(code=4000)
        said = [
            (await control.post("say", who="ann", channel="general", content="x"))["id"] for _ in range(3)
        ]

        found = await _resume(sandbox, session, ready, seq)

        frames = [await found.next() for _ in range(4)]
        assert [frame["t"] for frame in frames] == ["MESSAGE_CREATE"] * 3 + ["RESUMED"]
        assert [frame["d"].get("id") for frame in frames] == [*said, None]
        assert [frame["s"] for frame in frames] == list(range(seq + 1, seq + 5))


async def test_a_number_that_never_was_cannot_be_resumed_from(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for seq in (99, "1", None):
            lost = await connect(sandbox, session)
            ready = await lost.identify(0)
            await lost.socket.close(code=4000)
            assert await (await _resume(sandbox, session, ready, seq)).next() == 4007


async def test_a_client_that_says_goodbye_has_no_session_any_more(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        gone = await connect(sandbox, session)
        ready = await gone.identify(0)
        await gone.socket.close(code=1000)
        again = await _resume(sandbox, session, ready, 1)
        assert await again.next() == {"op": 9, "d": False, "s": None, "t": None}
        await again.send(2, {"token": "sandbox.lyceum", "intents": 0})
        assert (await again.next())["t"] == "READY"


async def test_a_server_in_an_outage_is_unavailable_and_silent(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        await socket.identify(GUILDS | MESSAGES)
        await socket.until("GUILD_CREATE")
        guild_id = await control.guild_id()

        await control.post("outage", on=True)
        await control.post("say", who="ann", channel="general", content="Does anybody hear me?")
        late = await connect(sandbox, session)
        ready = await late.identify(GUILDS)
        await control.post("outage", on=False)

        frames = [await socket.next(), await socket.next()]
        assert [frame["t"] for frame in frames] == ["GUILD_DELETE", "GUILD_CREATE"]
        assert frames[0]["d"] == {"id": guild_id, "unavailable": True}
        assert ready["guilds"] == [{"id": guild_id, "unavailable": True}]
        assert [frame["t"] for frame in await late.rest()] == ["GUILD_DELETE", "GUILD_CREATE"]


async def test_a_bot_that_is_kicked_hears_that_the_server_is_gone(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        ready = await socket.identify(GUILDS | 1 << 1)
        await socket.until("GUILD_CREATE")
        guild_id = await control.guild_id()
        path = f"/guilds/{guild_id}/members/{ready['user']['id']}"
        assert (await control.api("olivia", "DELETE", path))[0] == 204
        assert (await socket.until("GUILD_DELETE"))["d"] == {"id": guild_id}


async def test_a_bot_goes_into_voice_and_no_server_is_there(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        ready = await socket.identify(GUILDS | VOICE)
        await socket.until("GUILD_CREATE")
        guild_id, lounge = await control.guild_id(), await control.channel_id("Lounge")

        await socket.send(4, {"guild_id": guild_id, "channel_id": lounge, "self_mute": True})

        state, server = await socket.next(), await socket.next()
        assert (state["d"]["channel_id"], state["d"]["self_mute"]) == (lounge, True)
        assert state["d"]["member"]["user"]["id"] == ready["user"]["id"]
        assert (server["t"], server["d"]["endpoint"]) == ("VOICE_SERVER_UPDATE", None)
        await socket.send(4, {"guild_id": guild_id, "channel_id": await control.channel_id("general")})
        await socket.send(4, {"guild_id": guild_id, "channel_id": None})
        assert (await socket.next())["d"]["channel_id"] is None
        assert await socket.rest() == []


async def test_the_answered_message_keeps_its_words_to_itself(sandbox: Sandbox, control: Control) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        ready = await socket.identify(MESSAGES)
        said = await control.post("say", who="ann", channel="general", content="secret")
        mention = f"<@{ready['user']['id']}> look"
        await control.post("say", who="bob", channel="general", content=mention, reply_to=said["id"])
        first, second = await socket.next(), await socket.next()
        assert first["d"]["content"] == ""
        assert second["d"]["content"] == mention
        assert second["d"]["referenced_message"]["content"] == ""


async def _unknown_op(control: Control, socket: Socket) -> None:
    await socket.send(77, {})


async def _no_json(control: Control, socket: Socket) -> None:
    await socket.socket.send_str("no json")


async def _identified_twice(control: Control, socket: Socket) -> None:
    await socket.send(2, {"token": "sandbox.lyceum", "intents": 0, "properties": {}})


async def _too_many(control: Control, socket: Socket) -> None:
    for _ in range(130):
        await socket.send(1, None)


async def _told_to_reconnect(control: Control, socket: Socket) -> None:
    await control.post("faults", gateway="reconnect")


async def _closed_by_order(control: Control, socket: Socket) -> None:
    await control.post("faults", gateway="close", code=4009)


@pytest.mark.parametrize(
    "close", [_unknown_op, _no_json, _identified_twice, _too_many, _told_to_reconnect, _closed_by_order]
)
@pytest.mark.parametrize("client_closes", [False, True])
async def test_a_close_after_which_clients_reconnect_leaves_the_session(
    sandbox: Sandbox,
    control: Control,
    close: Callable[[Control, Socket], Awaitable[None]],
    client_closes: bool,
) -> None:
    """Discord's table of close codes says so; a client may answer the close with one of its own, as libraries do."""
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        ready = await socket.identify(GUILDS)
        await close(control, socket)
        frames = await socket.rest()
        if client_closes:
            await socket.socket.close(code=4000)
        seq = max([1, *(int(frame["s"]) for frame in frames if not isinstance(frame, int) and frame["s"])])

        again = await _resume(sandbox, session, ready, seq)

        assert (await again.until("RESUMED"))["op"] == 0


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_close_after_which_nobody_may_reconnect_ends_the_session(
    sandbox: Sandbox, control: Control, code: int
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        ready = await socket.identify(GUILDS)
        await control.post("faults", gateway="close", code=code)
        await socket.rest()

        again = await _resume(sandbox, session, ready, 1)

        assert await again.next() == {"op": 9, "d": False, "s": None, "t": None}


async def test_after_an_invalid_session_the_same_socket_may_identify_afresh(
    sandbox: Sandbox, control: Control
) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await connect(sandbox, session)
        before = await socket.identify(GUILDS)
        await socket.rest()
        await control.post("faults", gateway="invalidate")
        assert await socket.next() == {"op": 9, "d": False, "s": None, "t": None}
        await socket.send(3, {"status": "online"})
        assert await socket.next() == 4003

        socket = await connect(sandbox, session)
        await socket.identify(GUILDS)
        await socket.rest()
        await control.post("faults", gateway="invalidate")
        await socket.next()
        await socket.send(2, {"token": "sandbox.lyceum", "intents": GUILDS, "properties": {}})

        assert (await socket.until("READY"))["d"]["session_id"] != before["session_id"]
