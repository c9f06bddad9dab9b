"""The one MetaData that every `tables.py` adds to. Names of constraints are fixed so that Alembic can find them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

STRICT: dict[str, Any] = {"sqlite_strict": True}
"""Pass `**STRICT` to every Table: SQLite then refuses values of the wrong type."""

COUNT_TABLE: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""For tables of counts: a row WITHOUT ROWID takes about half the bytes."""
