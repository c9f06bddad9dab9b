"""Departures from the server, and memberships whose end removes the member."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = depends_on = None

TERMS = "guild_id, tier_id, version, roles, events, consultations, discount, grace_days, after, after_role_id, after_until, made_at, made_by"


def upgrade() -> None:
    """SQLite cannot change a table's checks: `terms` is built anew beside the old one and takes its place."""
    _terms()
    _departure()
    _departed_subscription()
    _removal()


def _terms() -> None:
    op.create_table(
        "new_terms",
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
        sa.CheckConstraint("after IN ('take', 'fallback', 'keep', 'kick')", name=op.f("ck_terms_after")),
        sa.CheckConstraint(
            "discount BETWEEN 0 AND 100 AND consultations >= 0 AND grace_days >= 0",
            name=op.f("ck_terms_figures"),
        ),
        sa.ForeignKeyConstraint(["tier_id"], ["tier.id"], name=op.f("fk_terms_tier_id_tier")),
        sa.PrimaryKeyConstraint("tier_id", "version", name=op.f("pk_terms")),
        sqlite_strict=True,
    )
    op.execute(f"INSERT INTO new_terms ({TERMS}) SELECT {TERMS} FROM terms")  # noqa: S608 # our own words
    op.drop_table("terms")
    op.rename_table("new_terms", "terms")


def _departure() -> None:
    op.create_table(
        "departure",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('leave', 'kick', 'ban')", name=op.f("ck_departure_cause")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_departure_open",
        "departure",
        ["guild_id", "user_id"],
        unique=True,
        sqlite_where=sa.text("returned_at IS NULL"),
    )


def _departed_subscription() -> None:
    op.create_table(
        "departed_subscription",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("departure_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('leave', 'kick', 'ban')", name=op.f("ck_departed_subscription_cause")),
        sa.CheckConstraint("action IN ('end', 'keep', 'ask')", name=op.f("ck_departed_subscription_action")),
        sa.CheckConstraint("ended_at IS NULL OR action = 'end'", name=op.f("ck_departed_subscription_ended")),
        sa.CheckConstraint(
            "decided_by IS NULL OR action <> 'ask'", name=op.f("ck_departed_subscription_decided")
        ),
        sa.ForeignKeyConstraint(
            ["departure_id"], ["departure.id"], name=op.f("fk_departed_subscription_departure_id_departure")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_departed_subscription_order_id_order")
        ),
        sa.PrimaryKeyConstraint("departure_id", "order_id", name=op.f("pk_departed_subscription")),
        sqlite_strict=True,
    )
    op.create_index("ix_departed_subscription_order", "departed_subscription", ["order_id"], unique=False)
    op.create_index("ix_departed_subscription_notice", "departed_subscription", ["notice"], unique=False)


def _removal() -> None:
    op.create_table(
        "removal",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("entitlement_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entitlement_id"], ["entitlement.id"], name=op.f("fk_removal_entitlement_id_entitlement")
        ),
        sa.PrimaryKeyConstraint("entitlement_id", "begun_at", name=op.f("pk_removal")),
        sqlite_strict=True,
    )
