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

GUILD = 1


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


class Desk:
    """A queue, a worker and a list of what was done."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = Turned()
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
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    path = tmp_path / "work.db"
    prepare(path)
    db = Database(path)
    yield Desk(db)
    await db.close()


async def test_work_is_done_when_due_and_not_before(desk: Desk) -> None:
    await desk.once("note", "now")
    await desk.once("note", "tomorrow", due=desk.clock.now() + timedelta(days=1))

    await desk.worker.run_due()
    assert desk.done == ["now"]

    desk.clock.moment += timedelta(days=1)
    await desk.worker.run_due()
    assert desk.done == ["now", "tomorrow"]


async def test_the_same_key_is_done_once(desk: Desk) -> None:
    await desk.once("note", "a")
    await desk.worker.run_due()

    await desk.once("note", "a")
    await desk.worker.run_due()

    assert desk.done == ["a"]


async def test_again_does_it_once_more(desk: Desk) -> None:
    await desk.again("note", "a")
    await desk.worker.run_due()

    await desk.again("note", "a")
    await desk.worker.run_due()

    assert desk.done == ["a", "a"]


async def test_asked_for_again_while_it_runs_it_runs_once_more(desk: Desk) -> None:
    """Otherwise a change that comes after the handler has looked would be lost."""
    looked, changed = asyncio.Event(), asyncio.Event()

    async def slow(job: Job) -> None:
        desk.done.append(job.key)
        looked.set()
        await changed.wait()

    desk.handlers["slow"] = slow
    await desk.again("slow", "a")
    running = asyncio.create_task(desk.worker.run_due())
    await looked.wait()
    await desk.again("slow", "a")
    changed.set()
    await running

    assert desk.done == ["a", "a"]
    assert await desk.states() == {"a": "done"}


async def test_an_unexpected_error_postpones_its_row_and_not_the_others(desk: Desk) -> None:
    async def broken(job: Job) -> None:
        raise ZeroDivisionError

    desk.handlers["broken"] = broken
    await desk.once("broken", "bad")
    for n in range(50):
        await desk.once("note", f"good {n}")

    await desk.worker.run_due()

    assert len(desk.done) == 50
    assert (await desk.states())["bad"] == "open"


async def test_a_kind_that_nobody_handles_is_kept(desk: Desk) -> None:
    await desk.once("from a newer version", "a")
    await desk.once("note", "b")

    await desk.worker.run_due()

    assert desk.done == ["b"]
    assert (await desk.states())["a"] == "open"


async def test_retry_later_tries_again_in_real_time(desk: Desk) -> None:
    async def busy(job: Job) -> None:
        desk.done.append(str(job.tries))
        if job.tries < 3:
            raise RetryLater("busy", timedelta(seconds=30))

    desk.handlers["busy"] = busy
    await desk.once("busy", "a")

    await desk.worker.run_due()
    await desk.worker.run_due()
    assert desk.done == ["1"]
    assert (
        timedelta(seconds=20)
        < (await desk.worker.next_retry() or real_now()) - real_now()
        < timedelta(seconds=31)
    )

    for _ in range(2):
        await desk.patience()
        await desk.worker.run_due()
    assert desk.done == ["1", "2", "3"]
    assert await desk.states() == {"a": "done"}


async def test_what_only_the_owner_can_mend_stays_and_heals(desk: Desk) -> None:
    mended = False

    async def role(job: Job) -> None:
        if not mended:
            raise NeedsAction("missing-permission", "role too low")

    desk.handlers["role"] = role
    await desk.once("role", "ann")
    await desk.worker.run_due()
    async with desk.db.read() as db:
        stuck = await store.stuck(db, GUILD)
    assert [(row.key, row.error) for row in stuck] == [("ann", "missing-permission: role too low")]

    mended = True
    async with desk.db.write() as tx:
        await store.retry_stuck(tx, GUILD, real_now())
    await desk.worker.run_due()

    assert await desk.states() == {"ann": "done"}


async def test_later_waits_for_the_community_s_clock(desk: Desk) -> None:
    async def not_yet(job: Job) -> None:
        desk.done.append(job.key)
        if len(desk.done) == 1:
            raise Reschedule(desk.clock.now() + timedelta(hours=1))

    desk.handlers["later"] = not_yet
    await desk.once("later", "a")
    await desk.worker.run_due()
    await desk.worker.run_due()
    assert desk.done == ["a"]

    desk.clock.moment += timedelta(hours=1)
    await desk.worker.run_due()

    assert desk.done == ["a", "a"]


async def test_what_a_dead_process_had_leased_is_taken_over_at_start(desk: Desk) -> None:
    await desk.once("note", "a")
    async with desk.db.write() as tx:
        await store.claim(tx, desk.clock.now(), real_now(), 10, [])

    await desk.worker.run_due()
    assert desk.done == []

    heir = Worker(desk.db, desk.clock, desk.queue, desk.handlers)
    await heir.recover()
    await heir.run_due()
    assert desk.done == ["a"]


async def test_a_rolled_back_cause_leaves_no_work(desk: Desk) -> None:
    with pytest.raises(RuntimeError):
        async with desk.db.write() as tx:
            await desk.queue.enqueue_once(tx, "note", GUILD, "a")
            raise RuntimeError

    await desk.worker.run_due()

    assert desk.done == []


async def test_work_that_adds_work_is_worked_off_in_one_go(desk: Desk) -> None:
    async def chain(job: Job) -> None:
        if job.key != "3":
            await desk.once("chain", str(int(job.key) + 1))
        desk.done.append(job.key)

    desk.handlers["chain"] = chain
    await desk.once("chain", "1")

    await desk.worker.run_due()

    assert desk.done == ["1", "2", "3"]


async def test_two_clocks_a_turn_back_and_forth_runs_nothing_twice(desk: Desk) -> None:
    await desk.once("note", "a", due=desk.clock.now() + timedelta(hours=1))
    desk.clock.moment += timedelta(hours=2)
    await desk.worker.run_due()

    desk.clock.moment -= timedelta(hours=2)
    await desk.worker.run_due()
    desk.clock.moment += timedelta(days=30)
    await desk.worker.run_due()

    assert desk.done == ["a"]


def test_the_backoff_doubles_up_to_an_hour() -> None:
    assert timedelta(seconds=1) <= backoff(1) <= timedelta(seconds=1.25)
    assert timedelta(seconds=64) <= backoff(7) <= timedelta(seconds=80)
    assert timedelta(hours=1) <= backoff(50) <= timedelta(hours=1.25)


async def test_work_that_ends_is_waited_for_until_it_has_started_what_it_added(desk: Desk) -> None:
    """Otherwise "all that was due is done" would be said while the last job is still looking for the next one."""

    async def chain(job: Job) -> None:
        desk.done.append(job.key)
        if int(job.key) < 30:
            await desk.once("chain", str(int(job.key) + 1))

    desk.handlers["chain"] = chain
    await desk.once("chain", "1")

    await desk.worker.run_due()

    assert len(desk.done) == 30
    assert not desk.worker._ending


async def test_an_orderly_end_cuts_off_what_lasts_too_long_and_it_loses_no_try(desk: Desk) -> None:
    begun = asyncio.Event()

    async def endless(job: Job) -> None:
        desk.done.append(f"{job.key} {job.tries}")
        begun.set()
        await asyncio.sleep(60)

    desk.handlers["endless"] = endless
    await desk.once("endless", "a")
    running = asyncio.create_task(desk.worker.run_due())
    await begun.wait()
    await desk.worker.stop(patience=0.01)
    await running
    async with desk.db.read() as db:
        [row] = await db.execute(select(work.c.state, work.c.tries, work.c.leased_until, work.c.error))

    assert tuple(row) == ("open", 0, store.EPOCH, None)
    heir = Worker(desk.db, desk.clock, desk.queue, {"endless": desk.note})
    await heir.run_due()
    assert desk.done == ["a 1", "a"]


async def test_after_its_end_the_worker_starts_nothing(desk: Desk) -> None:
    """What the last job adds, and whoever still walks the clock, must not meet a closed connection to Discord."""
    begun = asyncio.Event()

    async def last(job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.02)
        await desk.once("note", "added")

    desk.handlers["last"] = last
    await desk.once("last", "a")
    running = asyncio.create_task(desk.worker.run_due())
    await begun.wait()
    await desk.worker.stop()
    await running
    await desk.worker.run_due()

    assert desk.done == []
    assert await desk.states() == {"a": "done", "added": "open"}
