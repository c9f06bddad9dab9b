"""Why a paid order was refused, for the member who reads it: a table beside the orders."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = depends_on = None

WORDS = {
    "sold out": "sold_out",
    "what it was to replace is over": "changed",
    "taken back": "taken_back",
}
"""The reasons of older versions, which stand in the log only."""


def upgrade() -> None:
    """Refused orders from before get their reason from the log, once."""
    op.create_table(
        "refusal",
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("why <> ''", name=op.f("ck_refusal_why")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refusal_order_id_order")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_refusal")),
        sqlite_strict=True,
    )
    _move()


def _move() -> None:
    names = ("id", "guild_id", "at", "subject", "detail", "what")
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in names]
    known_id: sa.ColumnClause[int] = sa.column("id")
    bind = op.get_bind()
    known: set[int] = set(bind.execute(sa.select(known_id).select_from(sa.table("order"))).scalars())
    logged = sa.select(*columns).select_from(sa.table("audit")).where(sa.column("what") == "fact.rejected")
    kept: list[sa.ColumnClause[str]] = [sa.column(name) for name in ("order_id", "guild_id", "why", "at")]
    refusal = sa.table("refusal", *kept)
    for row in bind.execute(logged.order_by(sa.column("id"))).all():
        why = WORDS.get(json.loads(row.detail).get("why", ""))
        if row.subject in known and why is not None:
            known.discard(row.subject)
            values = {"order_id": row.subject, "guild_id": row.guild_id, "why": why, "at": row.at}
            bind.execute(sa.insert(refusal).values(**values))
