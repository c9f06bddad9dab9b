"""Durable work: done at least once, never lost, and one bad row stops nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.clock import real_now
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.work import Job, Queue, store
from bot.work.tables import work
from bot.work.worker import Handler, Reschedule, Worker, backoff
from tests.blank import prepare
from tests.clock import FakeClock

GUILD = 1


class WorkHarness:
    """A queue, a worker and a list of what was done."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = FakeClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
        self.queue = Queue(db, self.clock)
        self.done: list[str] = []
        self.handlers: dict[str, Handler] = {"note": self.note}
        self.worker = Worker(db, self.clock, self.queue, self.handlers)

    async def note(self, job: Job) -> None:
        self.done.append(job.key)

    async def once(self, kind: str, key: str, **more: datetime) -> None:
        async with self.db.write() as tx:
            await self.queue.enqueue_once(tx, kind, GUILD, key, due=more.get("due"))

    async def again(self, kind: str, key: str) -> None:
        async with self.db.write() as tx:
            await self.queue.enqueue(tx, kind, GUILD, key)

    async def states(self) -> dict[str, str]:
        async with self.db.read() as db:
            return {row.key: row.state for row in await db.execute(select(work.c.key, work.c.state))}

    async def patience(self) -> None:
        """As if the backoff were over."""
        async with self.db.write() as tx:
            await tx.execute(update(work).values(not_before=store.EPOCH))


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[WorkHarness]:
    path = tmp_path / "work.db"
    prepare(path)
    db = Database(path)
    yield WorkHarness(db)
    await db.close()


async def test_work_is_done_when_due_and_not_before(harness: WorkHarness) -> None:
    await harness.once("note", "now")
    await harness.once("note", "tomorrow", due=harness.clock.now() + timedelta(days=1))

    await harness.worker.run_due()
    assert harness.done == ["now"]

    harness.clock.moment += timedelta(days=1)
    await harness.worker.run_due()
    assert harness.done == ["now", "tomorrow"]


async def test_the_same_key_is_done_once(harness: WorkHarness) -> None:
    await harness.once("note", "a")
    await harness.worker.run_due()

    await harness.once("note", "a")
    await harness.worker.run_due()

    assert harness.done == ["a"]


async def test_again_does_it_once_more(harness: WorkHarness) -> None:
    await harness.again("note", "a")
    await harness.worker.run_due()

    await harness.again("note", "a")
    await harness.worker.run_due()

    assert harness.done == ["a", "a"]


async def test_asked_for_again_while_it_runs_it_runs_once_more(harness: WorkHarness) -> None:
    """Otherwise a change that comes after the handler has looked would be lost."""
    looked, changed = asyncio.Event(), asyncio.Event()

    async def slow(job: Job) -> None:
        harness.done.append(job.key)
        looked.set()
        await changed.wait()

    harness.handlers["slow"] = slow
    await harness.again("slow", "a")
    running = asyncio.create_task(harness.worker.run_due())
    await looked.wait()
    await harness.again("slow", "a")
    changed.set()
    await running

    assert harness.done == ["a", "a"]
    assert await harness.states() == {"a": "done"}


async def test_an_unexpected_error_postpones_its_row_and_not_the_others(harness: WorkHarness) -> None:
    async def broken(job: Job) -> None:
        raise ZeroDivisionError

    harness.handlers["broken"] = broken
    await harness.once("broken", "bad")
    for n in range(50):
        await harness.once("note", f"good {n}")

    await harness.worker.run_due()

    assert len(harness.done) == 50
    assert (await harness.states())["bad"] == "open"


async def test_a_kind_that_nobody_handles_is_kept(harness: WorkHarness) -> None:
    await harness.once("from a newer version", "a")
    await harness.once("note", "b")

    await harness.worker.run_due()

    assert harness.done == ["b"]
    assert (await harness.states())["a"] == "open"


async def test_retry_later_tries_again_in_real_time(harness: WorkHarness) -> None:
    async def busy(job: Job) -> None:
        harness.done.append(str(job.tries))
        if job.tries < 3:
            raise RetryLater("busy", timedelta(seconds=30))

    harness.handlers["busy"] = busy
    await harness.once("busy", "a")

    await harness.worker.run_due()
    await harness.worker.run_due()
    assert harness.done == ["1"]
    assert (
        timedelta(seconds=20)
        < (await harness.worker.next_retry() or real_now()) - real_now()
        < timedelta(seconds=31)
    )

    for _ in range(2):
        await harness.patience()
        await harness.worker.run_due()
    assert harness.done == ["1", "2", "3"]
    assert await harness.states() == {"a": "done"}


async def test_what_only_the_owner_can_mend_stays_and_heals(harness: WorkHarness) -> None:
    mended = False

    async def role(job: Job) -> None:
        if not mended:
            raise NeedsAction("missing-permission", "role too low")

    harness.handlers["role"] = role
    await harness.once("role", "ann")
    await harness.worker.run_due()
    async with harness.db.read() as db:
        stuck = await store.stuck(db, GUILD)
    assert [(row.key, row.error) for row in stuck] == [("ann", "missing-permission: role too low")]

    mended = True
    async with harness.db.write() as tx:
        await store.retry_stuck(tx, GUILD, real_now())
    await harness.worker.run_due()

    assert await harness.states() == {"ann": "done"}


async def test_later_waits_for_the_community_s_clock(harness: WorkHarness) -> None:
    async def not_yet(job: Job) -> None:
        harness.done.append(job.key)
        if len(harness.done) == 1:
            raise Reschedule(harness.clock.now() + timedelta(hours=1))

    harness.handlers["later"] = not_yet
    await harness.once("later", "a")
    await harness.worker.run_due()
    await harness.worker.run_due()
    assert harness.done == ["a"]

    harness.clock.moment += timedelta(hours=1)
    await harness.worker.run_due()

    assert harness.done == ["a", "a"]


async def test_what_a_dead_process_had_leased_is_taken_over_at_start(harness: WorkHarness) -> None:
    await harness.once("note", "a")
    async with harness.db.write() as tx:
        await store.claim(tx, harness.clock.now(), real_now(), 10, [])

    await harness.worker.run_due()
    assert harness.done == []

    heir = Worker(harness.db, harness.clock, harness.queue, harness.handlers)
    await heir.recover()
    await heir.run_due()
    assert harness.done == ["a"]


async def test_a_rolled_back_cause_leaves_no_work(harness: WorkHarness) -> None:
    with pytest.raises(RuntimeError):
        async with harness.db.write() as tx:
            await harness.queue.enqueue_once(tx, "note", GUILD, "a")
            raise RuntimeError

    await harness.worker.run_due()

    assert harness.done == []


async def test_work_that_adds_work_is_worked_off_in_one_go(harness: WorkHarness) -> None:
    async def chain(job: Job) -> None:
        if job.key != "3":
            await harness.once("chain", str(int(job.key) + 1))
        harness.done.append(job.key)

    harness.handlers["chain"] = chain
    await harness.once("chain", "1")

    await harness.worker.run_due()

    assert harness.done == ["1", "2", "3"]


async def test_two_clocks_a_turn_back_and_forth_runs_nothing_twice(harness: WorkHarness) -> None:
    await harness.once("note", "a", due=harness.clock.now() + timedelta(hours=1))
    harness.clock.moment += timedelta(hours=2)
    await harness.worker.run_due()

    harness.clock.moment -= timedelta(hours=2)
    await harness.worker.run_due()
    harness.clock.moment += timedelta(days=30)
    await harness.worker.run_due()

    assert harness.done == ["a"]


def test_the_backoff_doubles_up_to_an_hour() -> None:
    assert timedelta(seconds=1) <= backoff(1) <= timedelta(seconds=1.25)
    assert timedelta(seconds=64) <= backoff(7) <= timedelta(seconds=80)
    assert timedelta(hours=1) <= backoff(50) <= timedelta(hours=1.25)


async def test_work_that_ends_is_waited_for_until_it_has_started_what_it_added(harness: WorkHarness) -> None:
    """Otherwise "all that was due is done" would be said while the last job is still looking for the next one."""

    async def chain(job: Job) -> None:
        harness.done.append(job.key)
        if int(job.key) < 30:
            await harness.once("chain", str(int(job.key) + 1))

    harness.handlers["chain"] = chain
    await harness.once("chain", "1")

    await harness.worker.run_due()

    assert len(harness.done) == 30
    assert not harness.worker._ending


async def test_an_orderly_end_cuts_off_what_lasts_too_long_and_it_loses_no_try(harness: WorkHarness) -> None:
    begun = asyncio.Event()

    async def endless(job: Job) -> None:
        harness.done.append(f"{job.key} {job.tries}")
        begun.set()
        await asyncio.sleep(60)

    harness.handlers["endless"] = endless
    await harness.once("endless", "a")
    running = asyncio.create_task(harness.worker.run_due())
    await begun.wait()
    await harness.worker.stop(patience=0.01)
    await running
    async with harness.db.read() as db:
        [row] = await db.execute(select(work.c.state, work.c.tries, work.c.leased_until, work.c.error))

    assert tuple(row) == ("open", 0, store.EPOCH, None)
    heir = Worker(harness.db, harness.clock, harness.queue, {"endless": harness.note})
    await heir.run_due()
    assert harness.done == ["a 1", "a"]


async def test_after_its_end_the_worker_starts_nothing(harness: WorkHarness) -> None:
    """What the last job adds, and whoever still walks the clock, must not meet a closed connection to Discord."""
    begun = asyncio.Event()

    async def last(job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.02)
        await harness.once("note", "added")

    harness.handlers["last"] = last
    await harness.once("last", "a")
    running = asyncio.create_task(harness.worker.run_due())
    await begun.wait()
    await harness.worker.stop()
    await running
    await harness.worker.run_due()

    assert harness.done == []
    assert await harness.states() == {"a": "done", "added": "open"}
