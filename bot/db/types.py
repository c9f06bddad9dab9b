"""Column types that mean the same on every database and that SQLite's STRICT tables accept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Dialect, Float, String, TypeDecorator
from sqlalchemy.ext.compiler import compiles


class Utc(TypeDecorator[datetime]):
    """Aware UTC datetimes; a naive one is refused, because nobody can say what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a stored time needs its zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Json(TypeDecorator[Any]):
    """Small structured values (work payloads, inputs of a snapshot): JSON text with sorted keys."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


# STRICT knows INTEGER, REAL, TEXT, BLOB and ANY only; SQLite's INTEGER holds 64 bits.
@compiles(BigInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _integer(_type: object, _compiler: object, **_: Any) -> str:
    return "INTEGER"


@compiles(String, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(Date, "sqlite")
def _text(_type: object, _compiler: object, **_: Any) -> str:
    return "TEXT"


@compiles(Float, "sqlite")
def _real(_type: object, _compiler: object, **_: Any) -> str:
    return "REAL"
