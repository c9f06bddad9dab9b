"""Beginning a session: who may, with which intents, how often, in which shard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Control
from tests.sandbox.sockets import connect

GUILDS, MEMBERS, MESSAGES, DIRECT, CONTENT = 1, 1 << 1, 1 << 9, 1 << 12, 1 << 15


async def _bot(control: Control, method: str, path: str) -> tuple[int, Any]:
    headers = {"Authorization": "Bot sandbox.lyceum"}
    async with control.session.request(method, f"/api/v10{path}", headers=headers) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    ("switch", "intent"), [("members", MEMBERS), ("presences", 1 << 8), ("content", CONTENT)]
)
async def test_a_privileged_intent_has_to_be_switched_on(
    sandbox: Sandbox, control: Control, switch: str, intent: int
) -> None:
    settings = await control.post("application", name="lyceum", intents={switch: False})
    assert settings["intents"][switch] is False
    async with aiohttp.ClientSession() as session:
        refused = await connect(sandbox, session)
        await refused.next()
        await refused.send(2, {"token": "sandbox.lyceum", "intents": GUILDS | intent})
        assert await refused.next() == 4014
        assert refused.socket.close_code == 4014
        await (await connect(sandbox, session)).identify(GUILDS)

        await control.post("application", name="lyceum", intents={switch: True})
        await (await connect(sandbox, session)).identify(GUILDS | intent)


async def test_what_is_switched_off_is_withheld_over_http_too(control: Control) -> None:
    guild_id = await control.guild_id()
    said = await control.post("say", who="ann", channel="general", content="secret")
    path = f"/channels/{said['channel_id']}/messages/{said['id']}"
    assert (await _bot(control, "GET", path))[1]["content"] == "secret"
    assert (await _bot(control, "GET", f"/guilds/{guild_id}/members?limit=5"))[0] == 200

    await control.post("application", name="lyceum", intents={"content": False, "members": False})

    assert (await _bot(control, "GET", path))[1]["content"] == ""
    status, error = await _bot(control, "GET", f"/guilds/{guild_id}/members?limit=5")
    assert (status, error["code"]) == (403, 50001)


async def test_more_servers_than_a_shard_may_have(control: Control, tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path / "three", empty=True, guilds=3) as three,
        aiohttp.ClientSession(three.url) as session,
    ):
        there = Control(session)
        await there.post("application", name="lyceum", guilds_per_shard=2)
        lonely = await connect(three, session)
        await lonely.next()
        await lonely.send(2, {"token": "sandbox.lyceum", "intents": GUILDS})
        assert await lonely.next() == 4011
        _, found = await _bot(there, "GET", "/gateway/bot")
        assert found["shards"] == 2


async def test_each_shard_hears_its_own_servers_and_the_first_the_direct_messages(tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path / "four", empty=True, guilds=4) as four,
        aiohttp.ClientSession(four.url) as session,
    ):
        shards = [await connect(four, session) for _ in range(2)]
        for n, shard in enumerate(shards):
            ready = await shard.identify(GUILDS | MESSAGES | DIRECT, shard=[n, 2])
            assert ready["shard"] == [n, 2]
            assert all((int(g["id"]) >> 22) % 2 == n for g in ready["guilds"])
        greeted = [[f["d"]["id"] for f in await shard.rest()] for shard in shards]
        assert sorted(greeted[0] + greeted[1]) == sorted(four.world.guilds)

        control = Control(session)
        for guild in four.world.guilds.values():
            general = next(c["id"] for c in guild.channels.values() if c["name"] == "general")
            await control.post("say", who="olivia", channel=general, content="Hello")
        await control.post("say", who="olivia", channel="@bot", content="Between us")
        heard = [[f["d"].get("guild_id") for f in await shard.rest()] for shard in shards]

    assert [[g for g in of if g] for of in heard] == greeted
    assert [None in of for of in heard] == [True, False]


async def test_one_identify_in_five_seconds_for_each_group_of_shards(tmp_path: Path) -> None:
    async with (
        Sandbox(tmp_path / "strict", identify_seconds=0.5) as strict,
        aiohttp.ClientSession(strict.url) as session,
    ):
        await (await connect(strict, session)).identify(GUILDS, shard=[0, 2])
        second = await connect(strict, session)
        await second.next()
        wish = {"token": "sandbox.lyceum", "intents": GUILDS, "shard": [1, 2]}
        await second.send(2, wish)
        assert (await second.next())["op"] == 9

        await Control(session).post("application", name="lyceum", max_concurrency=2)
        await second.send(2, wish)
        assert (await second.until("READY"))["d"]["shard"] == [1, 2]


async def test_session_starts_are_counted_and_run_out(sandbox: Sandbox, control: Control) -> None:
    await control.post("application", name="lyceum", session_starts=2)
    async with aiohttp.ClientSession() as session:
        first = await connect(sandbox, session)
        await first.identify(GUILDS)
        _, found = await _bot(control, "GET", "/gateway/bot")
        limit = found["session_start_limit"]
        assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (2, 1, 1)
        assert 86_000_000 < limit["reset_after"] <= 86_400_000
        await (await connect(sandbox, session)).identify(GUILDS)

        third = await connect(sandbox, session)
        await third.next()
        await third.send(2, {"token": "sandbox.lyceum", "intents": GUILDS})

        assert await third.next() == 4004
        assert (await first.until("GUILD_CREATE"))["t"] == "GUILD_CREATE"
        assert await first.next() == 4004
