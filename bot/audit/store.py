"""The queries of the audit log. Rows are only ever added."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, insert, or_, select

from bot.audit.actions import Area, AuditAction
from bot.audit.entry import Detail, Entry
from bot.audit.tables import audit
from bot.db import Reader, Writer
from bot.ids import new_id


async def record(
    tx: Writer,
    *,
    guild_id: int,
    at: datetime,
    actor: int,
    action: AuditAction,
    subject: int,
    **detail: Detail,
) -> None:
    """Write down that `actor` (0: Lyceum) changed `subject`: an order, tier, entitlement, event, course or member."""
    row = {"guild_id": guild_id, "at": at, "actor": actor, "what": action.value, "subject": subject}
    await tx.execute(insert(audit).values(id=new_id(), detail=detail, **row))


async def latest(
    db: Reader,
    guild_id: int,
    *,
    areas: Collection[Area],
    subjects: Collection[int] | None,
    limit: int,
) -> list[Entry]:
    """The newest entries of these areas, newest first; `subjects` (None: all) limits what they are about."""
    query = _entries(guild_id).where(or_(*(audit.c.what.startswith(f"{area}.") for area in areas)))
    newest = audit.c.id.desc()
    if subjects is not None:
        query = query.where(audit.c.subject.in_(subjects))
        newest = (
            audit.c.id + 0
        ).desc()  # ordered by the bare id, SQLite would walk all of the guild's entries
    return [_entry(row) for row in await db.execute(query.order_by(newest).limit(limit))]


async def about(db: Reader, guild_id: int, subjects: Collection[int]) -> list[Entry]:
    """Every entry about these subjects, oldest first."""
    query = _entries(guild_id).where(audit.c.subject.in_(subjects)).order_by(audit.c.id + 0)
    return [_entry(row) for row in await db.execute(query)]


def _entries(guild_id: int) -> Select[Any]:
    query: Any = select(audit.c.at, audit.c.actor, audit.c.what, audit.c.subject, audit.c.detail)
    entries: Select[Any] = query.where(audit.c.guild_id == guild_id)
    return entries


def _entry(row: Any) -> Entry:
    """An entry whose details are of a shape that nobody knows any more is read without them."""
    detail: Any = row.detail
    known: dict[str, Any] = cast("dict[str, Any]", detail) if isinstance(detail, dict) else {}
    return Entry(row.at, row.actor, row.what, row.subject, known)
