"""What is written once compiles for both databases, and does on SQLite what its name says."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ClauseElement,
    Column,
    Dialect,
    Index,
    MetaData,
    String,
    Table,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, CreateTable

from bot.all_tables import metadata
from bot.db import Database
from bot.db.metadata import STRICT
from bot.db.sql import BulkInsert, greatest, insert, least, matches, only_where, total, upsert
from bot.db.types import Utc

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SQLITE, POSTGRESQL = (
    make_url(f"{name}://").get_dialect()() for name in ("sqlite+aiosqlite", "postgresql+asyncpg")
)

SQLITE_ONLY = re.compile(r"\b(min|max|iif|ifnull|typeof|glob|strftime|julianday)\b", re.IGNORECASE)
"""What a CHECK written as text would bring along: other meanings on PostgreSQL, or none."""

tally: Table[Any] = Table(
    "tally",
    MetaData(),
    Column("who", BigInteger, primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("at", Utc(), nullable=False),
    **STRICT,
)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    one = Database(tmp_path / "test.db")
    async with one.write() as tx:
        await tx.run_sync(tally.create)
    yield one
    await one.close()


def on(dialect: Dialect, statement: ClauseElement) -> str:
    """The statement as that database reads it, on one line."""
    return " ".join(str(statement.compile(dialect=dialect)).split())


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_table_can_be_made_on_both(table: Table[Any]) -> None:
    indexes = [CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name))]
    statements: list[ClauseElement] = [CreateTable(table), *indexes]
    for made in statements:
        on_sqlite, on_postgresql = on(SQLITE, made), on(POSTGRESQL, made)

        assert not SQLITE_ONLY.search(on_postgresql)
        if isinstance(
            made, CreateIndex
        ):  # one that is partial on one database only would refuse good rows there
            assert (" WHERE " in on_sqlite) is (" WHERE " in on_postgresql)


def test_an_upsert_compiles_for_both() -> None:
    row = insert(tally).values(who=1, n=2, at=NOON)
    statement = row.on_conflict_do_update(
        index_elements=["who"], set_={"n": greatest(tally.c.n, row.excluded.n)}, where=tally.c.n != 7
    ).returning(tally.c.n)

    assert on(SQLITE, statement) == (
        "INSERT INTO tally (who, n, at) VALUES (?, ?, ?) ON CONFLICT (who) "
        "DO UPDATE SET n = max(tally.n, excluded.n) WHERE tally.n != ? RETURNING n"
    )
    assert on(POSTGRESQL, statement) == (
        "INSERT INTO tally (who, n, at) VALUES ($1::BIGINT, $2::BIGINT, $3::TIMESTAMP WITH TIME ZONE) "
        "ON CONFLICT (who) DO UPDATE SET n = greatest(tally.n, excluded.n) WHERE tally.n != $4::BIGINT "
        "RETURNING tally.n"
    )
    for dialect in (SQLITE, POSTGRESQL):
        assert on(dialect, insert(tally).on_conflict_do_nothing()).endswith(" ON CONFLICT DO NOTHING")


def test_functions_have_each_databases_names() -> None:
    query = select(least(tally.c.n, 3), total(tally.c.n, where=tally.c.who == 1))

    assert on(SQLITE, query).startswith(
        "SELECT min(tally.n, ?) AS least_1, "
        "CAST(coalesce(sum(tally.n) FILTER (WHERE tally.who = ?), ?) AS INTEGER)"
    )
    assert on(POSTGRESQL, query).startswith(
        "SELECT least(tally.n, $1::BIGINT) AS least_1, "
        "CAST(coalesce(sum(tally.n) FILTER (WHERE tally.who = $2::BIGINT), $3::INTEGER) AS BIGINT)"
    )


def test_rows_are_bound_by_place_on_both() -> None:
    statement = upsert(tally, add=["n"], replace=["at"])

    assert on(SQLITE, statement).startswith("INSERT INTO tally (who, n, at) VALUES (?, ?, ?) ON CONFLICT")
    assert "VALUES ($1::BIGINT, $2::BIGINT, $3::TIMESTAMP WITH TIME ZONE)" in on(POSTGRESQL, statement)


async def test_an_upsert_adds_and_replaces(db: Database) -> None:
    later = NOON + timedelta(hours=1)
    async with db.write() as tx:
        await tx.execute(insert(tally).values(who=1, n=2, at=NOON))

        await tx.execute(
            upsert(tally, add=["n"], replace=["at"]), [{"who": w, "n": 5, "at": later} for w in (1, 2)]
        )

        assert (await tx.execute(select(tally).order_by(tally.c.who))).all() == [(1, 7, later), (2, 5, later)]


async def test_only_new_rows_are_returned(db: Database) -> None:
    statement = insert(tally).on_conflict_do_nothing().returning(tally.c.who)
    async with db.write() as tx:
        await tx.execute(insert(tally).values(who=1, n=2, at=NOON))

        new = await tx.execute(statement, [{"who": w, "n": 0, "at": NOON} for w in (1, 2, 3)])

        assert sorted(new.scalars()) == [2, 3]


async def test_rows_in_bulk_are_added(db: Database) -> None:
    add = BulkInsert(upsert(tally, add=["n"]))
    async with db.write() as tx:
        await add.run(tx, [])
        await add.run(tx, [(1, 2, "2026-11-30 12:00:00.000000"), (2, 1, "2026-11-30 12:00:00.000000")])
        await add.run(tx, [(1, 40, "2026-11-30 13:00:00.000000")])

        assert (await tx.execute(select(tally).order_by(tally.c.who))).all() == [(1, 42, NOON), (2, 1, NOON)]


async def test_the_greatest_and_the_least_keep_their_type(db: Database) -> None:
    earlier = NOON - timedelta(days=1)
    async with db.write() as tx:
        await tx.execute(insert(tally).values(who=1, n=2, at=NOON))

        (row,) = await tx.execute(
            select(greatest(tally.c.at, earlier), least(tally.c.at, earlier), greatest(tally.c.n - 9, 0, -1))
        )
        await tx.execute(update(tally).values(n=least(tally.c.n, 1)))

        assert tuple(row) == (NOON, earlier, 0)
        assert (await tx.execute(select(tally.c.n))).scalar_one() == 1


def test_the_greatest_of_one_is_refused() -> None:
    """SQLite's max of one value is another function: the greatest of all rows."""
    with pytest.raises(ValueError, match="at least two"):
        greatest(tally.c.n)


async def test_nothing_adds_up_to_zero(db: Database) -> None:
    async with db.write() as tx:
        assert (await tx.execute(select(total(tally.c.n)))).scalar_one() == 0
        await tx.execute(insert(tally), [{"who": w, "n": w, "at": NOON} for w in (1, 2, 3)])

        assert (await tx.execute(select(total(tally.c.n)))).scalar_one() == 6
        assert (await tx.execute(select(total(tally.c.n, where=tally.c.who > 1)))).scalar_one() == 5
        assert (await tx.execute(select(total(tally.c.n, where=tally.c.who > 9)))).scalar_one() == 0


async def test_a_check_of_characters_and_a_partial_index_hold(db: Database) -> None:
    coded = Table(
        "coded",
        MetaData(),
        Column("code", String, nullable=False),
        Column("gone", BigInteger, nullable=False),
        CheckConstraint(matches("code", "W[0-5][0-9]")),
        Index("one_code", "code", unique=True, **only_where(Column("gone", BigInteger) == 0)),
        **STRICT,
    )
    async with db.write() as tx:
        await tx.run_sync(coded.create)
        await tx.execute(insert(coded), [{"code": "W07", "gone": gone} for gone in (0, 1, 1)])
    for refused in ({"code": "W60", "gone": 0}, {"code": "W077", "gone": 0}, {"code": "W07", "gone": 0}):
        with pytest.raises(IntegrityError):
            async with db.write() as tx:
                await tx.execute(insert(coded), refused)


@pytest.mark.parametrize("pattern", ["W*", "W?", "a.c", "it's"])
def test_a_pattern_that_the_databases_read_differently_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="differently"):
        matches("code", pattern)
