"""The tables of the catalog: tiers, the versions of their terms, prices, and shop cards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import only_where
from bot.db.types import Json, Utc


class TierColumns(TypedColumns):
    """A tier. `name_key` is the name's key for comparison; `version` names its present terms.

    `seats` limits how many may hold it (None: no limit); `suspended` is the finding that keeps it off sale.
    With `item_kind` and `item_id` the row is no membership but one thing that is sold singly; it is never archived.
    """

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    name: Named[str] = Column(String)
    name_key: Named[str] = Column(String)
    description: Named[str] = Column(String)
    position: Named[int] = Column(Integer)
    seats: Named[int | None] = Column(Integer)
    version: Named[int] = Column(Integer)
    suspended: Named[str | None] = Column(String)
    created_at: Named[datetime] = Column(Utc())
    archived_at: Named[datetime | None] = Column(Utc())
    item_kind: Named[str | None] = Column(String)
    item_id: Named[int | None] = Column(BigInteger)


class TermsColumns(TypedColumns):
    """One version of what a tier gives; a row never changes. An edited tier gets the next version.

    `roles` is a list of role ids, `consultations` a quota per month, `discount` percent off other tiers.
    `after` tells what happens at the end: take the roles, give `after_role_id` instead, keep them
    until `after_until`, or take them and remove the member from the server.
    """

    guild_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    version: Named[int] = Column(Integer)
    roles: Named[Any] = Column(Json(), nullable=False)
    events: Named[bool] = Column(Boolean)
    consultations: Named[int] = Column(Integer)
    discount: Named[int] = Column(Integer)
    grace_days: Named[int] = Column(Integer)
    after: Named[str] = Column(String)
    after_role_id: Named[int | None] = Column(BigInteger)
    after_until: Named[datetime | None] = Column(Utc())
    made_at: Named[datetime] = Column(Utc())
    made_by: Named[int] = Column(BigInteger)


class PriceColumns(TypedColumns):
    """One way to buy a tier. `days` belongs to once and trial, `months` to prepaid and recurring."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    kind: Named[str] = Column(String)
    days: Named[int] = Column(Integer)
    months: Named[int] = Column(Integer)
    amount: Named[int] = Column(BigInteger)
    currency: Named[str] = Column(String)
    created_at: Named[datetime] = Column(Utc())
    archived_at: Named[datetime | None] = Column(Utc())


tier = Table(
    "tier",
    metadata,
    TierColumns,
    CheckConstraint("seats IS NULL OR seats > 0", name="seats"),
    CheckConstraint("(item_kind IS NULL) = (item_id IS NULL)", name="item"),
    Index(
        "ix_tier_name",
        "guild_id",
        "name_key",
        unique=True,
        **only_where(Column("archived_at", Utc()).is_(None) & Column("item_kind", String).is_(None)),
    ),
    Index("ix_tier_item", "guild_id", "item_kind", "item_id", unique=True),
    **STRICT,
)

terms = Table(
    "terms",
    metadata,
    TermsColumns,
    PrimaryKeyConstraint("tier_id", "version"),
    CheckConstraint("discount BETWEEN 0 AND 100 AND consultations >= 0 AND grace_days >= 0", name="figures"),
    CheckConstraint("after IN ('take', 'fallback', 'keep', 'kick')", name="after"),
    CheckConstraint("(after = 'fallback') = (after_role_id IS NOT NULL)", name="fallback"),
    CheckConstraint("(after = 'keep') = (after_until IS NOT NULL)", name="keep"),
    **STRICT,
)

price = Table(
    "price",
    metadata,
    PriceColumns,
    CheckConstraint("kind IN ('once', 'prepaid', 'recurring', 'lifetime', 'trial')", name="kind"),
    CheckConstraint("(kind IN ('once', 'trial')) = (days > 0)", name="days"),
    CheckConstraint("(kind IN ('prepaid', 'recurring')) = (months > 0)", name="months"),
    CheckConstraint("(kind = 'trial') = (amount = 0) AND amount >= 0 AND length(currency) = 3", name="money"),
    Index(
        "ix_price_one",
        "tier_id",
        "kind",
        "days",
        "months",
        "currency",
        unique=True,
        **only_where(Column("archived_at", Utc()).is_(None)),
    ),
    **STRICT,
)


class ShopCardColumns(TypedColumns):
    """A shop card that an owner posted: it shows the present catalog."""

    guild_id: Named[int] = Column(BigInteger)
    channel_id: Named[int] = Column(BigInteger)
    message_id: Named[int] = Column(BigInteger)
    posted_at: Named[datetime] = Column(Utc())


shop_card = Table(
    "shop_card",
    metadata,
    ShopCardColumns,
    PrimaryKeyConstraint("guild_id", "channel_id", "message_id"),
    **STRICT,
)
