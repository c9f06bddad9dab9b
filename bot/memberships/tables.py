"""Tiers, orders, what is known to have been paid, the ledger, entitlements, roles given, and who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
    UniqueConstraint,
)

from bot.db.metadata import STRICT, metadata
from bot.db.types import Json, Utc


class TierColumns(TypedColumns):
    """What is for sale. `name_key` is the name as it is compared: casefolded."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    name: Named[str] = Column(String)
    name_key: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    days: Named[int] = Column(Integer)
    role_id: Named[int] = Column(BigInteger)
    created_at: Named[datetime] = Column(Utc())
    archived_at: Named[datetime | None] = Column(Utc())


class OrderColumns(TypedColumns):
    """One purchase, with the price as it was. `state` is what the facts say (`state.py`)."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    state: Named[str] = Column(String)
    provider: Named[str] = Column(String)
    provider_ref: Named[str | None] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    days: Named[int] = Column(Integer)
    created_at: Named[datetime] = Column(Utc())
    expires_at: Named[datetime] = Column(Utc())
    changed_at: Named[datetime] = Column(Utc())


class PaymentColumns(TypedColumns):
    """One fact, as a provider reported it about one of its objects."""

    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    provider: Named[str] = Column(String)
    kind: Named[str] = Column(String)
    object_id: Named[str] = Column(String)
    payment_id: Named[str | None] = Column(String)
    ref: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    at: Named[datetime] = Column(Utc())
    recorded_at: Named[datetime] = Column(Utc())


class LedgerColumns(TypedColumns):
    """One side of a booking. Rows are only ever added; those of one `ref` sum to 0 per currency."""

    guild_id: Named[int] = Column(BigInteger)
    provider: Named[str] = Column(String)
    ref: Named[str] = Column(String)
    account: Named[str] = Column(String)
    delta: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    at: Named[datetime] = Column(Utc())


class EntitlementColumns(TypedColumns):
    """What a member has, from when until when. `ended_at` tells when it ended or was revoked."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    order_id: Named[int | None] = Column(BigInteger, ForeignKey("order.id"), unique=True)
    source: Named[str] = Column(String)
    state: Named[str] = Column(String)
    starts_at: Named[datetime] = Column(Utc())
    ends_at: Named[datetime] = Column(Utc())
    ended_at: Named[datetime | None] = Column(Utc())


class GrantColumns(TypedColumns):
    """A role that Lyceum gave, or is about to give while `given_at` is empty. Only these are ever taken."""

    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    role_id: Named[int] = Column(BigInteger)
    given_at: Named[datetime | None] = Column(Utc())


class AnswerColumns(TypedColumns):
    """A pay card that may still be edited: its interaction token, sealed. `made_at` is real time."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    locale: Named[str] = Column(String)
    sealed: Named[str] = Column(String)
    made_at: Named[datetime] = Column(Utc())


class AuditColumns(TypedColumns):
    """A change of state, written in the transaction that made it. `actor` is a member's id, or 0 for Lyceum."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    at: Named[datetime] = Column(Utc())
    actor: Named[int] = Column(BigInteger)
    what: Named[str] = Column(String)
    subject: Named[int] = Column(BigInteger)
    detail: Named[Any] = Column(Json(), nullable=False)


tier = Table(
    "tier",
    metadata,
    TierColumns,
    CheckConstraint("amount > 0 AND length(currency) = 3", name="money"),
    CheckConstraint("days BETWEEN 1 AND 3660", name="days"),
    Index(
        "ix_tier_name",
        "guild_id",
        "name_key",
        unique=True,
        sqlite_where=Column("archived_at", Utc()).is_(None),
    ),
    **STRICT,
)

order = Table(
    "order",
    metadata,
    OrderColumns,
    UniqueConstraint("provider", "provider_ref"),
    CheckConstraint("amount > 0 AND length(currency) = 3", name="money"),
    CheckConstraint(
        "state IN ('created', 'pending', 'paid', 'refunded', 'expired', 'cancelled', 'review')", name="state"
    ),
    Index("ix_order_user", "guild_id", "user_id"),
    Index("ix_order_state", "state", "created_at"),
    **STRICT,
)

payment = Table(
    "payment",
    metadata,
    PaymentColumns,
    PrimaryKeyConstraint("provider", "kind", "object_id"),
    CheckConstraint("amount > 0 AND length(currency) = 3", name="money"),
    CheckConstraint("(kind = 'refunded') = (payment_id IS NOT NULL)", name="refund"),
    Index("ix_payment_order", "order_id"),
    **STRICT,
)

ledger = Table(
    "ledger",
    metadata,
    LedgerColumns,
    PrimaryKeyConstraint("provider", "ref", "account"),
    CheckConstraint("delta <> 0 AND length(currency) = 3", name="delta"),
    Index("ix_ledger_order", "order_id"),
    **STRICT,
)

entitlement = Table(
    "entitlement",
    metadata,
    EntitlementColumns,
    CheckConstraint("state IN ('live', 'ended', 'revoked')", name="state"),
    CheckConstraint("(state = 'live') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("starts_at < ends_at", name="length"),
    CheckConstraint("(source = 'order') = (order_id IS NOT NULL)", name="source"),
    Index("ix_entitlement_user", "guild_id", "user_id"),
    **STRICT,
)

grant = Table(
    "grant",
    metadata,
    GrantColumns,
    PrimaryKeyConstraint("guild_id", "user_id", "role_id"),
    **STRICT,
)

answer = Table("answer", metadata, AnswerColumns, Index("ix_answer_order", "order_id"), **STRICT)

audit = Table("audit", metadata, AuditColumns, Index("ix_audit_subject", "guild_id", "subject"), **STRICT)
