"""What most tests begin with: a sandbox, a real discord.py client connected to it, and the people of the demo community.

Ann buys, Max moderates, Olivia owns, Cid is a stranger; Eve is an expert. The time changes only through `clock`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import App, running
from bot.demo import sandbox_process
from bot.demo.people import People
from bot.settings import Settings, load
from sandbox.app import Sandbox
from tests.blank import prepare

ROOT = Path(__file__).resolve().parents[1]
MONDAY = "2026-11-02T08:00:00+00:00"


class Community(People):
    """The people, and the bot's own services as `app`."""

    def __init__(self, url: str, app: App) -> None:
        super().__init__(url)
        self.app = app

    async def settled(self) -> None:
        """Wait until everything that is due is done and everything counted is stored."""
        async with asyncio.timeout(20):
            await self.app.settled()

    @property
    def guild_id(self) -> int:
        """The one server of this world."""
        return self.app.client.guilds[0].id


def settings(folder: Path, **more: str) -> Settings:
    """Settings as if from the environment: `settings(tmp_path, COMMUNITY__LANGUAGE="zh-CN")`."""
    environ = {"LYCEUM_DATA": str(folder), "LYCEUM_SANDBOX__PORT": "0", "LYCEUM_WEB__PORT": "0"}
    return load(environ | {f"LYCEUM_{name}": value for name, value in more.items()}, folder)


@contextlib.asynccontextmanager
async def running_community(
    folder: Path, *, clock: str = MONDAY, empty: bool = False, **more: str
) -> AsyncGenerator[Community]:
    """A fresh world in `folder` with the bot signed in, both in this process."""
    async with (
        Sandbox(folder / "world", port=0, clock=datetime.fromisoformat(clock), empty=empty) as there,
        bot_in(there.url, folder, **more) as community,
    ):
        yield community


@contextlib.asynccontextmanager
async def bot_in(url: str, folder: Path, **more: str) -> AsyncGenerator[Community]:
    """The bot signed in to a sandbox that runs already: leave it and enter again for a restart."""
    chosen = settings(folder, **more)
    prepare(chosen.folder / "lyceum.db")
    async with running(chosen, url) as app, Community(url, app) as community:
        yield community


@dataclass
class BotProcess:
    """`run_bot.py` as a process of its own, for tests that kill it. Its sandbox outlives it."""

    folder: Path
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict[str, str])
    sandbox: str = ""
    web: str = ""
    running: asyncio.subprocess.Process | None = None

    async def start(self, *, crash_at: str = "", patience: float = 60) -> bool:
        """Start and wait for the ready line. False when it died before (a crash point of the start-up)."""
        own = {"LYCEUM_DATA": str(self.folder), "LYCEUM_SANDBOX__PORT": "0", "LYCEUM_WEB__PORT": "0"}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("LYCEUM_") or name.endswith("RECORD")
        }
        crash = {"LYCEUM_CRASH_AT": crash_at} if crash_at else {}
        with (self.folder / "bot.log").open("ab") as log:
            self.running = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "run_bot.py"),
                *self.arguments,
                env={**inherited, **own, **self.environment, **crash},
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.running.stdout is not None
        line = (await asyncio.wait_for(self.running.stdout.readline(), patience)).decode().split()
        if not line:
            await self.running.wait()
            return False
        assert line[0] == "ready", line
        self.sandbox, self.web = line[2].removeprefix("sandbox="), line[3].removeprefix("web=")
        return True

    async def health(self) -> dict[str, Any]:
        """What the bot says of itself."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.web}/health") as answer:
            return await answer.json()  # type: ignore[no-any-return]

    async def settled(self, patience: float = 20) -> None:
        """Wait until all due work is done and everything is stored."""
        async with asyncio.timeout(patience):
            while True:
                health = await self.health()
                if not (health["work_due"] or health["inbox_open"] or health["unflushed"]):
                    return
                await asyncio.sleep(0.05)

    async def died(self, patience: float = 20) -> bool:
        """Wait for its death; True when it was SIGKILL."""
        assert self.running is not None
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.running.wait(), patience)
        return self.running.returncode == -signal.SIGKILL

    def kill(self) -> None:
        """SIGKILL, at once."""
        assert self.running is not None
        with contextlib.suppress(ProcessLookupError):
            self.running.kill()

    async def stop(self) -> int:
        """SIGTERM and wait: ends bot and sandbox. Returns the exit code."""
        assert self.running is not None
        with contextlib.suppress(ProcessLookupError):
            self.running.terminate()
        return await asyncio.wait_for(self.running.wait(), 30)


@contextlib.asynccontextmanager
async def bot_process(folder: Path, *arguments: str, **environment: str) -> AsyncGenerator[BotProcess]:
    """A BotProcess that is stopped, sandbox included, when the test ends, however it ends."""
    bot = BotProcess(folder, arguments, {f"LYCEUM_{name}": value for name, value in environment.items()})
    try:
        yield bot
    finally:
        if bot.running is not None and bot.running.returncode is None:
            bot.kill()
            await bot.running.wait()
        there = await asyncio.to_thread(sandbox_process.find, folder / "sandbox")
        if there is not None:
            await asyncio.to_thread(
                sandbox_process.end, sandbox_process.RunningSandbox(there.url, there.pid, ours=True)
            )
