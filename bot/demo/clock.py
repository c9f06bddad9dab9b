"""The community's clock, which people turn in the sandbox.

A turn is walked, not jumped: work that falls due on the way runs with the clock at its due time. A bot
that was not running takes the whole turn at once when it starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog

from bot.work.worker import Worker

log = structlog.get_logger(__name__)


class SandboxClock:
    """`now = base + (real - real at base) × speed`, sent by the sandbox whenever a person turns the clock."""

    def __init__(self) -> None:
        self._base = datetime.now(UTC)
        self._real = time.time()
        self._speed = 1.0
        self._held: datetime | None = None

    def now(self) -> datetime:
        if self._held is not None:
            return self._held
        return self._base + timedelta(seconds=(time.time() - self._real) * self._speed)

    def take(self, turn: dict[str, Any]) -> None:
        """Adopt the sandbox's base (ISO), real (seconds since 1970 at base) and speed."""
        self._base = datetime.fromisoformat(turn["base"])
        self._real = float(turn["real"])
        self._speed = float(turn["speed"])
        self._held = None

    def hold(self, moment: datetime) -> None:
        """Stop at `moment` while the work due then runs."""
        self._held = moment


class Follower:
    """Keeps a SandboxClock in step with the sandbox, and tells the sandbox when all due work is done."""

    def __init__(self, clock: SandboxClock, url: str) -> None:
        self._clock = clock
        self._url = url.rstrip("/") + "/sandbox/clock/follow"
        self._worker: Worker | None = None
        self._advanced: Callable[[], Awaitable[None]] | None = None
        self._task: asyncio.Task[None] | None = None
        self._first = asyncio.Event()
        self._stopping = False

    async def start(self) -> None:
        """Start following; returns when the sandbox has sent its time, or after 10 seconds."""
        self._task = asyncio.create_task(self._follow(), name="sandbox clock")
        first = asyncio.create_task(self._first.wait())
        await asyncio.wait({first, self._task}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
        first.cancel()

    def work_with(self, worker: Worker, advanced: Callable[[], Awaitable[None]]) -> None:
        """From now on, walk each turn through the worker's due times; `advanced` is awaited after each step."""
        self._worker = worker
        self._advanced = advanced

    def stop_walking(self) -> None:
        """Walk no further: the bot is stopping. Work that was not reached is due at its next start."""
        self._stopping = True

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.ws_connect(self._url, heartbeat=30) as socket:
                        async for message in socket:
                            await self._turn(message.json(), socket)
                except (aiohttp.ClientError, OSError):
                    log.debug("the sandbox is away")
                await asyncio.sleep(0.5)

    async def _turn(self, turn: dict[str, Any], socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            await self._walk(turn)
        except Exception:
            log.exception("a turn of the clock was not worked off")
            self._clock.take(turn)
        self._first.set()
        if self._stopping:
            return
        await socket.send_json({"turn": turn["turn"], "done": True})

    async def _walk(self, turn: dict[str, Any]) -> None:
        if self._worker is None or self._advanced is None:
            self._clock.take(turn)
            return
        target = SandboxClock()
        target.take(turn)
        # Work already due runs before the clock goes on; what then stays open waits for real time or for the owner.
        await self._advanced()
        await self._worker.run_due()
        while (due := await self._worker.next_after(self._clock.now())) is not None and due <= target.now():
            if self._stopping:
                return
            self._clock.hold(due)
            await self._advanced()
            await self._worker.run_due()
        self._clock.take(turn)
        await self._advanced()
        await self._worker.run_due()
