"""APScheduler, used only to wake the worker when something falls due, and once a minute in any case."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, real_now
from bot.work.queue import Queue
from bot.work.worker import Worker

# By default APScheduler silently drops a job that is more than a second late (misfire_grace_time).
_JOB_DEFAULTS = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}

log = structlog.get_logger(__name__)


class Scheduler:
    """Runs `worker` at each due time. On a frozen community clock only added work and advancing the clock wake it.

    APScheduler's jobs only start tasks of ours: APScheduler drops a job that falls due while its last run
    is unfinished, and on shutdown it cancels running jobs, even in the middle of a transaction.
    """

    def __init__(self, worker: Worker, clock: Clock, queue: Queue) -> None:
        self._worker = worker
        self._clock = clock
        self._scheduler: Any = AsyncIOScheduler(timezone="UTC", job_defaults=_JOB_DEFAULTS)
        self._started = False
        self._running: dict[str, asyncio.Task[None]] = {}
        self._once_more = False
        queue.listen(self._added)

    def start(self) -> None:
        """Start running due work."""
        self._scheduler.add_job(self._wake, "interval", minutes=1, id="sweep")
        self._scheduler.start()
        self._started = True
        self._wake_at(real_now())

    def every(self, seconds: float, call: Callable[[], Awaitable[None]], name: str) -> None:
        """Call a function every `seconds` of real time: for tasks without a row, such as a flush.

        While a call runs longer than `seconds`, no second one starts.
        """
        self._scheduler.add_job(partial(self._run, name, call), "interval", seconds=seconds, id=name)

    async def stop(self) -> None:
        """Start nothing more, and wait for the running calls."""
        if self._started:
            self._scheduler.shutdown(wait=False)
            self._started = False
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    def _added(self, due: datetime) -> None:
        if self._started and due <= self._clock.now() + timedelta(minutes=1):
            self._wake_at(real_now() + max(due - self._clock.now(), timedelta(milliseconds=20)))

    def _wake_at(self, moment: datetime) -> None:
        job = self._scheduler.get_job("wake")
        if job is None or job.next_run_time is None or job.next_run_time > moment:
            self._scheduler.add_job(self._wake, "date", run_date=moment, id="wake", replace_existing=True)

    async def _wake(self) -> None:
        self._once_more = True
        await self._run("sweep", self._sweeps)

    async def _run(self, name: str, call: Callable[[], Awaitable[None]]) -> None:
        """Start the call as a task of ours, unless its last one still runs."""
        if name not in self._running:
            self._running[name] = asyncio.create_task(self._guarded(name, call), name=name)

    async def _guarded(self, name: str, call: Callable[[], Awaitable[None]]) -> None:
        try:
            await call()
        except Exception:
            log.exception("a regular call failed", call=name)
        finally:
            del self._running[name]

    async def _sweeps(self) -> None:
        while (
            self._once_more
        ):  # a wake-up during a sweep may be for work that this sweep came too early to see
            self._once_more = False
            await self._sweep()

    async def _sweep(self) -> None:
        await self._worker.kick()
        if not self._started:
            return
        now = self._clock.now()
        waits = [retry - real_now() for retry in [await self._worker.next_retry()] if retry is not None]
        due = await self._worker.next_due()
        if due is not None and due > now:
            waits.append(due - now)
        if waits and min(waits) < timedelta(minutes=1):
            self._wake_at(real_now() + max(min(waits), timedelta(milliseconds=20)))
