"""Unmatched payments that an owner has closed, and what differs between the books and the providers' lists."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT, metadata
from bot.db.types import Utc


class ClosedUnmatchedColumns(TypedColumns):
    """A payment that belongs to no order and is not listed any more: an owner closed it."""

    guild_id: Named[int] = Column(BigInteger)
    key: Named[str] = Column(String)
    provider: Named[str] = Column(String)
    object_id: Named[str] = Column(String)
    actor: Named[int] = Column(BigInteger)
    reason: Named[str] = Column(String)
    closed_at: Named[datetime] = Column(Utc())


closed_unmatched = Table(
    "closed_unmatched",
    metadata,
    ClosedUnmatchedColumns,
    PrimaryKeyConstraint("guild_id", "key"),
    CheckConstraint("length(key) = 20", name="key"),
    CheckConstraint("actor > 0", name="actor"),
    **STRICT,
)


class BookDifferenceColumns(TypedColumns):
    """One thing in which the books differed when they were last compared. It goes when they agree again.

    `theirs` is the provider's amount, `ours` Lyceum's, each with its currency. `told_at`: staff were told.
    """

    guild_id: Named[int] = Column(BigInteger)
    provider: Named[str] = Column(String)
    object_id: Named[str] = Column(String)
    mismatch: Named[str] = Column(String)
    order_id: Named[int] = Column(BigInteger)
    payment_id: Named[str | None] = Column(String)
    theirs: Named[int | None] = Column(BigInteger)
    theirs_currency: Named[str | None] = Column(String)
    ours: Named[int | None] = Column(BigInteger)
    ours_currency: Named[str | None] = Column(String)
    found_at: Named[datetime] = Column(Utc())
    told_at: Named[datetime | None] = Column(Utc())


book_difference = Table(
    "book_difference",
    metadata,
    BookDifferenceColumns,
    PrimaryKeyConstraint("guild_id", "provider", "object_id", "mismatch"),
    CheckConstraint(
        "mismatch IN ('missing', 'unconfirmed', 'amount', 'no_order', 'held', 'ledger', 'state')",
        name="mismatch",
    ),
    CheckConstraint("(theirs IS NULL) = (theirs_currency IS NULL)", name="theirs"),
    CheckConstraint("(ours IS NULL) = (ours_currency IS NULL)", name="ours"),
    **STRICT,
)
