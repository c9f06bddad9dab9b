"""An empty database of this version's schema: migrated once in a process, copied for every test that begins with one."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from bot.clock import real_now
from bot.db.migrate import migrate


@functools.cache
def blank() -> bytes:
    """The file's content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        migrate(path, real_now())
        return path.read_bytes()


def prepare(path: Path) -> None:
    """Put the empty database there, unless a database is there already."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blank())
