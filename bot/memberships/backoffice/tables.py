"""Unmatched payments that an owner has closed."""

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
