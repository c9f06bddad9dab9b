"""What was ordered and paid: orders, what providers reported, the ledger, and what owners decided about money."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Named,
    PrimaryKeyConstraint,
    String,
    Table,
    TypedColumns,
    UniqueConstraint,
    column,
    func,
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import least
from bot.db.types import Utc


class OrderColumns(TypedColumns):
    """One purchase, with price and terms as they were. `state` follows from its payments (`order_state.py`).

    `amount` is due first, `renewal_amount` at every renewal of a recurring order. `credit` is the value of the unused
    days of `replaces` (an entitlement that ends when this order is paid), `discount` what another membership took off,
    `extra` the seconds that credit above the price adds. With `follows` the membership begins when that entitlement
    ends. `phase` is the phase of the provider's subscription, `customer` the provider's id of who pays it. `kept` is
    what of the credit was still there when the order was paid late. `discounted_by` is the entitlement that gave the discount,
    unless it is from before that was kept.
    """

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    version: Named[int] = Column(Integer)
    price_id: Named[int | None] = Column(BigInteger, ForeignKey("price.id"))
    state: Named[str] = Column(String)
    provider: Named[str] = Column(String)
    provider_ref: Named[str | None] = Column(String)
    kind: Named[str] = Column(String)
    days: Named[int] = Column(Integer)
    months: Named[int] = Column(Integer)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    renewal_amount: Named[int | None] = Column(BigInteger)
    credit: Named[int] = Column(BigInteger)
    discount: Named[int] = Column(BigInteger)
    discounted_by: Named[int | None] = Column(BigInteger)
    extra: Named[int] = Column(BigInteger)
    kept: Named[int | None] = Column(BigInteger)
    replaces: Named[int | None] = Column(BigInteger)
    follows: Named[int | None] = Column(BigInteger)
    phase: Named[str | None] = Column(String)
    customer: Named[str | None] = Column(String)
    created_at: Named[datetime] = Column(Utc())
    expires_at: Named[datetime] = Column(Utc())
    changed_at: Named[datetime] = Column(Utc())


class CustomerColumns(TypedColumns):
    """A provider's latest customer id for a member, reused for later orders. What an order was paid by stands with it."""

    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    provider: Named[str] = Column(String)
    ref: Named[str] = Column(String)


class PaymentColumns(TypedColumns):
    """One fact, as a provider reported it about one of its objects. `starts_at`, `ends_at`: the period it pays for."""

    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    provider: Named[str] = Column(String)
    kind: Named[str] = Column(String)
    object_id: Named[str] = Column(String)
    payment_id: Named[str | None] = Column(String)
    ref: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    starts_at: Named[datetime | None] = Column(Utc())
    ends_at: Named[datetime | None] = Column(Utc())
    renewal: Named[bool] = Column(Boolean)
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


class RefusalColumns(TypedColumns):
    """A paid order that could not be fulfilled, and why (`model.Refusal`): its money goes back by itself."""

    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"), primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    why: Named[str] = Column(String)
    at: Named[datetime] = Column(Utc())


class RefundDraftColumns(TypedColumns):
    """A refund that an owner asked for and confirms once, with a button. `part` is the amount as typed."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    actor: Named[int] = Column(BigInteger)
    reason: Named[str] = Column(String)
    part: Named[str | None] = Column(String)
    effect: Named[str] = Column(String)
    drafted_at: Named[datetime] = Column(Utc())
    confirmed_at: Named[datetime | None] = Column(Utc())


class RefundDraftPaymentColumns(TypedColumns):
    """How much of which payment a draft gives back."""

    guild_id: Named[int] = Column(BigInteger)
    draft_id: Named[int] = Column(BigInteger, ForeignKey("refund_draft.id"))
    payment_id: Named[str] = Column(String)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)


order = Table(
    "order",
    metadata,
    OrderColumns,
    UniqueConstraint("provider", "provider_ref"),
    ForeignKeyConstraint(["tier_id", "version"], ["terms.tier_id", "terms.version"], name="fk_order_terms"),
    CheckConstraint(
        (least(*(column(name, BigInteger) for name in ("amount", "credit", "discount", "extra"))) >= 0)
        & (func.length(column("currency", String)) == 3),
        name="money",
    ),
    CheckConstraint("amount > 0 OR credit > 0 OR discount > 0", name="free"),
    CheckConstraint("(kind = 'recurring') = (renewal_amount IS NOT NULL)", name="renewal"),
    CheckConstraint(
        "state IN ('created', 'pending', 'paid', 'disputed', 'refunded', 'expired', 'cancelled', 'review')",
        name="state",
    ),
    Index("ix_order_user", "guild_id", "user_id"),
    Index("ix_order_state", "state", "created_at"),
    Index("ix_order_discounted_by", "discounted_by"),
    **STRICT,
)

customer = Table(
    "customer", metadata, CustomerColumns, PrimaryKeyConstraint("guild_id", "user_id", "provider"), **STRICT
)

payment = Table(
    "payment",
    metadata,
    PaymentColumns,
    PrimaryKeyConstraint("provider", "kind", "object_id"),
    CheckConstraint("amount >= 0 AND length(currency) = 3", name="money"),
    CheckConstraint(  # an order that cost nothing can still be cancelled
        "amount > 0 OR kind IN ('expired', 'cancelled', 'rejected')", name="free"
    ),
    CheckConstraint(
        "(kind IN ('refunded', 'refund_failed', 'disputed', 'dispute_won', 'dispute_lost')) = (payment_id IS NOT NULL)",
        name="about",
    ),
    CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="period"),
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

refusal = Table("refusal", metadata, RefusalColumns, CheckConstraint("why <> ''", name="why"), **STRICT)

refund_draft = Table(
    "refund_draft",
    metadata,
    RefundDraftColumns,
    CheckConstraint("effect IN ('none', 'stays', 'shorter', 'ends')", name="effect"),
    CheckConstraint("actor > 0", name="actor"),
    **STRICT,
)

refund_draft_payment = Table(
    "refund_draft_payment",
    metadata,
    RefundDraftPaymentColumns,
    PrimaryKeyConstraint("draft_id", "payment_id"),
    CheckConstraint("amount > 0 AND length(currency) = 3", name="money"),
    **STRICT,
)


class AnswerColumns(TypedColumns):
    """A pay card that may still be edited: its interaction token, sealed. `made_at` is real time."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"))
    locale: Named[str] = Column(String)
    sealed: Named[str] = Column(String)
    made_at: Named[datetime] = Column(Utc())


class PollColumns(TypedColumns):
    """In which `state` an order's provider was asked about it, and when that is due again: real time, after `wait_ms`."""

    guild_id: Named[int] = Column(BigInteger)
    order_id: Named[int] = Column(BigInteger, ForeignKey("order.id"), primary_key=True, autoincrement=False)
    state: Named[str] = Column(String)
    due_at: Named[datetime] = Column(Utc())
    wait_ms: Named[int] = Column(BigInteger)


answer = Table("answer", metadata, AnswerColumns, Index("ix_answer_order", "order_id"), **STRICT)

poll = Table("poll", metadata, PollColumns, CheckConstraint("wait_ms >= 0", name="wait"), **STRICT)
