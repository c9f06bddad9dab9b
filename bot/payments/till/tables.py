"""The tables of the till's own file. It shares nothing with Lyceum's database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Named,
    String,
    Table,
    TypedColumns,
)

from bot.db.metadata import STRICT
from bot.db.types import Utc

metadata = MetaData()


class CheckoutColumns(TypedColumns):
    """A link to pay. `reference` is the shop's id for it; times are the community's."""

    id: Named[str] = Column(String, primary_key=True)
    reference: Named[str] = Column(String, unique=True)
    title: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    created_at: Named[datetime] = Column(Utc())
    expires_at: Named[datetime] = Column(Utc())


class AttemptColumns(TypedColumns):
    """A press of Pay or Decline. At most one attempt of a checkout succeeds: `paid` is then the checkout's id."""

    id: Named[str] = Column(String, primary_key=True)
    checkout_id: Named[str] = Column(String, ForeignKey("checkout.id"))
    paid: Named[str | None] = Column(String, unique=True)
    at: Named[datetime] = Column(Utc())


class RefundColumns(TypedColumns):
    """A refund. The same `key` refunds once."""

    id: Named[str] = Column(String, primary_key=True)
    payment_id: Named[str] = Column(String, ForeignKey("attempt.id"))
    key: Named[str] = Column(String, unique=True)
    amount: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(Utc())


class TillEventColumns(TypedColumns):
    """A webhook to deliver `wanted` times. `next_at` is real time."""

    id: Named[str] = Column(String, primary_key=True)
    body: Named[bytes] = Column(LargeBinary)
    wanted: Named[int] = Column(Integer)
    delivered: Named[int] = Column(Integer)
    tries: Named[int] = Column(Integer)
    next_at: Named[datetime] = Column(Utc())


checkout = Table("checkout", metadata, CheckoutColumns, CheckConstraint("amount > 0"), **STRICT)
attempt = Table(
    "attempt", metadata, AttemptColumns, CheckConstraint("paid IS NULL OR paid = checkout_id"), **STRICT
)
refund = Table("refund", metadata, RefundColumns, CheckConstraint("amount > 0"), **STRICT)
event = Table("event", metadata, TillEventColumns, **STRICT)
