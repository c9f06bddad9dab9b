"""An entitlement knows how much time was bought, what of it lost its money, and since when it is taken away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"
branch_labels = depends_on = None

FOREVER = datetime(9000, 1, 1, tzinfo=UTC)  # what is for ever ends later
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """What was bought before is as long as it is; what was taken away has the days left that it had then."""
    op.add_column("entitlement", sa.Column("length", sa.BigInteger(), nullable=True))
    op.add_column("entitlement", sa.Column("cut", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("entitlement", sa.Column("taken_at", TIME, nullable=True))
    op.add_column("entitlement", sa.Column("follows", sa.BigInteger(), nullable=True))
    entitlement = sa.table(
        "entitlement",
        *(sa.column(name, sa.BigInteger()) for name in ("id", "order_id", "length", "follows")),
        sa.column("state", sa.String()),
        *(sa.column(name, TIME) for name in ("starts_at", "ends_at", "ended_at", "taken_at")),
    )
    order = sa.table("order", sa.column("id"), sa.column("kind"), sa.column("follows"))
    query = sa.select(entitlement, order.c.kind, order.c.follows.label("after")).where(
        entitlement.c.order_id == order.c.id
    )
    for row in op.get_bind().execute(query).all():
        values: dict[str, Any] = {"follows": row.after}
        if row.kind in ("once", "prepaid") and row.ends_at.replace(tzinfo=UTC) < FOREVER:
            values["length"] = int((row.ends_at - row.starts_at).total_seconds())
        if row.state == "revoked":
            values["taken_at"] = row.ended_at
        op.get_bind().execute(sa.update(entitlement).where(entitlement.c.id == row.id).values(**values))
