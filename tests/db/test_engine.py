"""The traps of SQLite and of asyncio over it, each with the race it guards against."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from bot.db import Database
from bot.errors import ConfigurationError
from bot.lock import Lock


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(tmp_path / "test.db")
    async with one.write() as tx:
        await tx.execute(text("CREATE TABLE n (id INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT"))
        await tx.execute(text("INSERT INTO n VALUES (1, 0)"))
    yield one
    await one.close()


async def value(db: Database) -> int:
    async with db.read() as connection:
        return int((await connection.execute(text("SELECT value FROM n WHERE id = 1"))).scalar_one())


async def test_sixty_readers_who_write_back_lose_nothing(db: Database) -> None:
    async def add_one() -> None:
        async with db.write() as tx:
            seen = (await tx.execute(text("SELECT value FROM n WHERE id = 1"))).scalar_one()
            await asyncio.sleep(0)
            await tx.execute(text("UPDATE n SET value = :v WHERE id = 1"), {"v": seen + 1})

    await asyncio.gather(*(add_one() for _ in range(60)))

    assert await value(db) == 60


async def test_control_without_begin_immediate_the_same_loses_updates(db: Database) -> None:
    """The race is real: SQLAlchemy's defaults, several connections, no error, a wrong sum."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{db.path}", pool_size=20)

    async def add_one() -> None:
        with contextlib.suppress(OperationalError):  # a few are refused; the others overwrite each other
            async with engine.begin() as tx:
                seen = (await tx.execute(text("SELECT value FROM n WHERE id = 1"))).scalar_one()
                await asyncio.sleep(0)
                await tx.execute(text("UPDATE n SET value = :v WHERE id = 1"), {"v": seen + 1})

    await asyncio.gather(*(add_one() for _ in range(60)))
    await engine.dispose()

    assert await value(db) < 60


def test_control_a_deferred_transaction_fails_at_once_when_it_turns_to_writing(tmp_path: Path) -> None:
    """SQLITE_BUSY_SNAPSHOT is not waited for, whatever the timeout; BEGIN IMMEDIATE waits instead."""
    path = tmp_path / "busy.db"
    one, two = (sqlite3.connect(path, isolation_level=None, timeout=5) for _ in range(2))
    one.execute("PRAGMA journal_mode=WAL")
    one.execute("CREATE TABLE n (value INTEGER)")
    one.execute("BEGIN")
    one.execute("SELECT * FROM n").fetchall()
    two.execute("INSERT INTO n VALUES (1)")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        one.execute("INSERT INTO n VALUES (2)")

    one.execute("ROLLBACK")
    one.close()
    two.close()


async def test_a_cancelled_task_leaves_no_transaction_open(db: Database) -> None:
    entered = asyncio.Event()

    async def half() -> None:
        async with db.write() as tx:
            await tx.execute(text("UPDATE n SET value = 99 WHERE id = 1"))
            entered.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(half())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await value(db) == 0
    async with db.write() as tx:  # the writer is free again
        await tx.execute(text("UPDATE n SET value = 1 WHERE id = 1"))
    assert await value(db) == 1


async def test_cancelled_while_a_statement_runs_the_whole_transaction_goes(db: Database) -> None:
    slow = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 300000) SELECT max(i) FROM c"

    async def half() -> None:
        async with db.write() as tx:
            await tx.execute(text("UPDATE n SET value = 99 WHERE id = 1"))
            for _ in range(50):
                await tx.execute(text(slow))

    task = asyncio.create_task(half())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await value(db) == 0
    async with db.write() as tx:
        await tx.execute(text("UPDATE n SET value = 1 WHERE id = 1"))
    assert await value(db) == 1


async def test_one_writer_s_rollback_does_not_touch_another_s_work(db: Database) -> None:
    async def fails() -> None:
        async with db.write() as tx:
            await tx.execute(text("INSERT INTO n VALUES (2, 2)"))
            await asyncio.sleep(0.01)
            raise RuntimeError("no")

    async def succeeds() -> None:
        async with db.write() as tx:
            await tx.execute(text("INSERT INTO n VALUES (3, 3)"))

    results = await asyncio.gather(fails(), succeeds(), return_exceptions=True)

    async with db.read() as connection:
        ids = (await connection.execute(text("SELECT id FROM n ORDER BY id"))).scalars().all()
    assert isinstance(results[0], RuntimeError)
    assert ids == [1, 3]


async def test_control_on_a_shared_connection_a_rollback_erases_the_other_s_insert(tmp_path: Path) -> None:
    """What one aiosqlite connection between two tasks does, and why there is a lock and one owner at a time."""
    shared = await aiosqlite.connect(tmp_path / "shared.db")
    await shared.execute("CREATE TABLE n (id INTEGER)")
    await shared.commit()

    await shared.execute("INSERT INTO n VALUES (1)")  # A, about to fail
    await shared.execute("INSERT INTO n VALUES (2)")  # B believes in its success
    await shared.rollback()  # A

    async with shared.execute("SELECT count(*) FROM n") as cursor:
        row = await cursor.fetchone()
    await shared.close()
    assert row == (0,)


async def test_readers_cannot_write(db: Database) -> None:
    async with db.read() as connection:
        with pytest.raises(DBAPIError, match="readonly"):
            await connection.execute(text("UPDATE n SET value = 5"))


async def test_a_reader_sees_the_last_commit_while_a_writer_is_busy(db: Database) -> None:
    async with db.write() as tx:
        await tx.execute(text("UPDATE n SET value = 7 WHERE id = 1"))

        assert await value(db) == 0

    assert await value(db) == 7


async def test_what_happens_after_commit_does_not_happen_after_rollback(db: Database) -> None:
    heard: list[str] = []

    with pytest.raises(RuntimeError):
        async with db.write():
            db.after_commit(lambda: heard.append("rolled back"))
            raise RuntimeError
    async with db.write():
        db.after_commit(lambda: heard.append("committed"))
        assert heard == []

    assert heard == ["committed"]


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
        ("secure_delete", 1),
    ],
)
async def test_every_connection_has_the_pragmas(db: Database, pragma: str, expected: object) -> None:
    async with db.read() as reader:
        read = (await reader.execute(text(f"PRAGMA {pragma}"))).scalar_one()
    async with db.write() as tx:
        written = (await tx.execute(text(f"PRAGMA {pragma}"))).scalar_one()

    assert (read, written) == (expected, expected)


async def test_a_strict_table_refuses_text_for_a_number(db: Database) -> None:
    with pytest.raises(DBAPIError, match="TEXT"):
        async with db.write() as tx:
            await tx.execute(text("UPDATE n SET value = 'much'"))


async def test_a_full_disk_is_an_error_and_loses_nothing(db: Database) -> None:
    async with db.write() as tx:
        pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
        await tx.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(OperationalError, match="full"):
        async with db.write() as tx:
            await tx.execute(text("UPDATE n SET value = 5 WHERE id = 1"))
            for id_ in range(2, 5000):
                await tx.execute(text("INSERT INTO n VALUES (:id, 0)"), {"id": id_})
    async with db.write() as tx:
        await tx.execute(text("PRAGMA max_page_count = 100000"))
        await tx.execute(text("UPDATE n SET value = 6 WHERE id = 1"))

    assert await value(db) == 6


def test_a_second_process_is_refused_and_the_lock_ends_with_the_first(tmp_path: Path) -> None:
    first, second = Lock(tmp_path / "one.db"), Lock(tmp_path / "one.db")
    first.take()

    with pytest.raises(ConfigurationError) as refused:
        second.take()

    assert refused.value.exit_code == 75
    first.release()
    second.take()
    second.release()


async def test_closing_waits_for_who_still_reads(db: Database) -> None:
    reading = asyncio.Event()

    async def slow() -> int:
        async with db.read() as connection:
            reading.set()
            await asyncio.sleep(0.05)
            return int((await connection.execute(text("SELECT value FROM n WHERE id = 1"))).scalar_one())

    task = asyncio.create_task(slow())
    await reading.wait()
    await db.close()

    assert task.done()
    assert await task == 0
