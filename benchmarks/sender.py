"""Sends signed webhooks at a fixed rate and does as little else as possible: `python3 -m benchmarks.sender`.

Reads one line of JSON from stdin, says "go" when it begins, prints one line of JSON. Open loop: each request has a due time, and its latency counts
from there, whether or not a connection was free. Everything is signed and encoded before the first is sent.

    {"port", "rate", "seconds", "connections", "secret": hex, "run": text, "ours": share of events about `orders`,
     "orders": [[reference, checkout, amount, currency], …], "links": true for GETs of random pay links instead,
     "acked": file for the ids that were answered 200}
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import sys
import time
from collections import Counter, deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.payments.till.signing import HEADER, sign


class Line(asyncio.Protocol):
    """One kept-alive connection with at most one request on its way."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self.number = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101
        self._transport = transport

    def send(self, number: int) -> None:
        """Send the request of that number."""
        assert self._transport is not None  # noqa: S101 # connected before it is used
        self.number, self._got = number, b""
        self._transport.write(self._sender.requests[number])

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, mark, body = self._got.partition(b"\r\n\r\n")
        if mark and len(body) >= int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 0):
            number, self.number = self.number, -1
            self._sender.answered(self, number, head[9:12].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._sender.lost(self)


class Sender:
    """The load of one run."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked = asked
        count = int(asked["rate"] * asked["seconds"])
        self.ids = [f"evt_{asked['run']}_{n}" for n in range(count)]
        self.requests = [self._link() if asked.get("links") else self._hook(id_) for id_ in self.ids]
        self.statuses: Counter[str] = Counter()
        self.late: list[float] = []
        self.acked: list[str] = []
        self._idle: deque[Line] = deque()
        self._due: deque[int] = deque()
        self._began = 0.0
        self._last = 0.0
        self.over = asyncio.Event()

    def _link(self) -> bytes:
        return f"GET /till/pay/{secrets.token_hex(16)} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def _hook(self, id_: str) -> bytes:
        if random.random() < self.asked["ours"]:
            kind = "payment.declined"
            reference, checkout, amount, currency = random.choice(self.asked["orders"])
        else:
            kind = "payment.succeeded"
            reference, checkout, amount, currency = f"7-{secrets.randbits(62) + 1}", "co_none", 1900, "USD"
        what = {
            "checkout": checkout,
            "reference": reference,
            "amount": amount,
            "currency": currency,
            "id": f"pay_{id_}",
        }
        now = datetime.now(UTC)
        told = {"id": id_, "kind": kind, "at": now.isoformat(), "object": what}
        body = json.dumps(told, separators=(",", ":")).encode()
        head = (
            f"POST /hooks/till HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"{HEADER}: {sign(bytes.fromhex(self.asked['secret']), body, now)}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def run(self) -> dict[str, Any]:
        """Send everything at its time and wait for the answers."""
        loop = asyncio.get_running_loop()
        for _ in range(self.asked["connections"]):
            _, line = await loop.create_connection(lambda: Line(self), "127.0.0.1", self.asked["port"])
            self._idle.append(line)
        print("go", flush=True)
        self._began = self._last = time.perf_counter()
        sending = asyncio.create_task(self._send_all())
        await self.over.wait()
        sending.cancel()
        if self.asked.get("acked"):
            Path(self.asked["acked"]).write_text("\n".join(self.acked), "ascii")
        return self._told()

    async def _send_all(self) -> None:
        sent = 0
        while sent < len(self.ids):
            due = int((time.perf_counter() - self._began) * self.asked["rate"]) + 1
            while sent < min(due, len(self.ids)):
                self._due.append(sent)
                sent += 1
            self._hand_out()
            await asyncio.sleep(0.001)
        await asyncio.sleep(30)  # the answers have so long
        self.over.set()

    def _hand_out(self) -> None:
        while self._due and self._idle:
            self._idle.popleft().send(self._due.popleft())

    def answered(self, line: Line, number: int, status: str) -> None:
        """An answer is here."""
        self._last = time.perf_counter()
        self.statuses[status] += 1
        self.late.append(self._last - self._began - number / self.asked["rate"])
        if status == "200":
            self.acked.append(self.ids[number])
        self._idle.append(line)
        self._hand_out()
        if len(self.late) == len(self.ids):
            self.over.set()

    def lost(self, line: Line) -> None:
        """The server is gone."""
        self.statuses["lost"] += line.number >= 0
        self.over.set()

    def _told(self) -> dict[str, Any]:
        late = sorted(self.late) or [0.0]
        return {
            "offered": self.asked["rate"],
            "achieved": round(len(self.late) / max(self._last - self._began, 0.001), 1),
            "sent": len(self.ids),
            "statuses": dict(self.statuses),
            **{
                f"p{share}_ms": round(late[int((len(late) - 1) * share / 100)] * 1000, 1)
                for share in (50, 99)
            },
            "max_ms": round(late[-1] * 1000, 1),
        }


async def main() -> None:
    """One run."""
    sender = Sender(json.loads(sys.stdin.readline()))
    print(json.dumps(await sender.run()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
