"""Brings the database to this version's schema: backs it up first, refuses a newer one, leaves nothing half done."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.errors import ConfigurationError

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
"""Alembic's folder: its `env.py`, and the revisions in `versions/`."""


def head(scripts: Path = SCRIPTS) -> str:
    """The newest revision that this program knows: revisions are files named by their number."""
    return max(path.stem.split("_")[0] for path in (scripts / "versions").glob("[0-9]*.py"))


def revision_of(path: Path) -> str | None:
    """The revision of the database file, None when it has none yet."""
    if not path.exists():
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return str(row[0]) if row else None


def migrate(path: Path, now: datetime, scripts: Path = SCRIPTS) -> Path | None:
    """Migrate the file if needed; returns the backup that was made before the schema moved, if any.

    Blocking: run it before the event loop does anything else, or in a thread. Raises
    ConfigurationError (exit 78) when the file is of a newer Lyceum; it is then not touched.
    """
    current, newest = revision_of(path), head(scripts)
    if current == newest:
        return None
    if current is not None and current > newest:
        raise ConfigurationError(
            f"{path} was written by a newer Lyceum (schema {current}, this one knows {newest}). "
            "Start the newer version, or restore the backup made before the update."
        )
    backup = _back_up(path, current, now) if current is not None else None
    _upgrade(path, scripts)
    return backup


def _back_up(path: Path, revision: str, now: datetime) -> Path:
    folder = path.parent / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{path.stem}-{revision}-{now:%Y%m%dT%H%M%S%f}.db"
    connection = sqlite3.connect(path)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()
    copy = sqlite3.connect(target)
    try:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        copy.close()
    if verdict != "ok":
        raise ConfigurationError(f"The backup {target} is damaged ({verdict}); the schema was not changed.")
    return target


def _upgrade(path: Path, scripts: Path) -> None:
    # Alembic is slow to import and only needed when the schema moves.
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, event, pool

    path.parent.mkdir(parents=True, exist_ok=True)
    # Foreign keys stay off: Alembic's batch mode drops and recreates tables, and ON DELETE CASCADE
    # would delete the child rows with them.
    engine = create_engine(
        f"sqlite:///{path}", poolclass=pool.NullPool, connect_args={"isolation_level": None}
    )

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config()
    config.set_main_option("script_location", str(scripts))
    _into_wal(path)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise ConfigurationError(
                f"The new schema would break references in {path}: {broken[:3]}. Nothing was changed."
            )
    engine.dispose()


def _into_wal(path: Path) -> None:
    """The journal mode stays with the file; it cannot be changed inside a transaction."""
    connection = sqlite3.connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
