"""For tests of any discord.py bot: a sandbox in the test's own process, the bot in it, and people who use it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from sandbox.app import Sandbox
from sandbox.wire import Json

if TYPE_CHECKING:
    import discord


class Refused(Exception):
    """A refusal of the control side; the message says what is wrong and what to do."""


class Town:
    """`async with Town(folder) as town:`, then `await town.start(bot)`. People: ann, bob, cid, max, eve, olivia …

    Options are those of `Sandbox`. One town at a time: discord.py keeps its addresses in globals, which the town
    points at itself and restores when it ends.
    """

    def __init__(self, folder: Path, **options: Any) -> None:
        self.sandbox = Sandbox(folder, **options)
        self._open = contextlib.AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        await self._open.enter_async_context(self.sandbox)
        self._session = await self._open.enter_async_context(aiohttp.ClientSession(self.sandbox.url))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()

    async def start(self, bot: discord.Client, name: str = "bot", patience: float = 10) -> None:
        """Sign the bot in under this name and wait until it is ready; sync commands in its `setup_hook`."""
        self._open.enter_context(discord_py_at(self.sandbox))
        running = asyncio.create_task(bot.start(f"sandbox.{name}"))
        self._open.push_async_callback(_stop, bot, running)
        async with asyncio.timeout(patience):
            while not bot.is_ready():
                await asyncio.wait([running], timeout=0.02)
                if running.done():
                    running.result()
                    raise RuntimeError("The bot ended before it was ready.")

    async def slash(self, who: str, command: str, channel: str = "general", **options: Any) -> Json:
        """Somebody uses a command: `{state, message?, modal?}`, the first visible answer past a defer."""
        return await self.act("slash", who, command=command, channel=channel, options=options)

    async def click(self, who: str, message: Json, label: str) -> Json:
        """Somebody presses the button with this label under a message."""
        return await self.act("click", who, message=message["id"], label=label)

    async def select(self, who: str, message: Json, custom_id: str, *values: str) -> Json:
        """Somebody chooses from a menu under a message."""
        return await self.act("select", who, message=message["id"], custom_id=custom_id, values=values)

    async def submit(self, who: str, modal: Json, **fields: Any) -> Json:
        """Somebody sends the form that an answer opened; fields go by their custom_id."""
        return await self.act("submit", who, modal=modal["id"], fields=fields)

    async def menu(self, who: str, command: str, target: str, channel: str = "general") -> Json:
        """Somebody uses a command from the menu of a person or a message."""
        return await self.act("menu", who, command=command, target=target, channel=channel)

    async def say(self, who: str, content: str, channel: str = "general") -> Json:
        """Somebody writes a message."""
        return await self.act("say", who, channel=channel, content=content)

    async def messages(self, who: str, channel: str = "general") -> list[Json]:
        """The messages that this person sees there, oldest first; `@bot` names their direct messages with the bot."""
        messages: list[Json] = await self._ask("GET", "messages", params={"channel": channel, "as": who})
        return messages

    async def act(self, call: str, who: str, **what: Any) -> Json:
        """Any call of the control side that acts as a person."""
        answer: Json = await self._ask("POST", call, json={"as": who, **what})
        return answer

    async def fault(self, **what: Any) -> Json:
        """Order a fault: `route="POST /channels/*", status=502`, `gateway="cut"`, `world="permission_lost"` …"""
        answer: Json = await self._ask("POST", "faults", json=what)
        return answer

    async def _ask(self, method: str, call: str, **how: Any) -> Any:
        if self._session is None:
            raise RuntimeError("Enter the town first: `async with Town(folder) as town`.")
        async with self._session.request(method, f"/sandbox/{call}", **how) as response:
            body = await response.json()
            if response.status >= 400:
                raise Refused(f"{body['error']} {body['hint']}")
            return body


@contextlib.contextmanager
def discord_py_at(sandbox: Sandbox) -> Generator[None]:
    """Within this block every discord.py client of this process connects to this sandbox."""
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = f"{sandbox.url}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


async def _stop(bot: discord.Client, running: asyncio.Task[None]) -> None:
    await bot.close()
    await asyncio.wait([running], timeout=5)
