"""The queries of what differs between the books and what providers list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.memberships.backoffice.comparison import Difference, Mismatch
from bot.memberships.backoffice.tables import book_difference
from bot.money import Money


async def replace(
    tx: Writer, guild_id: int, compared: Collection[int], found: Sequence[Difference], now: datetime
) -> None:
    """Store what was found of the `compared` orders; what was known of them and was not found again goes."""
    found_keys = {(one.provider, one.object_id, one.mismatch.value) for one in found}
    known = select(book_difference).where(
        book_difference.c.guild_id == guild_id, book_difference.c.order_id.in_(compared)
    )
    for row in (await tx.execute(known)).all():
        if (row.provider, row.object_id, row.mismatch) not in found_keys:
            await tx.execute(
                delete(book_difference).where(
                    book_difference.c.guild_id == guild_id,
                    book_difference.c.provider == row.provider,
                    book_difference.c.object_id == row.object_id,
                    book_difference.c.mismatch == row.mismatch,
                )
            )
    for one in found:
        new = insert(book_difference).values(guild_id=guild_id, found_at=now, told_at=None, **_values(one))
        keys = ["guild_id", "provider", "object_id", "mismatch"]
        amounts = ("theirs", "theirs_currency", "ours", "ours_currency")
        await tx.execute(
            new.on_conflict_do_update(
                index_elements=keys, set_={name: new.excluded[name] for name in amounts}
            )
        )


async def untold(db: Reader, guild_id: int) -> list[Difference]:
    """What differs and staff were not told of, in the order in which it was found."""
    query = select(book_difference).where(
        book_difference.c.guild_id == guild_id, book_difference.c.told_at.is_(None)
    )
    return [_difference(row) for row in await db.execute(query.order_by(*_ORDER))]


async def told(tx: Writer, guild_id: int, now: datetime) -> None:
    """Staff are told of everything that differs."""
    own = (book_difference.c.guild_id == guild_id) & book_difference.c.told_at.is_(None)
    await tx.execute(update(book_difference).where(own).values(told_at=now))


async def differing(db: Reader, guild_id: int) -> list[Difference]:
    """Everything that differs, the earliest found first."""
    query = select(book_difference).where(book_difference.c.guild_id == guild_id)
    return [_difference(row) for row in await db.execute(query.order_by(*_ORDER))]


_ORDER = (
    book_difference.c.found_at,
    book_difference.c.provider,
    book_difference.c.object_id,
    book_difference.c.mismatch,
)


def _values(one: Difference) -> dict[str, Any]:
    return {
        "provider": one.provider,
        "object_id": one.object_id,
        "mismatch": one.mismatch.value,
        "order_id": one.order_id,
        "payment_id": one.payment_id,
        "theirs": one.theirs and one.theirs.amount,
        "theirs_currency": one.theirs and one.theirs.currency,
        "ours": one.ours and one.ours.amount,
        "ours_currency": one.ours and one.ours.currency,
    }


def _difference(row: Row[Any]) -> Difference:
    return Difference(
        mismatch=Mismatch(row.mismatch),
        provider=row.provider,
        object_id=row.object_id,
        order_id=row.order_id,
        payment_id=row.payment_id,
        theirs=None if row.theirs is None else Money(row.theirs, row.theirs_currency),
        ours=None if row.ours is None else Money(row.ours, row.ours_currency),
    )
