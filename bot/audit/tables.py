"""The audit log: who changed what, in every domain."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Named, String, Table, TypedColumns

from bot.db.metadata import STRICT, metadata
from bot.db.types import Json, Utc


class AuditColumns(TypedColumns):
    """A change of state, written in the transaction that made it. `actor` is a member's id, or 0 for Lyceum."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(Utc())
    actor: Named[int] = Column(BigInteger)
    what: Named[str] = Column(String)
    subject: Named[int] = Column(BigInteger)
    detail: Named[Any] = Column(Json(), nullable=False)


# SQLite appends the id to both indexes, so the latest entries come without sorting the guild's log.
audit = Table(
    "audit",
    metadata,
    AuditColumns,
    Index("ix_audit_subject", "guild_id", "subject"),
    Index("ix_audit_guild", "guild_id"),
    **STRICT,
)
