"""A sandbox in this process, and a real discord.py bot connected to it over loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from sandbox.app import Sandbox
from tests.sandbox.people import Bot, Control


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with Sandbox(tmp_path / "world", answer_seconds=1.0) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield Control(session)


@pytest.fixture
async def unlimited(tmp_path: Path) -> AsyncIterator[Control]:
    """The control side of a sandbox without rate limits."""
    async with (
        Sandbox(tmp_path / "world", limits=False) as there,
        aiohttp.ClientSession(there.url) as session,
    ):
        yield Control(session)


@pytest.fixture
async def bot(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setattr(Route, "BASE", f"{sandbox.url}/api/v10")
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(sandbox.gateway_url))
    intents = discord.Intents.none()
    intents.guilds = intents.members = intents.voice_states = True
    intents.messages = intents.reactions = intents.guild_scheduled_events = True
    client = Bot(intents)
    running = asyncio.create_task(client.start("sandbox.lyceum"))
    await client.wait_ready()
    yield client
    await client.close()
    await asyncio.wait([running], timeout=2)
