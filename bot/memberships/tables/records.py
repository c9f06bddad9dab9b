"""Cards that may be edited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT, metadata
from bot.db.types import Utc


class AnswerColumns(TypedColumns):
    """A pay card that may still be edited: its interaction token, sealed. `made_at` is real time."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    locale: Named[str] = Column(String)
    sealed: Named[str] = Column(String)
    made_at: Named[datetime] = Column(Utc())


class ShopCardColumns(TypedColumns):
    """A shop card that an owner posted: it shows the shelf as it is."""

    guild_id: Named[int] = Column(BigInteger)
    channel_id: Named[int] = Column(BigInteger)
    message_id: Named[int] = Column(BigInteger)
    posted_at: Named[datetime] = Column(Utc())


answer = Table("answer", metadata, AnswerColumns, Index("ix_answer_order", "order_id"), **STRICT)

shop_card = Table(
    "shop_card",
    metadata,
    ShopCardColumns,
    PrimaryKeyConstraint("guild_id", "channel_id", "message_id"),
    **STRICT,
)
