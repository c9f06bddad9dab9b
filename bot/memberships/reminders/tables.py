"""Which members allowed direct messages about their membership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Named,
    PrimaryKeyConstraint,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT, metadata
from bot.db.types import Utc


class ContactColumns(TypedColumns):
    """Members who allowed direct messages about their membership."""

    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    allowed_at: Named[datetime] = Column(Utc())


contact = Table("contact", metadata, ContactColumns, PrimaryKeyConstraint("guild_id", "user_id"), **STRICT)
