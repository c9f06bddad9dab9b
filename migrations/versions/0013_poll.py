"""When each order's provider was asked about it: the plan of polling outlives a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = depends_on = None


def upgrade() -> None:
    """Every order that is still watched is due at once: nobody knows when it was asked about."""
    op.create_table(
        "poll",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_ms", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("wait_ms >= 0", name=op.f("ck_poll_wait")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_poll_order_id_order")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_poll")),
        sqlite_strict=True,
    )
