"""What differs between the books and what providers list, until it agrees again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = depends_on = None


def upgrade() -> None:
    """A table of its own; it fills itself at the first comparison."""
    op.create_table(
        "book_difference",
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("mismatch", sa.String(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.String(), nullable=True),
        sa.Column("theirs", sa.BigInteger(), nullable=True),
        sa.Column("theirs_currency", sa.String(), nullable=True),
        sa.Column("ours", sa.BigInteger(), nullable=True),
        sa.Column("ours_currency", sa.String(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "mismatch IN ('missing', 'unconfirmed', 'amount', 'no_order', 'held', 'ledger', 'state')",
            name=op.f("ck_book_difference_mismatch"),
        ),
        sa.CheckConstraint(
            "(theirs IS NULL) = (theirs_currency IS NULL)", name=op.f("ck_book_difference_theirs")
        ),
        sa.CheckConstraint("(ours IS NULL) = (ours_currency IS NULL)", name=op.f("ck_book_difference_ours")),
        sa.PrimaryKeyConstraint(
            "guild_id", "provider", "object_id", "mismatch", name=op.f("pk_book_difference")
        ),
        sqlite_strict=True,
    )
