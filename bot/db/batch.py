"""Group commit: items that arrive at the same time are written in one transaction, and confirmed after its commit.

A commit at synchronous=FULL waits for the disk, some 2.6 ms on the test machine, whether it holds one row
or 256. While one commit runs, the next batch gathers.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Generic, TypeVar

from bot.db.engine import Database, Writer
from bot.db.savepoint import alone

LARGEST = 256

Item = TypeVar("Item")

Write = Callable[[Writer, Sequence[Item]], Awaitable[None]]
"""Writes all these items into the transaction, or raises. It touches nothing but their rows."""


class Batch(Generic[Item]):
    """Writes items together, in the order in which they came, at most LARGEST in a transaction.

    When a batch cannot be written, its items are written again one by one, each in a savepoint, so that
    a bad item fails alone. Between two batches other writers have their turn.
    """

    def __init__(self, db: Database, write: Write[Item]) -> None:
        self._db = db
        self._write = write
        self._waiting: deque[tuple[Item, asyncio.Future[None]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> None:
        """Return when the item is on disk; raise the error that kept it from being written.

        A caller that is cancelled stops waiting; the item is written all the same.
        """
        confirmed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, confirmed))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all(), name="group commit")
        await confirmed

    async def _write_all(self) -> None:
        while self._waiting:
            taken: list[tuple[Item, asyncio.Future[None]]] = []
            failures: Sequence[BaseException | None] = ()
            try:
                failures = await self._write_some(taken)
            except asyncio.CancelledError:
                for _, confirmed in (*taken, *self._waiting):
                    confirmed.cancel()
                raise
            except BaseException as error:  # nothing of the batch is on disk; its callers must know
                if not taken:  # the transaction could not even begin
                    self._take(taken)
                failures = [error] * len(taken)
            for (_, confirmed), failure in zip(taken, failures, strict=True):
                if confirmed.done():  # its caller was cancelled
                    continue
                if failure is None:
                    confirmed.set_result(None)
                else:
                    confirmed.set_exception(failure)

    async def _write_some(self, taken: list[tuple[Item, asyncio.Future[None]]]) -> list[Exception | None]:
        """Write the items that wait once the transaction has begun; if one fails, write them one by one in a second."""
        try:
            async with self._db.write() as tx:
                self._take(taken)
                try:
                    await self._write(tx, [item for item, _ in taken])
                except Exception as error:
                    raise _Poisoned(error) from error
        except _Poisoned as poisoned:
            if len(taken) == 1:
                return [poisoned.error]
            async with self._db.write() as tx:
                return [await alone(tx, partial(self._write, tx, [item])) for item, _ in taken]
        return [None] * len(taken)

    def _take(self, taken: list[tuple[Item, asyncio.Future[None]]]) -> None:
        while self._waiting and len(taken) < LARGEST:
            taken.append(self._waiting.popleft())


class _Poisoned(Exception):
    """One of the items could not be written. (When the commit fails, no single item is at fault: all fail.)"""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error
