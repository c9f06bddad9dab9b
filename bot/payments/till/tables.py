"""The till's own file. It is not Lyceum's database and shares nothing with it."""

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
    """One link to pay. `reference` is the shop's own name for it; times are the community's."""

    id: Named[str] = Column(String, primary_key=True)
    reference: Named[str] = Column(String, unique=True)
    title: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    created_at: Named[datetime] = Column(Utc())
    expires_at: Named[datetime] = Column(Utc())


class AttemptColumns(TypedColumns):
    """Pressing Pay or Decline. At most one attempt of a checkout succeeds: `paid` then holds its id."""

    id: Named[str] = Column(String, primary_key=True)
    checkout_id: Named[str] = Column(String, ForeignKey("checkout.id"))
    paid: Named[str | None] = Column(String, unique=True)
    at: Named[datetime] = Column(Utc())


class RefundColumns(TypedColumns):
    """Money given back. The same `key` gives it back once."""

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
