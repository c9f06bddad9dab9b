"""APScheduler, used for one thing: to wake the worker when something falls due, and once a minute in any case."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, real_now
from bot.work.queue import Queue
from bot.work.worker import Worker

# The defaults would drop a job that is a second late (research/reliability.md, E11).
_PATIENT = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


class Wake:
    """Runs `worker` at each due time. With a frozen community clock only additions and turns wake it."""

    def __init__(self, worker: Worker, clock: Clock, queue: Queue) -> None:
        self._worker = worker
        self._clock = clock
        self._scheduler: Any = AsyncIOScheduler(timezone="UTC", job_defaults=_PATIENT)
        self._started = False
        queue.listen(self._added)

    def start(self) -> None:
        """From here on due work is run."""
        self._scheduler.add_job(self._sweep, "interval", minutes=1, id="sweep")
        self._scheduler.start()
        self._started = True
        self._soon()

    def every(self, seconds: float, call: Callable[[], Awaitable[None]], name: str) -> None:
        """Call a plain function again and again in real time: for things that leave no row, such as a flush."""
        self._scheduler.add_job(call, "interval", seconds=seconds, id=name)

    def stop(self) -> None:
        """Wake nobody any more; what runs goes on."""
        if self._started:
            self._scheduler.shutdown(wait=False)
            self._started = False

    def _added(self, due: datetime) -> None:
        if self._started and due <= self._clock.now() + timedelta(minutes=1):
            self._at(real_now() + max(due - self._clock.now(), timedelta(milliseconds=20)))

    def _soon(self) -> None:
        self._at(real_now())

    def _at(self, moment: datetime) -> None:
        job = self._scheduler.get_job("wake")
        if job is None or job.next_run_time is None or job.next_run_time > moment:
            self._scheduler.add_job(self._sweep, "date", run_date=moment, id="wake", replace_existing=True)

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
            self._at(real_now() + max(min(waits), timedelta(milliseconds=20)))
