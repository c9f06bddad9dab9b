"""The queries of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, insert, select, update

from bot.db import Reader, Writer
from bot.outbox.entry import OutboxEntry, OutboxKey, OutboxState
from bot.outbox.tables import outbox


async def find(db: Reader, key: OutboxKey) -> OutboxEntry | None:
    """The record of a message; None before the first attempt."""
    row = (await db.execute(select(outbox).where(_has_key(key)))).one_or_none()
    return None if row is None else _entry(row)


async def entries(db: Reader, guild_id: int, kind: str, prefix: str) -> dict[str, OutboxEntry]:
    """The records of a kind whose keys begin with `prefix`, by the rest of the key."""
    query = select(outbox).where(outbox.c.guild_id == guild_id, outbox.c.kind == kind)
    if prefix:  # as a range, which the primary key answers; LIKE would read every row of the kind
        after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = query.where(outbox.c.key >= prefix, outbox.c.key < after)
    return {row.key.removeprefix(prefix): _entry(row) for row in await db.execute(query)}


async def write(tx: Writer, key: OutboxKey, state: OutboxState, now: datetime, **more: Any) -> None:
    """Record what became of a message; a record that is no longer SENDING stays as it is."""
    values = {"state": state.value, "at": now, **more}
    under_way = outbox.c.state == OutboxState.SENDING.value
    changed = await tx.execute(update(outbox).where(_has_key(key), under_way).values(**values))
    if changed.rowcount == 0 and await find(tx, key) is None:
        row = {"guild_id": key.guild_id, "kind": key.kind, "key": key.key, **values}
        await tx.execute(insert(outbox).values(**row))


def _has_key(key: OutboxKey) -> ColumnElement[bool]:
    return and_(outbox.c.guild_id == key.guild_id, outbox.c.kind == key.kind, outbox.c.key == key.key)


def _entry(row: Row[Any]) -> OutboxEntry:
    return OutboxEntry(
        state=OutboxState(row.state),
        reason=row.reason,
        channel_id=row.channel_id,
        message_id=row.message_id,
        at=row.at,
    )
