"""An order knows the provider's customer who pays its subscription: a member may have several."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = depends_on = None


def upgrade() -> None:
    """Until the provider is asked again, a subscription is taken to be the one customer's that was known of its member."""
    op.add_column("order", sa.Column("customer", sa.String(), nullable=True))
    op.execute(
        'UPDATE "order" SET customer = (SELECT customer.ref FROM customer'
        ' WHERE customer.guild_id = "order".guild_id AND customer.user_id = "order".user_id'
        ' AND customer.provider = "order".provider) WHERE "order".phase IS NOT NULL'
    )
