"""An order knows which membership gave its discount."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = depends_on = None


def upgrade() -> None:
    """Nobody knows it of older orders: their discounts stay as they are."""
    op.add_column("order", sa.Column("discounted_by", sa.BigInteger(), nullable=True))
    op.create_index("ix_order_discounted_by", "order", ["discounted_by"], unique=False)
