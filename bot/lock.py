"""One process at a time: a lock file beside the database, held for life and let go by any death."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from bot.errors import ConfigurationError


class Lock:
    """The lock of the database at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: IO[str] | None = None

    def take(self) -> None:
        """Take it. ConfigurationError (exit 75) if another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        held = self._path.with_name(self._path.name + ".lock").open("a")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            raise ConfigurationError(
                f"Another Lyceum is running with {self._path}. Stop it first, or give this one its own data "
                "folder (LYCEUM_DATA).",
                exit_code=75,
            ) from None
        self._held = held

    def release(self) -> None:
        """Let it go; harmless when it is not held."""
        if self._held is not None:
            self._held.close()
            self._held = None
