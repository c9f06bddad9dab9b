"""The outbox: one row for every message that Lyceum sends by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Named, String, Table, TypedColumns

from bot.db.metadata import STRICT, metadata
from bot.db.types import Utc


class OutboxColumns(TypedColumns):
    """What became of a message to a channel (`channel_id`) or to a member (`user_id`).

    'sending' is written before the attempt. A later reader must expect that the message is there already.
    """

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    kind: Named[str] = Column(String, primary_key=True)
    key: Named[str] = Column(String, primary_key=True)
    state: Named[str] = Column(String)
    reason: Named[str | None] = Column(String)
    channel_id: Named[int | None] = Column(BigInteger)
    user_id: Named[int | None] = Column(BigInteger)
    message_id: Named[int | None] = Column(BigInteger)
    at: Named[datetime] = Column(Utc())


outbox = Table(
    "outbox",
    metadata,
    OutboxColumns,
    CheckConstraint("state IN ('sending', 'sent', 'closed', 'gone', 'skipped', 'unknown')", name="state"),
    CheckConstraint("(state = 'skipped') = (reason IS NOT NULL)", name="reason"),
    CheckConstraint("channel_id IS NULL OR user_id IS NULL", name="addressee"),
    CheckConstraint("state NOT IN ('closed', 'gone') OR user_id IS NOT NULL", name="direct"),
    CheckConstraint("(state = 'sent' AND user_id IS NULL) = (message_id IS NOT NULL)", name="message"),
    CheckConstraint("message_id IS NULL OR channel_id IS NOT NULL", name="place"),
    **STRICT,
)
