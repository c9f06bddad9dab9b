"""Those who act in these tests: people through the control side, and a bot of discord.py's own kind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import discord
from discord import app_commands

from sandbox.app import Sandbox
from sandbox.testing import discord_py_at

Json = dict[str, Any]


class Control:
    """The control side, as a program outside uses it."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def get(self, path: str, **query: Any) -> Any:
        async with self.session.get(f"/sandbox/{path}", params=_named(query)) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def post(self, path: str, **body: Any) -> Any:
        async with self.session.post(f"/sandbox/{path}", json=_named(body)) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def refused(self, path: str, **body: Any) -> tuple[int, Json]:
        async with self.session.post(f"/sandbox/{path}", json=_named(body)) as answer:
            return answer.status, await answer.json()

    async def api(self, person: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Discord's own API, used as a person."""
        headers = {"Authorization": f"Person {person}"}
        async with self.session.request(method, f"/api/v10{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None

    async def guild_id(self) -> str:
        return str((await self.get("world"))["guild"]["id"])

    async def role_id(self, name: str) -> str:
        return next(str(r["id"]) for r in (await self.get("world"))["roles"] if r["name"] == name)

    async def user_id(self, name: str) -> str:
        members = (await self.get("world"))["members"]
        return next(str(m["user"]["id"]) for m in members if m["user"]["username"] == name)

    async def channel_id(self, name: str) -> str:
        return next(str(c["id"]) for c in (await self.get("world"))["channels"] if c["name"] == name)


def _named(body: Json) -> Json:
    """`as` is a word of Python's own."""
    return {("as" if key == "who" else key): value for key, value in body.items()}


class Bot(discord.Client):
    """A client with a command tree, as discord.py's examples have it."""

    def __init__(self, intents: discord.Intents) -> None:
        super().__init__(
            intents=intents,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=0.05,  # the library waits that long for a further server
        )
        self.tree = app_commands.CommandTree(self)
        self._ready_once = asyncio.Event()

    async def on_ready(self) -> None:
        self._ready_once.set()

    async def wait_ready(self) -> None:
        await asyncio.wait_for(self._ready_once.wait(), 5)

    @property
    def home(self) -> discord.Guild:
        return self.guilds[0]

    def room(self, name: str) -> discord.TextChannel:
        channel = discord.utils.get(self.home.text_channels, name=name)
        assert channel is not None
        return channel

    async def next_event(self, name: str) -> Any:
        return await self.wait_for(name, timeout=3)


@contextlib.asynccontextmanager
async def signed_in(sandbox: Sandbox) -> AsyncGenerator[Bot]:
    """The bot, ready, with the library pointed at the sandbox."""
    intents = discord.Intents.none()
    intents.guilds = intents.members = intents.voice_states = True
    intents.messages = intents.reactions = intents.guild_scheduled_events = True
    client = Bot(intents)
    with discord_py_at(sandbox):
        running = asyncio.create_task(client.start("sandbox.lyceum"))
        await client.wait_ready()
        yield client
        await client.close()
        await asyncio.wait([running], timeout=2)
