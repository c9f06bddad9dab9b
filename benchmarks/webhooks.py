"""What the way of a webhook takes, and whether a SIGKILL loses one: `python3 -m benchmarks.webhooks`.

The real `run_bot.py` with its sandbox, at synchronous=FULL; the till's signed events from a lean process of its own
(`benchmarks.sender`), open loop. Each part prints one line of JSON:

    speed      events a second offered and answered 200, p50 and p99 from the due time; `--ours` of them about real orders
    role       seconds from the moment a real payment's webhook is sent to the role in the sandbox, alone and in a flood
    slow       the same as speed at 100 a second while `--slow` sockets each send half a request
    links      random pay links tried: every answer 404, and how long one takes
    kills      SIGKILL at full load, `--kills` times; ids that were answered 200 and are not in the inbox afterwards
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import secrets
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.running import ROOT
from bot.demo import sandbox_process
from bot.demo.people import People
from bot.payments.till.signing import HEADER, sign

CONNECTIONS = 160
PACE = 1.2  # seconds between two purchases: Discord lets a bot give ten roles in ten seconds


@dataclass
class Bot:
    """`run_bot.py --empty` in a folder; its sandbox outlives it."""

    folder: Path
    process: subprocess.Popen[str] | None = None
    sandbox: str = ""
    web: str = ""

    def start(self) -> None:
        """Start it and wait until it is ready."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LYCEUM_")}
        environment |= {
            "LYCEUM_DATA": str(self.folder),
            "LYCEUM_SANDBOX__PORT": "0",
            "LYCEUM_WEB__PORT": "0",
            "LYCEUM_PAYMENTS__TILL__DELIVERIES": "0",  # the webhooks are ours
        }
        with (self.folder / "bot.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "run_bot.py"), "--empty"],
                env=environment,
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None  # noqa: S101
        words = self.process.stdout.readline().split()
        if words[:1] != ["ready"]:
            raise SystemExit(f"Lyceum did not start: see {self.folder / 'bot.log'}")
        self.sandbox, self.web = words[2].removeprefix("sandbox="), words[3].removeprefix("web=")

    @property
    def port(self) -> int:
        return int(self.web.rpartition(":")[2])

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None  # noqa: S101
        self.process.kill()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def rows(self, query: str, *values: object) -> list[Any]:
        """Looking into the database from outside."""
        path = self.folder / "sandbox" / "lyceum.db"
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as db:
            return db.execute(query, values).fetchall()

    def used(self) -> float:
        """CPU seconds so far."""
        assert self.process is not None  # noqa: S101
        words = Path(f"/proc/{self.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Bench:
    """A bot whose server sells Gold, and what is measured of it."""

    bot: Bot
    people: People
    ours: float
    orders: list[list[Any]] = field(default_factory=list[list[Any]])
    gold: str = ""

    async def furnish(self, buyers: int) -> None:
        """Olivia sells Gold; so many have a pay link that they do not pay."""
        guild = (await self.people.world())["guild"]["id"]
        role = await self.people.discord("olivia", "POST", f"/guilds/{guild}/roles", {"name": "Gold"})
        self.gold = role["id"]
        await self.people.slash(
            "olivia", "tier create", name="Gold", price="19.00", currency="USD", days=30, role="Gold"
        )
        self.orders = [await self.order(f"window{n}") for n in range(buyers)]

    async def order(self, who: str) -> list[Any]:
        """Somebody new asks for a pay link: [reference, checkout, amount, currency, user id]."""
        user = (await self.people.join(who))["user"]["id"]
        await self.people.slash(who, "membership buy", plan="Gold")
        query = 'SELECT guild_id, id, provider_ref, amount, currency FROM "order" WHERE user_id = ?'
        [(guild, id_, ref, amount, currency)] = self.bot.rows(query, int(user))
        return [f"{guild}-{id_}", ref, amount, currency, user]

    @property
    def secret(self) -> bytes:
        return (self.bot.folder / "sandbox" / "till.key").read_bytes().strip()

    async def load(self, rate: float, seconds: float, **more: Any) -> asyncio.subprocess.Process:
        """A sender on its way; its last words are the figures."""
        sender = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benchmarks.sender",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        asked = {
            "port": self.bot.port,
            "rate": rate,
            "seconds": seconds,
            "connections": CONNECTIONS,
            "ours": self.ours,
            "secret": self.secret.hex(),
            "run": secrets.token_hex(4),
            "orders": [one[:4] for one in self.orders],
        }
        assert sender.stdin is not None  # noqa: S101
        sender.stdin.write(json.dumps(asked | more).encode() + b"\n")
        sender.stdin.close()
        assert sender.stdout is not None  # noqa: S101
        assert await sender.stdout.readline() == b"go\n", "the sender did not begin"  # noqa: S101
        return sender

    async def speed(self, rate: float, seconds: float, **more: Any) -> dict[str, Any]:
        """One run, and what the bot used for it."""
        sender = await self.load(rate, seconds, **more)
        used, began = self.bot.used(), time.perf_counter()
        figures = await told(sender)
        busy = (self.bot.used() - used) / (time.perf_counter() - began)
        return {**figures, "bot_core_share": round(busy, 2), "load_average": round(os.getloadavg()[0], 1)}

    async def settled(self) -> float:
        """Seconds until all work is done."""
        began = time.perf_counter()
        async with aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{self.bot.web}/health") as answer:
                    health = await answer.json()
                if not (health["work_due"] or health["inbox_open"]):
                    return round(time.perf_counter() - began, 2)
                await asyncio.sleep(0.05)

    async def roles(self, count: int, run: str) -> dict[str, Any]:
        """Real purchases, one after the other: from the webhook to the role."""
        found: list[float] = []
        url = self.bot.sandbox.replace("http", "ws", 1) + "/sandbox/events"
        async with aiohttp.ClientSession() as session, session.ws_connect(url, max_msg_size=0) as events:
            for n in range(count):
                bought = await self.order(f"buyer{run}{n}")
                body, headers = self._paid(bought, f"evt_{run}_{n}")
                began = time.perf_counter()
                async with session.post(f"{self.bot.web}/hooks/till", data=body, headers=headers) as answer:
                    assert answer.status == 200, answer.status  # noqa: S101
                async with asyncio.timeout(60):
                    while True:
                        event = json.loads((await events.receive()).data)
                        if (
                            event["type"] == "GUILD_MEMBER_UPDATE"
                            and event["data"]["user"]["id"] == bought[4]
                        ):
                            break
                assert self.gold in event["data"]["roles"]  # noqa: S101
                found.append(time.perf_counter() - began)
                await asyncio.sleep(PACE)
        found.sort()
        return {
            "purchases": count,
            **{f"p{share}_ms": round(found[int((count - 1) * share / 100)] * 1000) for share in (50, 99)},
            "max_ms": round(found[-1] * 1000),
        }

    def _paid(self, bought: list[Any], id_: str) -> tuple[bytes, dict[str, str]]:
        reference, checkout, amount, currency, _ = bought
        what = {
            "id": f"pay_{id_}",
            "checkout": checkout,
            "reference": reference,
            "amount": amount,
            "currency": currency,
        }
        now = datetime.now(UTC)
        told_ = {"id": id_, "kind": "payment.succeeded", "at": now.isoformat(), "object": what}
        body = json.dumps(told_).encode()
        return body, {HEADER: sign(self.secret, body, now)}

    async def slow(self, sockets: int, rate: float, seconds: float) -> dict[str, Any]:
        """Webhooks while so many others send half a request and wait."""
        head = b"POST /hooks/till HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n"
        opened: list[asyncio.StreamWriter] = []
        for n in range(sockets):
            _, writer = await asyncio.open_connection("127.0.0.1", self.bot.port)
            writer.write(head if n % 2 else head + b"\r\n{")
            opened.append(writer)
        figures = await self.speed(rate, seconds)
        for writer in opened:
            writer.close()
        return {"sockets": sockets, **figures}

    async def kills(self, times: int, rate: float) -> dict[str, Any]:
        """Full load, SIGKILL, start again, compare."""
        acked: set[str] = set()
        in_flight = 0
        acks = self.bot.folder / "acked"
        for _ in range(times):
            sender = await self.load(rate, 6, acked=str(acks))
            await asyncio.sleep(random.uniform(0.5, 3.0))
            self.bot.kill()
            figures = await told(sender)
            acked |= set(acks.read_text("ascii").split())
            in_flight += figures["statuses"].get("lost", 0)
            await asyncio.to_thread(self.bot.start)
        stored = {id_ for (id_,) in self.bot.rows("SELECT event_id FROM inbox")}
        [(sound,)] = self.bot.rows("PRAGMA integrity_check")
        return {
            "kills": times,
            "offered": rate,
            "acknowledged": len(acked),
            "lost": len(acked - stored),
            "in_flight_when_killed": in_flight,
            "integrity": sound,
            "settled_after_s": await self.settled(),
        }


async def told(sender: asyncio.subprocess.Process) -> dict[str, Any]:
    """What a sender found."""
    assert sender.stdout is not None  # noqa: S101
    figures = json.loads(await sender.stdout.read())
    await sender.wait()
    return dict(figures)


@contextlib.asynccontextmanager
async def opened(folder: Path, ours: float) -> AsyncGenerator[Bench]:
    """Bot and sandbox, ended however it ends."""
    bot = Bot(folder)
    try:
        await asyncio.to_thread(bot.start)
        async with People(bot.sandbox) as people:
            bench = Bench(bot, people, ours)
            await bench.furnish(20)
            yield bench
    finally:
        if bot.process is not None and bot.process.poll() is None:
            bot.kill()
        there = sandbox_process.find(folder / "sandbox")
        if there is not None:
            sandbox_process.end(sandbox_process.RunningSandbox(there.url, there.pid, ours=True))


def say(part: str, figures: dict[str, Any]) -> None:
    """One line."""
    print(json.dumps({"benchmark": "webhooks", "part": part, **figures}), flush=True)


async def measure(asked: argparse.Namespace, folder: Path) -> None:
    """Every part that was asked for."""
    async with opened(folder, asked.ours) as bench:
        await bench.speed(100, 2)  # warm
        for rate in asked.rates:
            say("speed", await bench.speed(rate, asked.seconds))
            say("settled", {"after_s": await bench.settled()})
        if asked.purchases:
            say("role", await bench.roles(asked.purchases, "alone"))
            flood = await bench.load(400, 200)
            try:
                say("role", {"flood": 400, **await bench.roles(asked.purchases, "flooded")})
            finally:
                flood.kill()
                await flood.wait()
        if asked.slow:
            say("slow", await bench.slow(asked.slow, 100, asked.seconds))
        if asked.links:
            say("links", await bench.speed(asked.links, asked.seconds, links=True))
        if asked.kills:
            say("kills", await bench.kills(asked.kills, asked.rates[-1]))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rates", type=float, nargs="+", default=[200, 400, 700, 1000])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--ours", type=float, default=0.02, help="share of events about real orders")
    parser.add_argument("--purchases", type=int, default=0)
    parser.add_argument("--slow", type=int, default=0)
    parser.add_argument("--links", type=float, default=0, help="random pay links a second")
    parser.add_argument("--kills", type=int, default=0)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(parser.parse_args(), Path(folder)))


if __name__ == "__main__":
    main()
