"""The work table: work to be done, and the keys of work that is done and must not be done twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Named,
    String,
    Table,
    TypedColumns,
    UniqueConstraint,
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import only_where
from bot.db.types import Json, Utc


class WorkColumns(TypedColumns):
    """`due` is the community's time; `not_before` and `leased_until` are real time.

    `error` is for people who read the database; `problem` is shown to the owner: a source text with its values.
    """

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    kind: Named[str] = Column(String)
    key: Named[str] = Column(String)
    state: Named[str] = Column(String)
    due: Named[datetime] = Column(Utc())
    not_before: Named[datetime] = Column(Utc())
    leased_until: Named[datetime] = Column(Utc())
    tries: Named[int] = Column(Integer)
    generation: Named[int] = Column(Integer)
    payload: Named[Any] = Column(Json(), nullable=False)
    error: Named[str | None] = Column(String)
    problem: Named[Any] = Column(Json(), nullable=True)
    changed_at: Named[datetime] = Column(Utc())


work = Table(
    "work",
    metadata,
    WorkColumns,
    UniqueConstraint("guild_id", "kind", "key"),
    CheckConstraint("state IN ('open', 'stuck', 'done')", name="state"),
    Index("ix_work_open", "due", **only_where(Column("state", String) != "done")),
    **STRICT,
)
