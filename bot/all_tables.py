"""All tables, for Alembic and for queries over all of them: importing a `tables.py` adds its tables to the metadata."""

from __future__ import annotations

from sqlalchemy import select, union

from bot.activity import tables as activity
from bot.audit import tables as audit
from bot.courses import tables as courses
from bot.db.engine import Reader
from bot.db.metadata import metadata
from bot.events import tables as events
from bot.insight import tables as insight
from bot.memberships.access import tables as access
from bot.memberships.backoffice import tables as backoffice
from bot.memberships.catalog import tables as catalog
from bot.memberships.departures import tables as departures
from bot.memberships.orders import tables as orders
from bot.memberships.reminders import tables as reminders
from bot.outbox import tables as outbox
from bot.payments import tables as payments
from bot.work import tables as work

__all__ = [
    "access",
    "activity",
    "audit",
    "backoffice",
    "catalog",
    "courses",
    "departures",
    "events",
    "guild_ids",
    "insight",
    "metadata",
    "orders",
    "outbox",
    "payments",
    "reminders",
    "work",
]


async def guild_ids(db: Reader) -> list[int]:
    """The ids of all guilds in the database, ascending."""
    columns = [select(table.c.guild_id) for table in metadata.sorted_tables if "guild_id" in table.c]
    return sorted((await db.execute(union(*columns))).scalars())
