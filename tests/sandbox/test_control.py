"""The control side's manners: who may call, what it refuses, the clock, faults and the log."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import discord
import pytest

from sandbox.app import Sandbox
from sandbox.clock import parse
from tests.sandbox.people import Bot, Control


async def test_no_web_page_of_elsewhere_can_act(control: Control) -> None:
    async with control.session.post("/sandbox/say", data="as=ann") as answer:
        assert answer.status == 415
    body = {"as": "ann", "channel": "general", "content": "hi"}
    async with control.session.post("/sandbox/say", json=body, headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
    async with control.session.post(
        "/sandbox/say", json=body, headers={"Origin": "https://evil.example"}
    ) as answer:
        assert answer.status == 403
        assert set(await answer.json()) == {"error", "hint"}


async def test_names_are_found_or_refused(control: Control) -> None:
    assert (await control.refused("say", who="nobody", channel="general", content="x"))[0] == 404
    assert (await control.refused("say", channel="general", content="x"))[0] == 400
    assert (await control.refused("say", who="ANN", channel="nowhere", content="x"))[0] == 404
    assert (await control.refused("say", who="ANN", channel="General", content=""))[0] == 400
    guild_id = await control.guild_id()
    await control.api("olivia", "POST", f"/guilds/{guild_id}/channels", {"name": "general"})
    assert (await control.refused("say", who="ann", channel="general", content="x"))[0] == 409


async def test_the_clock_goes_forward_only(control: Control) -> None:
    before = parse((await control.get("clock"))["now"])
    turned = await control.post("clock", advance=60)
    assert parse(turned["now"]) - before == timedelta(seconds=60)
    assert turned["acknowledged"] is False
    assert (await control.refused("clock", advance=-1))[0] == 409
    assert (await control.refused("clock", to="2000-01-01T00:00:00Z"))[0] == 409
    assert (await control.refused("clock"))[0] == 400
    await control.post("clock", speed=1000)
    await asyncio.sleep(0.05)
    assert parse((await control.get("clock"))["now"]) - before > timedelta(seconds=100)


async def test_a_follower_is_waited_for(control: Control) -> None:
    async with control.session.ws_connect("/sandbox/clock/follow") as follower:
        first = await follower.receive_json()
        asked = asyncio.create_task(control.post("clock", advance=10))
        told: Any = await follower.receive_json()
        assert told["turn"] == first["turn"] + 1
        assert parse(told["base"]) - parse(first["base"]) == timedelta(seconds=10)
        assert abs(told["real"] - time.time()) < 5
        assert not asked.done()
        await follower.send_json({"turn": told["turn"], "done": True})
        assert (await asked)["acknowledged"] is True


async def test_faults_happen_as_ordered(bot: Bot, control: Control) -> None:
    await control.post("faults", route="POST /channels/*/messages", status=400, times=1, after_effect=True)
    with pytest.raises(discord.HTTPException):
        await bot.room("general").send("Twice?")
    await bot.room("general").send("Once")
    told = [m["content"] for m in await control.get("messages", channel="general", who="ann")]
    assert told == ["Twice?", "Once"]
    assert (await control.refused("faults", route="GET /x", color="red"))[0] == 400


async def test_the_log_masks_tokens(bot: Bot, control: Control) -> None:
    @bot.tree.command(name="try", description="Try")
    async def attempt(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("ok", ephemeral=True)

    await bot.tree.sync()
    await control.post("slash", who="ann", channel="general", command="try")

    log = await control.get("log", after=0)
    (callback,) = [entry for entry in log if "/callback" in entry["path"]]
    assert "***" in callback["path"]
    assert callback["status"] == 200
    assert callback["body"]["data"]["content"] == "ok"
    assert await control.get("log", after=log[-1]["n"]) == []


async def test_the_page_hears_what_changed(sandbox: Sandbox, control: Control) -> None:
    async with control.session.ws_connect("/sandbox/events") as page:
        await control.post("say", who="ann", channel="general", content="Hello")
        event = await page.receive_json()
        assert (event["type"], event["data"]["content"]) == ("MESSAGE_CREATE", "Hello")
        await control.post("clock", advance=5)
        assert (await page.receive_json())["type"] == "CLOCK"
