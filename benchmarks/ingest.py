"""How many messages per CPU second Lyceum counts durably: `python -m benchmarks.ingest [messages] [repeats]`.

Against the floor of what discord.py itself needs: a Client with an empty on_message. All through a real socket from
another process, variants interleaved, each in a process of its own; the ratios are taken within one repeat and then
the median. Prints one line of JSON:

    bare       discord.Client, an on_message that only counts to know the end
    listener   Lyceum's client and counting, flushed every second, WAL/FULL (the default)
    shortcut   the same with activity.shortcut
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import discord

from benchmarks.gateway import GUILD, message_id

if TYPE_CHECKING:
    from bot.services import Services

VARIANTS = ("bare", "listener", "shortcut")
ROOT = Path(__file__).resolve().parents[1]


class NoEvents:
    """Nobody meets."""

    async def claims(self, guild_id: int, channel_id: int, start: datetime, end: datetime) -> bool:
        return False

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None: ...


async def measure(variant: str, port: int, count: int) -> dict[str, float]:
    """One run in this process."""
    from bot.discord.client import point_at

    point_at(f"http://127.0.0.1:{port}/api/v10")
    return await (bare(count) if variant == "bare" else lyceum(count, shortcut=variant == "shortcut"))


async def bare(count: int) -> dict[str, float]:
    """discord.py alone."""
    client = discord.Client(
        intents=discord.Intents.default(),
        max_messages=None,
        member_cache_flags=discord.MemberCacheFlags.none(),
        chunk_guilds_at_startup=False,
        guild_ready_timeout=0.1,
    )
    seen = 0
    over = asyncio.Event()

    @client.event
    async def on_message(_message: discord.Message) -> None:  # pyright: ignore[reportUnusedFunction]
        nonlocal seen
        seen += 1
        if seen == count:
            over.set()

    return await run(client, over.wait)


async def lyceum(count: int, *, shortcut: bool) -> dict[str, float]:
    """Lyceum's counting, until everything is in the database."""
    from bot.activity.service import Activity
    from bot.clock import SystemClock, real_now
    from bot.db import Database
    from bot.db.migrate import migrate
    from bot.discord.client import Client
    from bot.discord.guild import DiscordServer
    from bot.i18n import Catalog

    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "lyceum.db")
        migrate(db.path, real_now())
        zone = ZoneInfo("UTC")
        client = Client(
            Catalog("en", zone), ("cogs.activity",), members=True, quick=True, folder=Path(folder)
        )
        activity = Activity(db, SystemClock(), zone, DiscordServer(client), NoEvents())
        settings = SimpleNamespace(activity=SimpleNamespace(shortcut=shortcut))
        client.app = cast(
            "Services", SimpleNamespace(activity=activity, settings=settings)
        )  # what that page asks
        await activity.start()

        async def beat() -> None:
            while True:
                await asyncio.sleep(1)
                await activity.beat()

        async def stored() -> None:
            while activity.last_event_id != message_id(count - 1) or activity.unflushed:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

        beating = asyncio.create_task(beat())
        try:
            spent = await run(client, stored, activity.caught_up)
            year = [datetime(year, 1, 1, tzinfo=UTC) for year in (2026, 2028)]
            assert (await activity.interactions(GUILD, year[0], year[1])).messages == count  # noqa: S101
            return spent
        finally:
            beating.cancel()
            await db.close()


async def run(client: discord.Client, over: Any, before: Any = None) -> dict[str, float]:
    """CPU seconds of this process from the first message to the last."""
    await client.login("benchmark")
    gateway = asyncio.create_task(client.connect(reconnect=False))
    await client.wait_until_ready()
    if before is not None:
        await before()
        gc.freeze()  # as bot/cli/start.py does once it is ready
    await asyncio.sleep(0.3)
    cpu, wall = time.process_time(), time.perf_counter()
    await client.ws.send_as_json({"op": 99})
    await over()
    spent = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    await client.close()
    await asyncio.gather(gateway, return_exceptions=True)
    return spent


def main(count: int, repeats: int) -> None:
    """Everything, each run in a fresh process."""
    runs: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
    for _ in range(repeats):
        for variant in VARIANTS:
            runs[variant].append(_one(variant, count))
    result: dict[str, Any] = {"benchmark": "ingest", "messages": count, "repeats": repeats}
    for variant in VARIANTS:
        speeds = [count / run["cpu"] for run in runs[variant]]
        ratios = [bare["cpu"] / run["cpu"] for bare, run in zip(runs["bare"], runs[variant], strict=True)]
        result[variant] = {
            "per_cpu_second": round(statistics.median(speeds)),
            "per_second": round(statistics.median(count / run["wall"] for run in runs[variant])),
            "times_bare": round(statistics.median(ratios), 2),
            "times_bare_range": [round(min(ratios), 2), round(max(ratios), 2)],
        }
    print(json.dumps(result))


def _one(variant: str, count: int) -> dict[str, float]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.gateway", str(count)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=environment,
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101
            port = server.stdout.readline().decode().strip()
            arguments = [sys.executable, "-m", "benchmarks.ingest", "--one", variant, port, str(count)]
            told = subprocess.run(arguments, stdout=subprocess.PIPE, cwd=ROOT, env=environment, check=True)
        finally:
            server.kill()
    return dict(json.loads(told.stdout.splitlines()[-1]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _, _, which, where, number = sys.argv
        print(json.dumps(asyncio.run(measure(which, int(where), int(number)))))
    else:
        main(int((sys.argv[1:] or ["20000"])[0]), int((sys.argv[2:] or ["5"])[0]))
