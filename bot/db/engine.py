"""The database: one connection that writes, several that can only read.

SQLite lets one connection write at a time. Ours is behind a lock, opens every transaction with
BEGIN IMMEDIATE (a deferred one that turns from reading to writing may fail at once with
SQLITE_BUSY_SNAPSHOT, busy_timeout or not) and rolls back on anything that interrupts it, cancellation included.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, NewType

import aiosqlite
from sqlalchemy import AsyncAdaptedQueuePool, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.lock import Lock

Writer = NewType("Writer", AsyncConnection)
"""A connection inside a write transaction. Only Database.write() hands one out."""

Reader = AsyncConnection
"""A connection to read from; a Writer is one too."""

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "fullfsync=ON",
    "checkpoint_fullfsync=ON",
    "busy_timeout=5000",
    "foreign_keys=ON",
    "wal_autocheckpoint=1000",
    "journal_size_limit=67108864",
    "mmap_size=0",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "secure_delete=ON",
)
READERS = 4

ConnectionFactory = Callable[[], Awaitable[Any]]


class Database:
    """One SQLite file, held by this process alone.

    `connect`, when given, makes the driver's connections (a simulation runs SQLite inline with it).
    """

    def __init__(self, path: Path, connect: ConnectionFactory | None = None) -> None:
        self.path = path
        self._lock = asyncio.Lock()
        self._file_lock = Lock(path)
        self._after_commit: list[Callable[[], None]] = []
        self._writer = _engine(path, connect, size=1, read_only=False)
        self._readers = _engine(path, connect, size=READERS, read_only=True)

    def hold(self) -> None:
        """Take the lock file beside the database. ConfigurationError (exit 75) if another process has it."""
        self._file_lock.take()

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncGenerator[Writer]:
        """A write transaction: committed when the block ends, rolled back when anything interrupts it.

        One at a time. Never wait for the outside world inside the block.
        """
        async with self._lock, self._writer.connect() as connection:
            transaction = await connection.begin()
            self._after_commit = []
            try:
                yield Writer(connection)
            except BaseException:
                await _finish(transaction.rollback())
                raise
            try:
                await _finish(transaction.commit())
            except (Exception, asyncio.CancelledError):
                # When the disk or a deferred key refuses the commit, SQLite keeps the transaction open, but
                # SQLAlchemy takes it for over: no writer could begin another on this connection.
                await connection.invalidate()
                raise
            for call in self._after_commit:
                call()

    def after_commit(self, call: Callable[[], None]) -> None:
        """Inside a write transaction: call this once it is committed, and never if it is rolled back."""
        self._after_commit.append(call)

    @contextlib.asynccontextmanager
    async def read(self) -> AsyncGenerator[Reader]:
        """A connection that sees the last commit and cannot write."""
        async with self._readers.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection and release the lock. Waits five seconds at most for those in use."""
        for _ in range(500):
            if not any(_in_use(engine) for engine in (self._readers, self._writer)):
                break
            await asyncio.sleep(0.01)
        await self._readers.dispose()
        await self._writer.dispose()
        self._file_lock.release()


class _Connection(aiosqlite.Connection):
    """A connection that rolls back before it closes.

    SQLAlchemy discards a connection whose task is cancelled during a statement. If it were closed while a
    cursor is open, SQLite would keep it, and with it the write lock, until that cursor is gone.
    """

    async def close(self) -> None:
        if self._connection is not None:
            await self.rollback()
        await super().close()


def _in_use(engine: AsyncEngine) -> bool:
    """Whether a connection is checked out, or a cancelled task has not returned its connection yet."""
    pool = engine.pool
    return isinstance(pool, AsyncAdaptedQueuePool) and pool.checkedout() > 0


async def _finish(ending: Awaitable[None]) -> None:
    """Wait until a commit or rollback has ended, even when this task is cancelled meanwhile.

    aiosqlite runs a cancelled COMMIT all the same, so the caller must not go on before it is over.
    """
    task = asyncio.ensure_future(ending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _engine(path: Path, connect: ConnectionFactory | None, *, size: int, read_only: bool) -> AsyncEngine:
    async def open_file() -> aiosqlite.Connection:
        connection = _Connection(partial(sqlite3.connect, path, isolation_level=None), iter_chunk_size=64)
        connection._thread.daemon = True  # a process that ends in an error must not wait for its database
        return await connection

    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", pool_size=size, max_overflow=0, async_creator=connect or open_file
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:  # pyright: ignore[reportUnusedFunction]
        cursor = connection.cursor()
        for pragma in (*_PRAGMAS, *(["query_only=ON"] if read_only else [])):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
