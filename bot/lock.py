"""One process at a time: a lock file beside the database, held until the process ends, however it ends."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from bot.errors import ConfigurationError


class Lock:
    """The lock of the database at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Take it. ConfigurationError (exit 75) if another process has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.with_name(self._path.name + ".lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise ConfigurationError(
                f"Another Lyceum is running with {self._path}. Stop it first, or give this one its own data "
                "folder (LYCEUM_DATA).",
                exit_code=75,
            ) from None
        self._file = file

    def release(self) -> None:
        """Release it; harmless when it is not held."""
        if self._file is not None:
            self._file.close()
            self._file = None
