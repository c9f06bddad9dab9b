"""What was suspended before revision 0010 knows since when, so that its days come back with its money."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = depends_on = None


def upgrade() -> None:
    """The log says when: its last entry about the suspension."""
    op.execute(
        "UPDATE entitlement SET taken_at = (SELECT max(audit.at) FROM audit"
        " WHERE audit.guild_id = entitlement.guild_id AND audit.subject = entitlement.id"
        " AND audit.what = 'entitlement.suspended')"
        " WHERE state = 'suspended' AND taken_at IS NULL AND length IS NOT NULL"
    )
