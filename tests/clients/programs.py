"""The three programs: what each needs to run, and one of them running against a sandbox."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
NODE_MODULES = HERE / "node_modules"
HIKARI = NODE_MODULES / ".python"
OLDEST_NODE = 18
INSTALL = "run `python3 -m tests.clients.install`"


@cache
def node() -> str | None:
    """Node of an age that discord.js runs on, or None."""
    found = shutil.which("node")
    if found is None:
        return None
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    major = said.removeprefix("v").partition(".")[0]
    return found if major.isdecimal() and int(major) >= OLDEST_NODE else None


def npm_package(name: str) -> Path:
    """Where an npm package lies; skips the test without Node or without the package."""
    if node() is None:
        pytest.skip(f"needs Node {OLDEST_NODE} or newer")
    if not (NODE_MODULES / name).is_dir():
        pytest.skip(f"needs npm's {name}: {INSTALL}")
    return NODE_MODULES / name


def command(library: str) -> list[str]:
    """The command line of a library's bot; skips the test where it cannot run."""
    if library == "discord.js":
        npm_package("discord.js")
        return [str(node()), str(HERE / "bot_discordjs.js")]
    if library == "hikari":
        if not (HIKARI / "hikari").is_dir():
            pytest.skip(f"needs hikari in a folder of its own: {INSTALL}")
        return [sys.executable, str(HERE / "bot_hikari.py")]
    return [sys.executable, str(HERE / "bot_discordpy.py")]


@dataclass
class Program:
    """A bot as a process: `ready` and `resumed` are the lines that it says of its session."""

    process: asyncio.subprocess.Process
    log: Path

    async def says(self, line: str, patience: float = 20) -> None:
        """Wait until its next line, which must be this one."""
        assert self.process.stdout is not None
        try:
            said = await asyncio.wait_for(self.process.stdout.readline(), patience)
        except TimeoutError:
            pytest.fail(f"never said {line!r}\n{self.log.read_text()}")
        assert said.decode().strip() == line, f"said {said!r}\n{self.log.read_text()}"


@contextlib.asynccontextmanager
async def running(library: str, sandbox: str, folder: Path, shards: int = 1) -> AsyncGenerator[Program]:
    """The library's bot, connected to the sandbox at this address with so many shards (discord.js only)."""
    arguments = command(library)
    log = folder / f"{library}.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
    kept |= {
        "SANDBOX": sandbox,
        "OF_SHARDS": str(shards),
        "PYTHONPATH": str(HIKARI) if library == "hikari" else "",
    }
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *arguments, env=kept, stdout=asyncio.subprocess.PIPE, stderr=errors
        )
    program = Program(process, log)
    try:
        for _ in range(shards):
            await program.says("ready")
        yield program
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()
