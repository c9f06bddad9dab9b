"""How much a large world costs: the sandbox's start-up, memory and answers with many members and messages.

`python3 -m benchmarks.world [--members N] [--messages N]` makes the world, starts `python3 -m sandbox` on it and
prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.running import Running, sandbox
from sandbox.app import Sandbox
from sandbox.crowd.crowd import Crowd
from sandbox.crowd.people import populate
from sandbox.world import find

_OLIVIA = {"Authorization": "Person olivia"}


async def _make(folder: Path, members: int, messages: int) -> float:
    began = time.perf_counter()
    async with Sandbox(folder) as made:
        guild = find.guild(made.world)
        populate(made.world, guild, members, seed=1)
        crowd = Crowd(made.world, made.hub, guild, rate=0, seed=1)
        for n in range(0, messages, 10_000):
            crowd.say(min(10_000, messages - n))
    return time.perf_counter() - began


async def _all_members(running: Running) -> tuple[int, float]:
    """Everybody over the gateway: how many came, and in how many seconds."""
    found = 0
    url = running.url.replace("http", "ws", 1) + "/gateway/"
    async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as socket:
        await socket.send_json({"op": 2, "d": {"token": "sandbox.bench", "intents": 3, "properties": {}}})
        while (frame := await socket.receive_json())["t"] != "GUILD_CREATE":
            pass
        began = time.perf_counter()
        await socket.send_json({"op": 8, "d": {"guild_id": frame["d"]["id"], "query": "", "limit": 0}})
        while True:
            frame = await socket.receive_json()
            if frame["t"] == "GUILD_MEMBERS_CHUNK":
                found += len(frame["d"]["members"])
                if frame["d"]["chunk_index"] == frame["d"]["chunk_count"] - 1:
                    return found, round(time.perf_counter() - began, 2)


def _ms(ask: Callable[[], Any]) -> float:
    times: list[float] = []
    for _ in range(20):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return round(sorted(times)[len(times) // 2] * 1000, 2)


def measure(folder: Path, members: int, messages: int) -> dict[str, Any]:
    """Make the world, then look at a fresh process that opens it."""
    making = asyncio.run(_make(folder, members, messages))
    size = sum(file.stat().st_size for file in folder.glob("world.db*"))
    figures: dict[str, Any] = {
        "members": members,
        "messages": messages,
        "made_in_seconds": round(making, 1),
        "on_disk_mb": round(size / 2**20, 1),
    }
    with sandbox(folder, "--no-limits") as running:
        figures["ready_seconds"] = running.ready_seconds
        figures["memory_at_start_mb"] = running.memory()["now"]
        found, seconds = asyncio.run(_all_members(running))
        figures |= {"all_members_over_the_gateway": found, "all_members_seconds": seconds}
        world = running.ask("/sandbox/world?members=0")
        general = next(c["id"] for c in world["channels"] if c["name"] == "general")
        page = f"/api/v10/channels/{general}/messages?limit=100"
        middle = f"{page}&around={general}"
        search = f"/api/v10/guilds/{world['guild']['id']}/members/search?query=fel&limit=10"
        say = {"as": "ann", "channel": "general", "content": "Hello"}
        figures["median_ms"] = {
            "newest_hundred_messages": _ms(lambda: running.ask(page, **_OLIVIA)),
            "oldest_hundred_messages": _ms(lambda: running.ask(middle, **_OLIVIA)),
            "member_search": _ms(lambda: running.ask(search, **_OLIVIA)),
            "say": _ms(lambda: running.ask("/sandbox/say", say)),
        }
        figures["memory_after_mb"] = running.memory()["now"]
        figures["memory_peak_mb"] = running.memory()["peak"]
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), asked.members, asked.messages)))


if __name__ == "__main__":
    main()
