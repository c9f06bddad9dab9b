"""Tiers with terms and several prices, renewals, exceptions, notices, the breaker; webhooks that only say "look again"."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = depends_on = None

# What a tier gave and cost until now is version 1 of its terms and its one price.
TERMS = """INSERT INTO terms (guild_id, tier_id, version, roles, events, consultations, discount, grace_days, after,
    after_role_id, after_until, made_at, made_by)
    SELECT guild_id, id, 1, '[' || role_id || ']', 0, 0, 0, 0, 'take', NULL, NULL, created_at, 0 FROM tier"""
PRICES = """INSERT INTO price (id, guild_id, tier_id, kind, days, months, amount, currency, created_at, archived_at)
    SELECT id, guild_id, id, 'once', days, 0, amount, currency, created_at, archived_at FROM tier"""


def upgrade() -> None:
    """SQLite cannot change a table's checks: those that changed are built anew beside the old and take its place."""
    _add()
    op.execute(TERMS)
    op.execute(PRICES)
    _tier()
    _order()
    _payment()
    _entitlement()
    _inbox()


def _replace(name: str, columns: str, values: str) -> None:
    op.execute(f'INSERT INTO "new_{name}" ({columns}) SELECT {values} FROM "{name}"')  # noqa: S608 # our own words
    op.drop_table(name)
    op.rename_table(f"new_{name}", name)


def _add() -> None:
    op.create_table(
        "terms",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("events", sa.Boolean(), nullable=False),
        sa.Column("consultations", sa.Integer(), nullable=False),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("after_role_id", sa.BigInteger(), nullable=True),
        sa.Column("after_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(after = 'fallback') = (after_role_id IS NOT NULL)", name=op.f("ck_terms_fallback")
        ),
        sa.CheckConstraint("(after = 'keep') = (after_until IS NOT NULL)", name=op.f("ck_terms_keep")),
        sa.CheckConstraint("after IN ('take', 'fallback', 'keep')", name=op.f("ck_terms_after")),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND 100 AND consultations >= 0 AND grace_days >= 0",
            name=op.f("ck_terms_figures"),
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_terms_tier_id_tier")),
        sa.PrimaryKeyConstraint("tier_id", "version", name=op.f("pk_terms")),
        sqlite_strict=True,
    )
    op.create_table(
        "price",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'trial') = (amount = 0) AND amount >= 0 AND length(currency) = 3",
            name=op.f("ck_price_money"),
        ),
        sa.CheckConstraint("(kind IN ('once', 'trial')) = (days > 0)", name=op.f("ck_price_days")),
        sa.CheckConstraint("(kind IN ('prepaid', 'recurring')) = (months > 0)", name=op.f("ck_price_months")),
        sa.CheckConstraint(
            "kind IN ('once', 'prepaid', 'recurring', 'lifetime', 'trial')", name=op.f("ck_price_kind")
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_price_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_price_one",
        "price",
        ["tier_id", "kind", "days", "months", "currency"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "customer",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", "provider", name=op.f("pk_customer")),
        sqlite_strict=True,
    )
    op.create_table(
        "override",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("give", sa.Boolean(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("actor", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sqlite_strict=True,
    )
    op.create_index("ix_override_user", "override", ["guild_id", "user_id"], unique=False)
    op.create_table(
        "breaker",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", name=op.f("pk_breaker")),
        sqlite_strict=True,
    )
    op.create_table(
        "notice",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('sending', 'sent', 'closed', 'gone', 'not_allowed', 'unknown', 'late')",
            name=op.f("ck_notice_state"),
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_notice_entitlement_id_entitlement")
        ),
        sa.PrimaryKeyConstraint("entitlement_id", "what", name=op.f("pk_notice")),
        sqlite_strict=True,
    )
    op.create_table(
        "contact",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("allowed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "user_id", name=op.f("pk_contact")),
        sqlite_strict=True,
    )
    op.create_table(
        "shop_card",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("guild_id", "channel_id", "message_id", name=op.f("pk_shop_card")),
        sqlite_strict=True,
    )


def _tier() -> None:
    op.create_table(
        "new_tier",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("suspended", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name=op.f("ck_tier_seats")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tier")),
        sqlite_strict=True,
    )
    _replace(
        "tier",
        "id, guild_id, name, name_key, description, position, seats, version, suspended, created_at, archived_at",
        "id, guild_id, name, name_key, '', (SELECT count(*) FROM tier AS other WHERE other.guild_id = tier.guild_id AND other.id < tier.id), NULL, 1, NULL, created_at, archived_at",
    )
    op.create_index(
        "ix_tier_name",
        "tier",
        ["guild_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL"),
    )


def _order() -> None:
    op.create_table(
        "new_order",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("price_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("renewal_amount", sa.BigInteger(), nullable=True),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("discount", sa.BigInteger(), nullable=False),
        sa.Column("extra", sa.BigInteger(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.BigInteger(), nullable=True),
        sa.Column("phase", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'recurring') = (renewal_amount IS NOT NULL)", name=op.f("ck_order_renewal")
        ),
        sa.CheckConstraint(
            "state IN ('created', 'pending', 'paid', 'disputed', 'refunded', 'expired', 'cancelled', 'review')",
            name=op.f("ck_order_state"),
        ),
        sa.CheckConstraint("amount > 0 OR credit > 0 OR discount > 0", name=op.f("ck_order_free")),
        sa.CheckConstraint(
            "min(amount, credit, discount, extra) >= 0 AND length(currency) = 3", name=op.f("ck_order_money")
        ),
        sa.ForeignKeyConstraint(["price_id"], ["price.id"], name=op.f("fk_order_price_id_price")),
        sa.ForeignKeyConstraint(
            ["tier_id", "version"], ["terms.tier_id", "terms.version"], name="fk_order_terms"
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_order_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("provider", "provider_ref", name=op.f("uq_order_provider_provider_ref")),
        sqlite_strict=True,
    )
    _replace(
        "order",
        "id, guild_id, user_id, tier_id, version, price_id, state, provider, provider_ref, kind, days, months, amount, currency, renewal_amount, credit, discount, extra, replaces, follows, phase, created_at, expires_at, changed_at",
        "id, guild_id, user_id, tier_id, 1, NULL, state, provider, provider_ref, 'once', days, 0, amount, currency, NULL, 0, 0, 0, NULL, NULL, NULL, created_at, expires_at, changed_at",
    )
    op.create_index("ix_order_state", "order", ["state", "created_at"], unique=False)
    op.create_index("ix_order_user", "order", ["guild_id", "user_id"], unique=False)


def _payment() -> None:
    op.create_table(
        "new_payment",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("renewal", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('refunded', 'refund_failed', 'disputed', 'dispute_won', 'dispute_lost')) = (payment_id IS NOT NULL)",
            name=op.f("ck_payment_about"),
        ),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_payment_period")),
        sa.CheckConstraint("amount >= 0 AND length(currency) = 3", name=op.f("ck_payment_money")),
        sa.CheckConstraint(
            "amount > 0 OR kind IN ('expired', 'cancelled', 'rejected')", name=op.f("ck_payment_free")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id_order")),
        sa.PrimaryKeyConstraint("provider", "kind", "object_id", name=op.f("pk_payment")),
        sqlite_strict=True,
    )
    _replace(
        "payment",
        "guild_id, order_id, provider, kind, object_id, payment_id, ref, amount, currency, starts_at, ends_at, renewal, at, recorded_at",
        "guild_id, order_id, provider, kind, object_id, payment_id, ref, amount, currency, NULL, NULL, 0, at, recorded_at",
    )
    op.create_index("ix_payment_order", "payment", ["order_id"], unique=False)


def _entitlement() -> None:
    op.create_table(
        "new_entitlement",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("tier_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(source = 'order') = (order_id IS NOT NULL)", name=op.f("ck_entitlement_bought")),
        sa.CheckConstraint(
            "(state = 'replaced') = (replaced_by IS NOT NULL)", name=op.f("ck_entitlement_replaced")
        ),
        sa.CheckConstraint(
            "(state IN ('live', 'suspended')) = (ended_at IS NULL)", name=op.f("ck_entitlement_ended")
        ),
        sa.CheckConstraint(
            "source IN ('order', 'trial', 'grant', 'import')", name=op.f("ck_entitlement_source")
        ),
        sa.CheckConstraint(
            "state IN ('live', 'suspended', 'ended', 'revoked', 'replaced')",
            name=op.f("ck_entitlement_state"),
        ),
        sa.CheckConstraint(
            "starts_at < ends_at AND ends_at <= held_until", name=op.f("ck_entitlement_length")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_entitlement_order_id_order")),
        sa.ForeignKeyConstraint(
            ["tier_id", "version"], ["terms.tier_id", "terms.version"], name="fk_entitlement_terms"
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_entitlement_tier_id_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sa.UniqueConstraint("order_id", name=op.f("uq_entitlement_order_id")),
        sqlite_strict=True,
    )
    _replace(
        "entitlement",
        "id, guild_id, user_id, tier_id, version, order_id, source, reason, state, starts_at, ends_at, held_until, ended_at, replaced_by",
        "id, guild_id, user_id, tier_id, 1, order_id, source, '', state, starts_at, ends_at, ends_at, ended_at, NULL",
    )
    op.create_index(
        "ix_entitlement_trial",
        "entitlement",
        ["guild_id", "user_id", "tier_id"],
        unique=True,
        sqlite_where=sa.text("source = 'trial'"),
    )
    op.create_index("ix_entitlement_user", "entitlement", ["guild_id", "user_id"], unique=False)


def _inbox() -> None:
    op.create_table(
        "new_inbox",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=True),
        sa.Column("fact", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("ref", sa.String(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(fact IS NULL AND about IS NULL) = (state = 'ignored')", name=op.f("ck_inbox_fact")
        ),
        sa.CheckConstraint(
            "state IN ('new', 'settled', 'unmatched', 'ignored')", name=op.f("ck_inbox_state")
        ),
        sa.CheckConstraint("fact IS NULL OR about IS NULL", name=op.f("ck_inbox_one")),
        sa.CheckConstraint(
            "fact IS NULL OR amount > 0 AND length(currency) = 3 AND order_id > 0",
            name=op.f("ck_inbox_whole"),
        ),
        sa.PrimaryKeyConstraint("provider", "event_id", name=op.f("pk_inbox")),
        sqlite_strict=True,
    )
    _replace(
        "inbox",
        "provider, event_id, guild_id, kind, sha256, state, about, fact, object_id, payment_id, order_id, ref, amount, currency, at, received_at",
        "provider, event_id, guild_id, kind, sha256, state, NULL, fact, object_id, payment_id, order_id, ref, amount, currency, at, received_at",
    )
    op.create_index(
        "ix_inbox_new", "inbox", ["received_at"], unique=False, sqlite_where=sa.text("state = 'new'")
    )
    op.create_index(
        "ix_inbox_unmatched",
        "inbox",
        ["guild_id", "received_at"],
        unique=False,
        sqlite_where=sa.text("state = 'unmatched'"),
    )
