"""Find the sandbox that runs for this data folder, or start one as a process of its own.

Standard library only and blocking: it runs in a thread while the bot's heavy libraries are imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.errors import ConfigurationError
from bot.lock import Lock

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class World:
    """A running sandbox. `ours` tells that run_bot.py started it, now (`new`) or before it was killed."""

    url: str
    pid: int
    ours: bool
    new: bool = False


def find_or_start(folder: Path, port: int, *, arguments: Sequence[str]) -> World:
    """The sandbox of this folder, else the one at that port, else a new one.

    ConfigurationError when something else holds the port.
    """
    found = find(folder) or at(port)
    if found is not None:
        return found
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "sandbox.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 # our own module, with our own arguments
            [
                sys.executable,
                "-m",
                "sandbox",
                "--port",
                str(port),
                "--data",
                str(folder.resolve()),
                "--started-by",
                "run_bot",
                *arguments,
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    assert process.stdout is not None  # noqa: S101 # asked for above
    words = process.stdout.readline().decode().split()
    process.stdout.close()
    if len(words) != 3 or words[:2] != ["sandbox", "ready"]:
        process.wait()
        raise ConfigurationError(
            f"The sandbox could not start on port {port}. Is the port taken? "
            f"Set LYCEUM_SANDBOX__PORT=0 for any free one; {folder / 'sandbox.log'} tells more."
        )
    # Popen would warn that the child outlives it; that is what it is for.
    process.returncode = 0
    return World(words[2], process.pid, ours=True, new=True)


def find(folder: Path) -> World | None:
    """The sandbox that runs with this folder, if one does."""
    try:
        told = json.loads((folder / "sandbox.json").read_text("utf-8"))
        url, pid = str(told["url"]), int(told["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return World(url, pid, ours=told.get("started_by") == "run_bot") if _answers(url) else None


def at(port: int) -> World | None:
    """A sandbox that somebody started by hand at this port; it is joined and left running."""
    url = f"http://127.0.0.1:{port}"
    return World(url, 0, ours=False) if port and _answers(url) else None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sandbox/clock", timeout=3) as answer:  # noqa: S310 # this machine
            return "speed" in json.load(answer)
    except (OSError, ValueError):
        return False


def end(world: World) -> None:
    """End a sandbox that run_bot.py started, and wait until its world is on disk."""
    if not world.ours:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(world.pid, signal.SIGTERM)
    for _ in range(100):
        with contextlib.suppress(ChildProcessError):  # not ours by birth when we joined it
            os.waitpid(world.pid, os.WNOHANG)
        try:
            os.kill(world.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def forget(folder: Path) -> None:
    """Begin anew: end the sandbox of this folder and delete everything that it and the bot kept there.

    ConfigurationError (exit 75) when a bot is running with it.
    """
    lock = Lock(folder / "lyceum.db")
    lock.take()
    try:
        running = find(folder)
        if running is not None:
            end(World(running.url, running.pid, ours=True))
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()
