"""An order that was paid late knows what of its credit was still there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = depends_on = None


def upgrade() -> None:
    """What was exchanged before keeps all its credit."""
    op.add_column("order", sa.Column("kept", sa.BigInteger(), nullable=True))
