"""One SQLite file: one writer, many readers, migrations at start."""

from bot.db.batch import Batch
from bot.db.engine import Database, Reader, Writer
from bot.db.savepoint import alone

__all__ = ["Batch", "Database", "Reader", "Writer", "alone"]
