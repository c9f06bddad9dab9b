"""The inbox: every webhook once, kept for ever without its body, which names people."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import only_where
from bot.db.types import Utc


class InboxColumns(TypedColumns):
    """The allow-listed extract of one verified event. Without a fact, `guild_id` is 0 and the fact's columns are empty.

    With `about`, the event only says that something happened to that object of the provider.
    """

    provider: Named[str] = Column(String)
    event_id: Named[str] = Column(String)
    guild_id: Named[int] = Column(BigInteger)
    kind: Named[str] = Column(String)
    sha256: Named[str] = Column(String)
    state: Named[str] = Column(String)
    about: Named[str | None] = Column(String)
    fact: Named[str | None] = Column(String)
    object_id: Named[str | None] = Column(String)
    payment_id: Named[str | None] = Column(String)
    order_id: Named[int | None] = Column(BigInteger)
    ref: Named[str | None] = Column(String)
    amount: Named[int | None] = Column(BigInteger)
    currency: Named[str | None] = Column(String)
    at: Named[datetime | None] = Column(Utc())
    received_at: Named[datetime] = Column(Utc())


inbox = Table(
    "inbox",
    metadata,
    InboxColumns,
    PrimaryKeyConstraint("provider", "event_id"),
    CheckConstraint("state IN ('new', 'settled', 'unmatched', 'ignored')", name="state"),
    CheckConstraint("(fact IS NULL AND about IS NULL) = (state = 'ignored')", name="fact"),
    CheckConstraint("fact IS NULL OR about IS NULL", name="one"),
    CheckConstraint("fact IS NULL OR amount > 0 AND length(currency) = 3 AND order_id > 0", name="whole"),
    Index("ix_inbox_new", "received_at", **only_where(Column("state", String) == "new")),
    Index(
        "ix_inbox_unmatched", "guild_id", "received_at", **only_where(Column("state", String) == "unmatched")
    ),
    **STRICT,
)
