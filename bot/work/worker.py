"""Does the work that is due: claims rows, runs them, writes the outcomes. One bad row never stops the others."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock, real_now
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction, Problem, RetryLater
from bot.work import store
from bot.work.queue import Job, Queue

Handler = Callable[[Job], Awaitable[None]]

SLOTS = 16
TIMEOUT = 45.0  # seconds; shorter than the lease, so that a row never runs twice at once
LONGEST_WAIT = timedelta(hours=1)
STUBBORN = 8
"""After so many tries, some four minutes, a defect does not go away by itself, and the owner sees what waits for it."""
PATIENCE = 5.0  # seconds that `stop` waits for running work

log = structlog.get_logger(__name__)


class Reschedule(Exception):
    """Raised by a handler: run the job again when the community's clock reaches `due`."""

    def __init__(self, due: datetime) -> None:
        super().__init__(f"due {due:%Y-%m-%d %H:%M}")
        self.due = due


class Worker:
    """Runs due rows with the handler of their kind, at most SLOTS at a time."""

    def __init__(self, db: Database, clock: Clock, queue: Queue, handlers: dict[str, Handler]) -> None:
        self._db = db
        self._clock = clock
        self.handlers = handlers
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._claiming = asyncio.Lock()
        self._soonest: datetime | None = None
        self._known = False
        self._stopped = False
        queue.listen(self._update_soonest)

    async def recover(self) -> None:
        """Release the rows that the last process had leased when it died."""
        async with self._db.write() as tx:
            await store.release_all(tx)

    async def kick(self) -> None:
        """Start due rows in the free slots. Each job that ends starts the next; after `stop` none starts."""
        async with self._claiming:
            if self._stopped:
                return
            for job in await self._claim(SLOTS - len(self._tasks)):
                self._tasks[job.id] = asyncio.create_task(self._run(job), name=f"{job.kind} {job.key}")

    async def run_due(self) -> None:
        """Run everything that is due now, rows added by that work included, and wait until it has ended."""
        await self.kick()
        while self._tasks or self._ending:
            await asyncio.wait([*self._tasks.values(), *self._ending])
            await self.kick()

    async def stop(self, patience: float = PATIENCE) -> None:
        """Start nothing more, and wait `patience` seconds for running jobs; unfinished ones are cancelled and given back."""
        async with self._claiming:  # a claim that runs now may start its jobs first
            self._stopped = True
        if self._tasks or self._ending:
            await asyncio.wait([*self._tasks.values(), *self._ending], timeout=patience)
        cut_off = dict(self._tasks)
        for task in [*cut_off.values(), *self._ending]:
            task.cancel()
        await asyncio.gather(*cut_off.values(), *self._ending, return_exceptions=True)
        if cut_off:
            async with self._db.write() as tx:
                await store.give_back(tx, list(cut_off))

    async def next_due(self) -> datetime | None:
        """When, on the community's clock, the next row falls due; None when there is none."""
        if not self._known:
            self._known, self._soonest = True, None
            async with self._db.read() as db:
                due = await store.next_due(db)
            if due is not None:
                self._update_soonest(due)
        return self._soonest

    async def next_after(self, moment: datetime) -> datetime | None:
        """When, on the community's clock, the next row falls due after `moment`; rows due earlier are left out."""
        async with self._db.read() as db:
            return await store.next_after(db, moment)

    async def next_retry(self) -> datetime | None:
        """When, in real time, a postponed row may be tried again."""
        async with self._db.read() as db:
            return await store.next_retry(db, self._clock.now())

    def _update_soonest(self, due: datetime) -> None:
        if self._soonest is None or due < self._soonest:
            self._soonest = due

    async def _claim(self, limit: int) -> list[Job]:
        now = self._clock.now()
        soonest = await self.next_due()
        if limit <= 0 or soonest is None or soonest > now:
            return []
        async with self._db.read() as db:
            if not await store.any_ready(db, now, real_now(), list(self._tasks)):
                return []
        async with self._db.write() as tx:
            rows = await store.claim(tx, now, real_now(), limit, list(self._tasks))
            point("work.claimed")
        point("work.leased")
        self._known = False
        return [Job(**row._mapping) for row in rows]

    async def _run(self, job: Job) -> None:
        try:
            await self._attempt(job)
        finally:
            task = self._tasks.pop(job.id)
            self._known = False
        self._ending.add(task)  # so that `run_due` and `stop` wait for this kick too
        try:
            await self.kick()
        finally:
            self._ending.discard(task)

    async def _attempt(self, job: Job) -> None:
        try:
            handler = self.handlers[job.kind]
            async with asyncio.timeout(TIMEOUT):
                await handler(job)
        except Reschedule as later:
            await self._postpone(job, "open", timedelta(0), str(later), due=later.due)
        except RetryLater as error:
            await self._postpone(job, "open", error.after or backoff(job.tries), str(error))
        except NeedsAction as error:
            await self._postpone(job, "stuck", LONGEST_WAIT, str(error), problem=error.problem)
            log.warning(
                "work needs the owner", kind=job.kind, key=job.key, guild=job.guild_id, finding=error.finding
            )
        except Exception as error:
            # A defect: keep the row, log it, and let the others go on.
            log.exception("work failed unexpectedly", kind=job.kind, key=job.key, guild=job.guild_id)
            if job.tries < STUBBORN:
                wait, said = backoff(job.tries), f"{type(error).__name__}: {error}"[:500]
                await self._postpone(job, "open", wait, said)
            else:
                told = _defect(job, error)
                await self._postpone(job, "stuck", LONGEST_WAIT, str(told), problem=told.problem)
        else:
            point("work.before_done")
            async with self._db.write() as tx:
                await store.finish(tx, job.id, job.generation, self._clock.now())
            point("work.done")

    async def _postpone(
        self,
        job: Job,
        state: str,
        wait: timedelta,
        error: str,
        *,
        due: datetime | None = None,
        problem: Problem | None = None,
    ) -> None:
        async with self._db.write() as tx:
            await store.postpone(
                tx,
                job.id,
                job.generation,
                state=state,
                not_before=real_now() + wait,
                error=error,
                problem=problem,
                now=self._clock.now(),
                due=due,
            )


def _defect(job: Job, error: Exception) -> NeedsAction:
    """What the owner is told of work that fails again and again for a reason that nobody foresaw."""
    return NeedsAction(
        "work-failed",
        "Lyceum met an error that it does not know ({error}). It tries again every hour. Look for {kind} {key} in the log.",
        error=type(error).__name__,
        kind=job.kind,
        key=job.key,
    )


def backoff(tries: int) -> timedelta:
    """1 s, 2 s, 4 s … up to an hour, each up to a quarter longer so that rows are not retried all at once."""
    seconds = min(2 ** min(tries - 1, 12), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * (1 + random.random() / 4))
