"""All tables, for Alembic: importing a `tables.py` adds its tables to the metadata."""

from __future__ import annotations

from bot.activity import tables as activity
from bot.courses import tables as courses
from bot.db.metadata import metadata
from bot.events import tables as events
from bot.insight import tables as insight
from bot.memberships import tables as memberships
from bot.outbox import tables as outbox
from bot.payments import tables as payments
from bot.work import tables as work

__all__ = [
    "activity",
    "courses",
    "events",
    "insight",
    "memberships",
    "metadata",
    "outbox",
    "payments",
    "work",
]
