"""Group commit: one flush to the disk for many, confirmed to each only when it is done, and one that is poison fails alone."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.db import Batch, Database, Writer

POISON = -1


class Numbers:
    """Keeps numbers. `sizes`: how many each call was given; `gate` holds the writing up inside its transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.batch = Batch(db, self.write)
        self.sizes: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def write(self, tx: Writer, items: Sequence[int]) -> None:
        self.sizes.append(len(items))
        await tx.execute(text("INSERT INTO n VALUES (:value)"), [{"value": item} for item in items])
        await self.gate.wait()

    def kept(self) -> list[int]:
        """As another process sees it."""
        other = sqlite3.connect(f"file:{self.db.path}?mode=ro", uri=True)
        try:
            return [value for (value,) in other.execute("SELECT value FROM n ORDER BY value")]
        finally:
            other.close()


@pytest.fixture
async def numbers(tmp_path: Path) -> AsyncIterator[Numbers]:
    db = Database(tmp_path / "numbers.db")
    async with db.write() as tx:
        await tx.execute(text("CREATE TABLE n (value INTEGER PRIMARY KEY CHECK (value >= 0)) STRICT"))
    yield Numbers(db)
    await db.close()


async def test_many_at_once_share_a_few_commits(numbers: Numbers) -> None:
    await asyncio.gather(*(numbers.batch.add(n) for n in range(600)))

    assert numbers.kept() == list(range(600))
    assert numbers.sizes == [256, 256, 88]


async def test_who_comes_while_the_disk_is_busy_goes_with_the_next_batch(numbers: Numbers) -> None:
    numbers.gate.clear()
    first = asyncio.create_task(numbers.batch.add(0))
    await until(lambda: numbers.sizes == [1])
    others = [asyncio.create_task(numbers.batch.add(n)) for n in range(1, 40)]
    await asyncio.sleep(0)
    numbers.gate.set()

    await asyncio.gather(first, *others)

    assert numbers.sizes == [1, 39]


async def test_nobody_is_told_before_the_commit(numbers: Numbers) -> None:
    numbers.gate.clear()
    adding = [asyncio.create_task(numbers.batch.add(n)) for n in range(3)]
    await until(lambda: numbers.sizes == [3])
    await asyncio.sleep(0.02)

    assert not any(task.done() for task in adding)
    assert numbers.kept() == []

    numbers.gate.set()
    await asyncio.wait(adding, return_when=asyncio.FIRST_COMPLETED)
    assert numbers.kept() == [0, 1, 2]
    await asyncio.gather(*adding)


async def test_one_that_is_poison_fails_alone(numbers: Numbers) -> None:
    adding = [numbers.batch.add(n) for n in range(100)]
    adding.insert(50, numbers.batch.add(POISON))

    ends = await asyncio.gather(*adding, return_exceptions=True)

    assert [type(end) for end in ends if end is not None] == [IntegrityError]
    assert isinstance(ends[50], IntegrityError)
    assert numbers.kept() == list(range(100))
    assert numbers.sizes == [101, *[1] * 101]


async def test_one_that_is_poison_and_alone_is_not_tried_twice(numbers: Numbers) -> None:
    with pytest.raises(IntegrityError):
        await numbers.batch.add(POISON)

    assert numbers.sizes == [1]


async def test_who_is_cancelled_stops_waiting_but_what_they_brought_is_kept(numbers: Numbers) -> None:
    numbers.gate.clear()
    gone, waits = (asyncio.create_task(numbers.batch.add(n)) for n in range(2))
    await until(lambda: numbers.sizes == [2])
    late = asyncio.create_task(numbers.batch.add(2))
    await asyncio.sleep(0)
    for task in (gone, late):
        task.cancel()
    numbers.gate.set()

    ends = await asyncio.gather(gone, waits, late, return_exceptions=True)

    assert [type(end) for end in ends] == [asyncio.CancelledError, type(None), asyncio.CancelledError]
    await until(lambda: numbers.kept() == [0, 1, 2])


async def test_when_a_transaction_cannot_begin_all_hear_it_and_the_next_ones_are_kept(
    numbers: Numbers,
) -> None:
    async with numbers.db.write() as tx:
        await tx.exec_driver_sql("PRAGMA busy_timeout=20")
    other = sqlite3.connect(numbers.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = await asyncio.gather(*(numbers.batch.add(n) for n in range(5)), return_exceptions=True)
    other.execute("ROLLBACK")
    other.close()

    await asyncio.gather(*(numbers.batch.add(n) for n in range(5)))

    assert [type(end) for end in refused] == [OperationalError] * 5
    assert numbers.kept() == list(range(5))


async def test_when_a_commit_fails_nobody_is_told_that_it_held(numbers: Numbers) -> None:
    async with numbers.db.write() as tx:
        await tx.execute(
            text("CREATE TABLE own (n INTEGER REFERENCES n (value) DEFERRABLE INITIALLY DEFERRED) STRICT")
        )

    async def dangling(tx: Writer, items: Sequence[int]) -> None:
        await tx.execute(text("INSERT INTO own VALUES (:value)"), [{"value": item} for item in items])

    batch = Batch(numbers.db, dangling)
    ends = await asyncio.gather(*(batch.add(n) for n in range(3)), return_exceptions=True)

    assert [type(end) for end in ends] == [IntegrityError] * 3
    await numbers.batch.add(7)
    assert numbers.kept() == [7]


async def test_on_a_full_disk_all_hear_it_and_afterwards_all_is_kept(numbers: Numbers) -> None:
    async with numbers.db.write() as tx:
        pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
        await tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    full = await asyncio.gather(*(numbers.batch.add(n) for n in range(256)), return_exceptions=True)
    full += await asyncio.gather(*(numbers.batch.add(n) for n in range(1000, 5000)), return_exceptions=True)
    kept = [n for n, end in zip([*range(256), *range(1000, 5000)], full, strict=True) if end is None]
    async with numbers.db.write() as tx:
        await tx.execute(text("PRAGMA max_page_count = 100000"))

    assert any(isinstance(end, OperationalError) for end in full)
    assert numbers.kept() == kept
    await numbers.batch.add(9999)


async def test_other_writers_have_their_turn_between_two_batches(numbers: Numbers) -> None:
    flood = [asyncio.create_task(numbers.batch.add(n)) for n in range(5000)]
    await until(lambda: len(numbers.sizes) == 2)

    async with numbers.db.write():
        written = len(numbers.sizes)

    assert written <= 4  # of the twenty that there are
    await asyncio.gather(*flood)


async def until(there: object, patience: float = 5) -> None:
    """Wait for it."""
    assert callable(there)
    async with asyncio.timeout(patience):
        while not there():  # noqa: ASYNC110 # what it waits for is another task's, and has no event
            await asyncio.sleep(0.001)
