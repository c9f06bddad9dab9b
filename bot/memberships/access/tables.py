"""Entitlements, their revocations, the roles given for them, exceptions by staff, and breakers."""

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
)

from bot.db.metadata import STRICT, metadata
from bot.db.sql import only_where
from bot.db.types import Utc


class EntitlementColumns(TypedColumns):
    """What a member has, from when until when, under which version of the tier's terms.

    The roles stay to `held_until`: the end and its grace. `ended_at` tells when it ended, was revoked or
    replaced (by the order `replaced_by`). `reason` is what staff wrote for a grant or an import.
    `length`, `cut`, `taken_at` and `follows` are as in `model.Entitlement`.
    """

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    tier_id: Named[int] = Column(BigInteger, ForeignKey("tier.id"))
    version: Named[int] = Column(Integer)
    order_id: Named[int | None] = Column(BigInteger, ForeignKey("order.id"), unique=True)
    source: Named[str] = Column(String)
    reason: Named[str] = Column(String)
    state: Named[str] = Column(String)
    starts_at: Named[datetime] = Column(Utc())
    ends_at: Named[datetime] = Column(Utc())
    held_until: Named[datetime] = Column(Utc())
    ended_at: Named[datetime | None] = Column(Utc())
    replaced_by: Named[int | None] = Column(BigInteger)
    length: Named[int | None] = Column(BigInteger)
    cut: Named[int] = Column(BigInteger, server_default="0")
    taken_at: Named[datetime | None] = Column(Utc())
    follows: Named[int | None] = Column(BigInteger)


class RevocationColumns(TypedColumns):
    """Staff ended an entitlement early. Only money that comes after `at` can revive it."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    entitlement_id: Named[int] = Column(BigInteger, ForeignKey("entitlement.id"))
    actor: Named[int] = Column(BigInteger)
    reason: Named[str] = Column(String)
    at: Named[datetime] = Column(Utc())


class OverrideColumns(TypedColumns):
    """A reasoned exception by staff: give a role or withhold it, until a date or until it is taken back."""

    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    role_id: Named[int] = Column(BigInteger)
    give: Named[bool] = Column(Boolean)
    until: Named[datetime | None] = Column(Utc())
    reason: Named[str] = Column(String)
    actor: Named[int] = Column(BigInteger)
    made_at: Named[datetime] = Column(Utc())
    ended_at: Named[datetime | None] = Column(Utc())


class GrantColumns(TypedColumns):
    """A role that Lyceum gave, or is about to give while `given_at` is empty. Only these are ever taken."""

    guild_id: Named[int] = Column(BigInteger)
    user_id: Named[int] = Column(BigInteger)
    role_id: Named[int] = Column(BigInteger)
    given_at: Named[datetime | None] = Column(Utc())


class BreakerColumns(TypedColumns):
    """A guild in which Discord refused to change roles: no further tries until `probe_at` (real time)."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    role_id: Named[int] = Column(BigInteger)
    opened_at: Named[datetime] = Column(Utc())
    probe_at: Named[datetime] = Column(Utc())


entitlement = Table(
    "entitlement",
    metadata,
    EntitlementColumns,
    ForeignKeyConstraint(
        ["tier_id", "version"], ["terms.tier_id", "terms.version"], name="fk_entitlement_terms"
    ),
    CheckConstraint("state IN ('live', 'suspended', 'ended', 'revoked', 'replaced')", name="state"),
    CheckConstraint("(state IN ('live', 'suspended')) = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(state = 'replaced') = (replaced_by IS NOT NULL)", name="replaced"),
    CheckConstraint("starts_at < ends_at AND ends_at <= held_until", name="length"),
    CheckConstraint("source IN ('order', 'trial', 'grant', 'import')", name="source"),
    CheckConstraint("(source = 'order') = (order_id IS NOT NULL)", name="bought"),
    Index("ix_entitlement_user", "guild_id", "user_id"),
    Index(
        "ix_entitlement_trial",
        "guild_id",
        "user_id",
        "tier_id",
        unique=True,
        **only_where(Column("source", String) == "trial"),
    ),
    **STRICT,
)

revocation = Table(
    "revocation",
    metadata,
    RevocationColumns,
    CheckConstraint("actor > 0", name="actor"),
    Index("ix_revocation_entitlement", "entitlement_id"),
    **STRICT,
)

override = Table(
    "override", metadata, OverrideColumns, Index("ix_override_user", "guild_id", "user_id"), **STRICT
)

grant = Table(
    "grant",
    metadata,
    GrantColumns,
    PrimaryKeyConstraint("guild_id", "user_id", "role_id"),
    **STRICT,
)

breaker = Table("breaker", metadata, BreakerColumns, **STRICT)
