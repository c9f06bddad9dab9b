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
class RunningSandbox:
    """A sandbox process. `ours`: run_bot.py started it, just now (`new`) or in an earlier run that was killed."""

    url: str
    pid: int
    ours: bool
    new: bool = False


def find_or_start(folder: Path, port: int, *, arguments: Sequence[str]) -> RunningSandbox:
    """The sandbox of this folder, else the one at that port, else a new one.

    ConfigurationError when something else holds the port.
    """
    running = find(folder) or find_by_port(port)
    if running is not None:
        return running
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
    assert process.stdout is not None  # noqa: S101 # stdout=PIPE
    words = process.stdout.readline().decode().split()
    process.stdout.close()
    if len(words) != 3 or words[:2] != ["sandbox", "ready"]:
        process.wait()
        raise ConfigurationError(
            f"The sandbox could not start on port {port}. Is the port taken? "
            f"Set LYCEUM_SANDBOX__PORT=0 for any free one; {folder / 'sandbox.log'} tells more."
        )
    # Without a returncode Popen would warn that the child outlives it, which is what we want it to do.
    process.returncode = 0
    return RunningSandbox(words[2], process.pid, ours=True, new=True)


def find(folder: Path) -> RunningSandbox | None:
    """The sandbox that runs with this folder, if there is one."""
    try:
        status = json.loads((folder / "sandbox.json").read_text("utf-8"))
        url, pid = str(status["url"]), int(status["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return RunningSandbox(url, pid, ours=status.get("started_by") == "run_bot") if _answers(url) else None


def find_by_port(port: int) -> RunningSandbox | None:
    """A sandbox that somebody started by hand at this port; Lyceum uses it and never ends it."""
    url = f"http://127.0.0.1:{port}"
    return RunningSandbox(url, 0, ours=False) if port and _answers(url) else None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/sandbox/clock", timeout=3) as answer:  # noqa: S310 # this machine
            return "speed" in json.load(answer)
    except (OSError, ValueError):
        return False


def end(sandbox: RunningSandbox) -> None:
    """End a sandbox that run_bot.py started, and wait until its world is on disk."""
    if not sandbox.ours:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(sandbox.pid, signal.SIGTERM)
    for _ in range(100):
        with contextlib.suppress(ChildProcessError):  # not our child when an earlier run started it
            os.waitpid(sandbox.pid, os.WNOHANG)
        try:
            os.kill(sandbox.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)


def forget(folder: Path) -> None:
    """End the sandbox of this folder and delete everything that it and the bot stored there.

    ConfigurationError (exit 75) when a bot is running with it.
    """
    lock = Lock(folder / "lyceum.db")
    lock.take()
    try:
        running = find(folder)
        if running is not None:
            end(RunningSandbox(running.url, running.pid, ours=True))
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        lock.release()
