"""One SQLite file: one writer, many readers, migrations at start."""

from bot.db.engine import Database, Reader, Writer

__all__ = ["Database", "Reader", "Writer"]
