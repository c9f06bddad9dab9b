"""Departures from the server, what became of the subscriptions, and removals at the end of a membership."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
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
from bot.db.sql import only_where
from bot.db.types import Utc


class DepartureColumns(TypedColumns):
    """A payer or holder of a subscription left the server. One at most is open for each of them: nobody leaves twice."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    cause: Named[str] = Column(String)
    heard_at: Named[datetime] = Column(Utc())
    settled_at: Named[datetime | None] = Column(Utc())
    returned_at: Named[datetime | None] = Column(Utc())


class DepartedSubscriptionColumns(TypedColumns):
    """What becomes of a subscription after a departure, and the card in the staff channel (`notice`) that tells of it."""

    guild_id: Named[int] = Column(BigInteger)
    departure_id: Named[int] = Column(BigInteger, ForeignKey("departure.id"))
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    cause: Named[str] = Column(String)
    action: Named[str] = Column(String)
    notice: Named[int] = Column(BigInteger)
    decided_by: Named[int | None] = Column(BigInteger)
    ended_at: Named[datetime | None] = Column(Utc())


class RemovalColumns(TypedColumns):
    """A member is removed because a membership is over: written before Discord is asked, so that it is known as ours."""

    guild_id: Named[int] = Column(BigInteger)
    entitlement_id: Named[int] = Column(BigInteger, ForeignKey("entitlement.id"))
    user_id: Named[int] = Column(BigInteger)
    begun_at: Named[datetime] = Column(Utc())
    removed_at: Named[datetime | None] = Column(Utc())


departure = Table(
    "departure",
    metadata,
    DepartureColumns,
    CheckConstraint("cause IN ('leave', 'kick', 'ban')", name="cause"),
    Index(
        "ix_departure_open",
        "guild_id",
        "user_id",
        unique=True,
        **only_where(Column("returned_at", Utc()).is_(None)),
    ),
    **STRICT,
)

departed_subscription = Table(
    "departed_subscription",
    metadata,
    DepartedSubscriptionColumns,
    PrimaryKeyConstraint("departure_id", "order_id"),
    CheckConstraint("cause IN ('leave', 'kick', 'ban')", name="cause"),
    CheckConstraint("action IN ('end', 'keep', 'ask')", name="action"),
    CheckConstraint("ended_at IS NULL OR action = 'end'", name="ended"),
    CheckConstraint("decided_by IS NULL OR action <> 'ask'", name="decided"),
    Index("ix_departed_subscription_order", "order_id"),
    Index("ix_departed_subscription_notice", "notice"),
    **STRICT,
)

removal = Table(
    "removal", metadata, RemovalColumns, PrimaryKeyConstraint("entitlement_id", "begun_at"), **STRICT
)
