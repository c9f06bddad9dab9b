"""What libraries that this project does not use ask for, and how they ask for it."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.app import Sandbox
from tests.sandbox.people import Bot, Control
from tests.sandbox.sockets import connect


@pytest.fixture
async def api(sandbox: Sandbox) -> Any:
    headers = {"Authorization": "Bot sandbox.lyceum"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def ask(method: str, path: str, **how: Any) -> tuple[int, Any, Any]:
            async with session.request(method, f"{sandbox.url}/api/v10{path}", **how) as answer:
                body = await answer.json() if answer.status != 204 else None
                return answer.status, body, answer.headers

        yield ask


async def test_a_follow_up_is_answered_with_its_message(bot: Bot, control: Control, api: Any) -> None:
    tokens: list[tuple[int, str]] = []

    async def later(interaction: discord.Interaction) -> None:
        tokens.append((interaction.application_id, interaction.token))
        await interaction.response.send_message("first")

    bot.tree.command(name="try", description="Try")(later)
    await bot.tree.sync()
    await control.post("slash", who="ann", channel="general", command="try")
    [(application_id, token)] = tokens

    status, message, _ = await api("POST", f"/webhooks/{application_id}/{token}", json={"content": "second"})

    assert (status, message["content"]) == (200, "second")


@pytest.mark.parametrize("named", [True, False])
async def test_a_message_may_come_as_the_fields_of_a_form(control: Control, api: Any, named: bool) -> None:
    """openapi.json lists `application/x-www-form-urlencoded` for it."""
    channel = await control.channel_id("general")
    said = {"content": "from a form"}
    fields = {"payload_json": json.dumps(said)} if named else said

    status, message, _ = await api("POST", f"/channels/{channel}/messages", data=fields)

    assert (status, message["content"]) == (200, "from a form")


async def test_the_sounds_that_everybody_has_are_listed(api: Any) -> None:
    status, sounds, _ = await api("GET", "/soundboard-default-sounds")

    assert status == 200
    assert [sound["name"] for sound in sounds][:2] == ["quack", "airhorn"]


async def test_fields_are_there_that_older_libraries_read(sandbox: Sandbox, api: Any) -> None:
    _, application, _ = await api("GET", "/oauth2/applications/@me")
    assert application["summary"] == ""
    async with aiohttp.ClientSession() as session:
        ready = await (await connect(sandbox, session)).identify(1)
    assert ready["private_channels"] == []


async def test_suppressed_embeds_are_not_shown(control: Control, api: Any) -> None:
    path = f"/channels/{await control.channel_id('general')}/messages"
    embeds = [{"title": "A title"}]

    _, hidden, _ = await api("POST", path, json={"content": "x", "embeds": embeds, "flags": 4})
    _, shown, _ = await api("POST", path, json={"content": "x", "embeds": embeds})
    _, later, _ = await api("PATCH", f"{path}/{shown['id']}", json={"flags": 4})

    assert [message["embeds"] for message in (hidden, later)] == [[], []]
    assert shown["embeds"][0]["title"] == "A title"


@pytest.mark.parametrize("limit", ["route", "shared"])
async def test_an_ordered_limit_tells_one_truth(control: Control, api: Any, limit: str) -> None:
    channel = await control.channel_id("general")
    await control.post("faults", route="GET /channels/*", limit=limit, retry_after=3.0, times=1)

    status, body, headers = await api("GET", f"/channels/{channel}")

    assert status == 429
    assert (headers["Retry-After"], body["retry_after"]) == ("3", 3.0)
    assert headers.get("X-RateLimit-Remaining", "0") == "0"
    assert float(headers.get("X-RateLimit-Reset-After", "3")) == pytest.approx(3, abs=0.01)


async def test_a_file_that_is_too_large_is_no_question_of_permissions(control: Control) -> None:
    file = {"filename": "a.bin", "base64": "A" * 16_000_000}
    said = {"as": "ann", "channel": "general", "content": "x", "files": [file]}

    body, headers = io.BytesIO(json.dumps(said).encode()), {"Content-Type": "application/json"}
    async with control.session.post("/sandbox/say", data=body, headers=headers) as answer:
        told = await answer.json()

    assert answer.status == 413
    assert "permission" not in told["hint"]
