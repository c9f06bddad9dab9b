"""What is sold is a membership, or one item: a course today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = depends_on = None


def upgrade() -> None:
    """What was sold so far are memberships. Their names stay unique; an item may be called like one of them."""
    whole = sa.CheckConstraint("(item_kind IS NULL) = (item_id IS NULL)", name=op.f("ck_tier_item"))
    op.add_column("tier", sa.Column("item_kind", sa.String(), nullable=True))
    op.add_column("tier", sa.Column("item_id", sa.BigInteger(), whole, nullable=True))
    op.drop_index("ix_tier_name", table_name="tier")
    op.create_index(
        "ix_tier_name",
        "tier",
        ["guild_id", "name_key"],
        unique=True,
        sqlite_where=sa.text("archived_at IS NULL AND item_kind IS NULL"),
    )
    op.create_index("ix_tier_item", "tier", ["guild_id", "item_kind", "item_id"], unique=True)
