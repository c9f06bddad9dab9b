"""SQLite without its thread: every statement runs at once, so that a seed always gives the same run."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiosqlite


class Inline(aiosqlite.Connection):
    """A connection of aiosqlite whose calls run in the caller. `around` is told before and after each."""

    def __init__(self, path: Path, around: Callable[[str], None]) -> None:
        super().__init__(lambda: sqlite3.connect(path, isolation_level=None), iter_chunk_size=64)
        self._around = around
        self._open = self._connector()

    async def open(self) -> Inline:
        """Ready for use."""
        self._connection = self._open
        return self

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._around("before")
        done = fn(*args, **kwargs)
        self._around("after")
        return done

    async def close(self) -> None:
        """As when a process dies: what was not committed is gone."""
        with contextlib.suppress(sqlite3.Error):  # an open cursor would keep the lock beyond the close
            self._open.rollback()
        self._open.close()
        self._connection = None
