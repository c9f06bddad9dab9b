"""The outbox: what was sent, or is under way, moves into it from events, the weekly post and memberships."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INTO = "INSERT INTO outbox (guild_id, kind, key, state, reason, channel_id, user_id, message_id, at) "

REMINDERS = """SELECT guild_id, 'event.remind', event_id || ':' || minutes, state, reason, channel_id, NULL, message_id, at
    FROM event_reminder"""

# A channel without a message meant that the card was being posted there.
CARDS = """SELECT guild_id, 'event.card', CAST(id AS TEXT), 'sending', NULL, card_channel_id, NULL, NULL, created_at
    FROM event WHERE card_channel_id IS NOT NULL AND card_message_id IS NULL"""
CARDS_AWAY = "UPDATE event SET card_channel_id = NULL WHERE card_message_id IS NULL"

POSTS = """SELECT guild_id, 'report.post', week, CASE state WHEN 'superseded' THEN 'skipped' ELSE state END,
    CASE state WHEN 'superseded' THEN 'superseded' END, channel_id, NULL, message_id,
    CASE state WHEN 'sending' THEN since ELSE changed_at END
    FROM insight_posts"""

NOTICES = """SELECT notice.guild_id, 'notice', entitlement_id || ':' || what,
    CASE WHEN notice.state IN ('not_allowed', 'late') THEN 'skipped' ELSE notice.state END,
    CASE WHEN notice.state IN ('not_allowed', 'late') THEN notice.state END,
    NULL, entitlement.user_id, NULL, at
    FROM notice JOIN entitlement ON entitlement.id = notice.entitlement_id"""

# The findings about roles kept no record: after a first try the card may be there, in the staff channel.
FINDINGS = """SELECT guild_id, 'tier.suspended', key, 'sending', NULL, NULL, NULL, NULL, due
    FROM work WHERE kind = 'tier.suspended' AND state <> 'done' AND tries > 0"""


def upgrade() -> None:
    """One record for all that is sent; the tables that held a part of it go."""
    op.create_table(
        "outbox",
        sa.Column("guild_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('sending', 'sent', 'closed', 'gone', 'skipped', 'unknown')",
            name=op.f("ck_outbox_state"),
        ),
        sa.CheckConstraint("(state = 'skipped') = (reason IS NOT NULL)", name=op.f("ck_outbox_reason")),
        sa.CheckConstraint("channel_id IS NULL OR user_id IS NULL", name=op.f("ck_outbox_addressee")),
        sa.CheckConstraint(
            "state NOT IN ('closed', 'gone') OR user_id IS NOT NULL", name=op.f("ck_outbox_direct")
        ),
        sa.CheckConstraint(
            "(state = 'sent' AND user_id IS NULL) = (message_id IS NOT NULL)", name=op.f("ck_outbox_message")
        ),
        sa.CheckConstraint("message_id IS NULL OR channel_id IS NOT NULL", name=op.f("ck_outbox_place")),
        sa.PrimaryKeyConstraint("guild_id", "kind", "key", name=op.f("pk_outbox")),
        sqlite_strict=True,
    )
    for records in (REMINDERS, CARDS, POSTS, NOTICES, FINDINGS):
        op.execute(INTO + records)
    op.execute(CARDS_AWAY)
    for table in ("event_reminder", "insight_posts", "notice"):
        op.drop_table(table)
