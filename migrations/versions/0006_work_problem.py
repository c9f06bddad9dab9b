"""What work waits for is stored as a text of the catalogue with its values, so that the owner reads it in their language."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = depends_on = None


def upgrade() -> None:
    """Rows from before keep their sentence in `error`."""
    op.add_column("work", sa.Column("problem", sa.String(), nullable=True))
