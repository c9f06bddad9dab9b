"""All tables, for Alembic: importing a `tables.py` adds its tables to the metadata."""

from __future__ import annotations

import bot.activity.tables
import bot.courses.tables
import bot.events.tables
import bot.insight.tables
import bot.memberships.tables
import bot.payments.tables
import bot.work.tables  # noqa: F401
from bot.db.metadata import metadata

__all__ = ["metadata"]
