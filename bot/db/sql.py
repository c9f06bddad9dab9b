"""The one place that knows SQL dialects: elsewhere a query is written once, for SQLite and for PostgreSQL.

`insert` is PostgreSQL's, because it compiles for both: SQLite took ON CONFLICT over from there, and SQLAlchemy's two
compilers read the same clause. That is not documented; tests/db/test_sql.py compiles it for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ClauseElement, ColumnElement, Table, cast, func, literal
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from bot.db.engine import Writer

__all__ = ["BulkInsert", "Insert", "greatest", "insert", "least", "matches", "only_where", "total", "upsert"]

Value = TypeVar("Value")


def upsert(table: Table[Any], *, add: Sequence[str] = (), replace: Sequence[str] = ()) -> Insert:
    """An insert that adds to the `add` columns of a row under the same primary key, and replaces its `replace` columns.

    Building such a statement takes longer than running it: for many rows, build it once.
    """
    statement = insert(table)
    values = {name: table.c[name] + statement.excluded[name] for name in add}
    values |= {name: statement.excluded[name] for name in replace}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=values)


class BulkInsert:
    """An insert of whole rows: tuples in the order of the table's columns, times as the database stores them.

    For so many rows that binding each value by name would take SQLAlchemy longer than the database needs to write.
    """

    def __init__(self, statement: Insert) -> None:
        self._statement = statement
        self._rendered: dict[str, str] = {}

    async def run(self, tx: Writer, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write these rows."""
        if not rows:
            return
        dialect = tx.dialect
        if dialect.name not in self._rendered:
            self._rendered[dialect.name] = str(self._statement.compile(dialect=dialect))
        await tx.exec_driver_sql(self._rendered[dialect.name], list(rows))


def greatest(first: ColumnElement[Value], *others: Any) -> ColumnElement[Value]:
    """The greatest of several values of one type, columns or plain ones. None may be NULL: SQLite then answers NULL, PostgreSQL skips it."""
    return _Greatest(first, others)


def least(first: ColumnElement[Value], *others: Any) -> ColumnElement[Value]:
    """The least of several values of one type. None may be NULL, as in `greatest`."""
    return _Least(first, others)


class _Extreme(FunctionElement[Any]):
    """A function of at least two values, of the type of the first."""

    inherit_cache = True
    on_sqlite: str

    def __init__(self, first: ColumnElement[Any], others: Sequence[Any]) -> None:
        if not others:  # of one value, SQLite's max is an aggregate
            raise ValueError(f"{self.name} compares at least two values")
        values = [v if isinstance(v, ClauseElement) else literal(v, first.type) for v in others]
        super().__init__(first, *values)
        self.type = first.type


class _Greatest(_Extreme):
    inherit_cache = True
    name = "greatest"
    on_sqlite = "max"


class _Least(_Extreme):
    inherit_cache = True
    name = "least"
    on_sqlite = "min"


@compiles(_Greatest)
@compiles(_Least)
def _extreme(element: _Extreme, compiler: SQLCompiler, **options: Any) -> str:
    return f"{element.name}{compiler.process(element.clause_expr, **options)}"


@compiles(_Greatest, "sqlite")
@compiles(_Least, "sqlite")
def _extreme_on_sqlite(element: _Extreme, compiler: SQLCompiler, **options: Any) -> str:
    return f"{element.on_sqlite}{compiler.process(element.clause_expr, **options)}"


def total(values: ColumnElement[int], *, where: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """The sum of integers (in the rows where a condition holds), 0 without any. PostgreSQL alone would give a Decimal."""
    added: Any = func.sum(values)
    if where is not None:
        added = added.filter(where)
    return cast(func.coalesce(added, 0), BigInteger)


class matches(ColumnElement[bool]):  # noqa: N801 # reads as a function, as SQLAlchemy's own do
    """For a CHECK: whether a text is made of exactly these characters and [ranges], which GLOB and regexes share."""

    inherit_cache = False  # used in table definitions only

    def __init__(self, column: str, pattern: str) -> None:
        if set(pattern) & set("*?^$.+(){}|\\'"):
            raise ValueError(f"GLOB and regular expressions read {pattern!r} differently")
        self.column, self.pattern = column, pattern


@compiles(matches, "sqlite")
def _matches_on_sqlite(element: matches, compiler: SQLCompiler, **_: Any) -> str:
    return f"{compiler.preparer.quote(element.column)} GLOB '{element.pattern}'"


@compiles(matches, "postgresql")
def _matches_on_postgresql(element: matches, compiler: SQLCompiler, **_: Any) -> str:
    return f"{compiler.preparer.quote(element.column)} ~ '^{element.pattern}$'"


def only_where(condition: ColumnElement[bool]) -> dict[str, Any]:
    """Pass `**only_where(...)` to an Index: it holds, or is unique among, only the rows where the condition is true."""
    return {"sqlite_where": condition, "postgresql_where": condition}
