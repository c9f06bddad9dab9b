"""Events that are for members."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Those that are planned already stay open to everybody."""
    op.add_column(
        "event", sa.Column("members_only", sa.Boolean(), nullable=False, server_default=sa.text("0"))
    )
