"""How many MESSAGE_CREATE a second the sandbox's crowd can put into one socket, and how much of a core that takes.

`python3 -m benchmarks.crowd [--messages N] [--members N] [--rate R] [--zlib]` prints one JSON line. The receiver is a
process of its own; every message is on disk and readable over HTTP, which is looked at afterwards.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.running import ROOT, Running, sandbox


def _kept(running: Running, wanted: int) -> int:
    """How many messages can be read again: counted from each channel's newest page back to its first."""
    world = running.ask("/sandbox/world")
    token = {"Authorization": "Person olivia"}
    found = 0
    for channel in world["channels"]:
        if channel["type"] != 0:
            continue
        page = running.ask(f"/api/v10/channels/{channel['id']}/messages?limit=100", **token)
        while page and found < wanted:
            found += len(page)
            before = page[-1]["id"]
            page = running.ask(
                f"/api/v10/channels/{channel['id']}/messages?limit=100&before={before}", **token
            )
    return found


def measure(folder: Path, messages: int, members: int, rate: float, *, streamed: bool) -> dict[str, Any]:
    """One run on a fresh world."""
    crowd = ("--crowd", str(rate), "--count", str(messages), "--members", str(members), "--seed", "7")
    with sandbox(folder, "--fresh", "--no-limits", *crowd) as running:
        port = running.url.rsplit(":", 1)[1]
        receiver = subprocess.run(
            [
                sys.executable,
                "-m",
                "benchmarks.receiver",
                port,
                str(messages),
                *(["zlib"] if streamed else []),
            ],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        told = running.ask("/sandbox/crowd")
        return {
            "messages": messages,
            "members": told["members"],
            "wanted_rate": rate,
            "zlib": streamed,
            **json.loads(receiver.stdout),
            "sandbox_core_share": told["core_share"],
            "per_core_second": round(told["per_second"] / max(told["core_share"], 0.001)),
            "sandbox_mb": running.memory(),
            "read_again": _kept(running, 2000),
        }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--members", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=0.0, help="0: as fast as it goes")
    parser.add_argument("--zlib", action="store_true", help="with zlib-stream")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(
            json.dumps(measure(Path(folder), asked.messages, asked.members, asked.rate, streamed=asked.zlib))
        )


if __name__ == "__main__":
    main()
