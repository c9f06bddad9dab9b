"""Find the sandbox that runs for this data folder, or start one as a process of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import aiohttp

from bot.db import Database
from bot.errors import ConfigurationError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class World:
    """A running sandbox. `ours` tells that run_bot.py started it, now or before it was killed."""

    url: str
    pid: int
    ours: bool


async def find_or_start(folder: Path, port: int, *, arguments: list[str]) -> World:
    """The sandbox of this folder. ConfigurationError when something else holds the port."""
    found = await find_running(folder)
    if found is not None:
        return found
    with _log(folder) as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(folder.resolve()),
            "--started-by", "run_bot", *arguments,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True,
        )  # fmt: skip
    assert process.stdout is not None  # noqa: S101 # asked for above
    line = (await process.stdout.readline()).decode().split()
    if len(line) != 3 or line[:2] != ["sandbox", "ready"]:
        raise ConfigurationError(
            f"The sandbox could not start on port {port}. Is the port taken? Set LYCEUM_SANDBOX__PORT=0 for any free one; "
            f"{folder / 'sandbox.log'} tells more."
        )
    return World(line[2], process.pid, ours=True)


def _log(folder: Path) -> IO[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / "sandbox.log").open("ab")


async def find_running(folder: Path) -> World | None:
    """The sandbox that runs with this folder, if one does."""
    try:
        told: dict[str, Any] = json.loads((folder / "sandbox.json").read_text("utf-8"))
        os.kill(int(told["pid"]), 0)
    except (OSError, ValueError, KeyError):
        return None
    timeout = aiohttp.ClientTimeout(total=3)
    with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError):
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(f"{told['url']}/sandbox/world") as answer,
        ):
            if answer.status == 200:
                return World(str(told["url"]), int(told["pid"]), ours=told.get("started_by") == "run_bot")
    return None


async def end(world: World) -> None:
    """End a sandbox that run_bot.py started, and wait until its world is on disk."""
    if not world.ours:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(world.pid, signal.SIGTERM)
    await asyncio.to_thread(_wait_for_its_end, world.pid)


def _wait_for_its_end(pid: int) -> None:
    for _ in range(100):
        with contextlib.suppress(ChildProcessError):  # not ours by birth when we joined it
            os.waitpid(pid, os.WNOHANG)
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


async def forget(folder: Path) -> None:
    """Begin anew: end the sandbox of this folder and delete everything that it and the bot kept there.

    ConfigurationError (exit 75) when a bot is running with it.
    """
    held = Database(folder / "lyceum.db")
    held.hold()
    try:
        running = await find_running(folder)
        if running is not None:
            await end(World(running.url, running.pid, ours=True))
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    finally:
        await held.close()
