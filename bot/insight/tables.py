"""One table: the week as it was when it was stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Integer,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import matches
from bot.db.types import Json, Utc


class WeekColumns(TypedColumns):
    """`week` is ISO ("2026-W47"); `starts_at` and `ends_at` are its window in the `zone` of that time."""

    guild_id: Named[int] = Column(BigInteger)
    week: Named[str] = Column(String)
    zone: Named[str] = Column(String)
    starts_at: Named[datetime] = Column(Utc())
    month_starts_at: Named[datetime] = Column(Utc())
    ends_at: Named[datetime] = Column(Utc())
    members: Named[int] = Column(Integer)
    paying: Named[int] = Column(Integer)
    inputs: Named[Any] = Column(Json(), nullable=False)
    coverage: Named[Any] = Column(Json(), nullable=False)
    formula: Named[int] = Column(Integer)
    created_at: Named[datetime] = Column(Utc())


weeks = Table(
    "insight_weeks",
    metadata,
    WeekColumns,
    PrimaryKeyConstraint("guild_id", "week"),
    CheckConstraint(matches("week", "[0-9][0-9][0-9][0-9]-W[0-5][0-9]"), name="week"),
    CheckConstraint("month_starts_at < starts_at AND starts_at < ends_at", name="window"),
    CheckConstraint("members >= 0 AND paying >= 0", name="people"),
    **STRICT,
)
