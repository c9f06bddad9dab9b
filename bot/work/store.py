"""The queries of durable work."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select, update

from bot.db import Reader, Writer
from bot.db.sql import greatest, insert, least
from bot.errors import Problem
from bot.work.tables import work

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
LEASE = timedelta(seconds=60)


async def add(tx: Writer, *, row: dict[str, Any], reopen: bool) -> None:
    """Insert the row. If its key exists, leave that row or, with `reopen`, open it again for the earlier due time."""
    statement = insert(work).values(**row)
    if reopen:
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[work.c.guild_id, work.c.kind, work.c.key],
            set_={
                "due": case((work.c.state == "done", new.due), else_=least(work.c.due, new.due)),
                "state": "open",
                "not_before": new.not_before,
                "tries": 0,
                "generation": work.c.generation + 1,
                "payload": new.payload,
                "error": None,
                "problem": None,
                "changed_at": new.changed_at,
            },
        )
    else:
        statement = statement.on_conflict_do_nothing()
    await tx.execute(statement)


async def add_all(tx: Writer, rows: Sequence[dict[str, Any]]) -> None:
    """Insert those rows whose keys are new, with one statement."""
    await tx.execute(insert(work).on_conflict_do_nothing(), rows)


def _ready(now: datetime, real: datetime, busy: Collection[int]) -> ColumnElement[bool]:
    """Due on the community's clock, and neither postponed nor leased in real time."""
    return and_(
        work.c.state != "done",
        work.c.due <= now,
        work.c.not_before <= real,
        work.c.leased_until <= real,
        work.c.id.not_in(busy),
    )


async def is_open(db: Reader, guild_id: int, kind: str, key: str) -> bool:
    """Is there such a row that is not done?"""
    query = select(work.c.id).where(
        work.c.guild_id == guild_id, work.c.kind == kind, work.c.key == key, work.c.state != "done"
    )
    return (await db.execute(query)).first() is not None


async def withdraw(tx: Writer, guild_id: int, kind: str, key: str, now: datetime) -> None:
    """Mark such a row done, whatever state it is in."""
    own = (work.c.guild_id == guild_id) & (work.c.kind == kind) & (work.c.key == key)
    await tx.execute(
        update(work)
        .where(own, work.c.state != "done")
        .values(state="done", error=None, problem=None, generation=work.c.generation + 1, changed_at=now)
    )


async def any_ready(db: Reader, now: datetime, real: datetime, busy: Collection[int]) -> bool:
    """Whether `claim` would find a row: asked first, because a read is cheaper than a write transaction."""
    query = select(work.c.id).where(_ready(now, real, busy)).limit(1)
    return (await db.execute(query)).first() is not None


async def claim(tx: Writer, now: datetime, real: datetime, limit: int, busy: Collection[int]) -> list[Any]:
    """Lease the due rows for this process, earliest first."""
    due = select(work.c.id).where(_ready(now, real, busy)).order_by(work.c.due, work.c.id).limit(limit)
    taken = (
        update(work)
        .where(work.c.id.in_(due))
        .values(leased_until=real + LEASE, tries=work.c.tries + 1, changed_at=now)
        .returning(
            work.c.id,
            work.c.guild_id,
            work.c.kind,
            work.c.key,
            work.c.due,
            work.c.tries,
            work.c.generation,
            work.c.payload,
        )
    )
    rows = (await tx.execute(taken)).all()
    return sorted(rows, key=lambda row: (row.due, row.id))


async def finish(tx: Writer, id_: int, generation: int, now: datetime) -> None:
    """Mark the row done, unless it was enqueued again while it ran: then it stays open and is run once more."""
    await tx.execute(
        update(work)
        .where(work.c.id == id_, work.c.generation == generation)
        .values(state="done", error=None, problem=None, changed_at=now)
    )
    await tx.execute(update(work).where(work.c.id == id_).values(leased_until=EPOCH))


async def postpone(
    tx: Writer,
    id_: int,
    generation: int,
    *,
    state: str,
    not_before: datetime,
    error: str,
    problem: Problem | None,
    now: datetime,
    due: datetime | None,
) -> None:
    """Try again at `not_before` (real time), or at `due` (community's time) if given."""
    values: dict[str, Any] = {"state": state, "not_before": not_before, "error": error, "changed_at": now}
    values["problem"] = problem and {"message": problem.message, "values": dict(problem.values)}
    if due is not None:
        values["due"] = due
    await tx.execute(update(work).where(work.c.id == id_, work.c.generation == generation).values(**values))
    await tx.execute(update(work).where(work.c.id == id_).values(leased_until=EPOCH))


async def release_all(tx: Writer) -> None:
    """Release every lease, at start: the lock file guarantees that no other process holds one."""
    await tx.execute(update(work).where(work.c.state != "done").values(leased_until=EPOCH))


async def give_back(tx: Writer, ids: Collection[int]) -> None:
    """Return rows that were claimed but cut off by a shutdown: without their lease, and without the counted try."""
    cut_off = update(work).where(
        work.c.id.in_(ids), work.c.leased_until > EPOCH
    )  # whose outcome was not written
    await tx.execute(cut_off.values(leased_until=EPOCH, tries=greatest(work.c.tries - 1, 0)))


async def retry_stuck(tx: Writer, guild_id: int, real: datetime) -> None:
    """Try the guild's stuck work now: something changed that may unblock it.

    A row that runs at this moment may still fail for the old reason: it is run once more, or it would wait the hour.
    """
    running = (work.c.state == "open") & (work.c.leased_until > real)
    await tx.execute(
        update(work)
        .where(work.c.guild_id == guild_id, (work.c.state == "stuck") | running)
        .values(not_before=real, generation=work.c.generation + 1)
    )


async def next_due(db: Reader) -> datetime | None:
    """The community's time at which the earliest unfinished row falls due, postponed or not."""
    return (await db.execute(select(func.min(work.c.due)).where(work.c.state != "done"))).scalar()


async def next_after(db: Reader, moment: datetime) -> datetime | None:
    """The community's time at which the next unfinished row falls due after `moment`."""
    query = select(func.min(work.c.due)).where(work.c.state != "done", work.c.due > moment)
    return (await db.execute(query)).scalar()


async def next_retry(db: Reader, now: datetime) -> datetime | None:
    """The real time at which the earliest due but postponed row may be tried again."""
    soonest = func.min(greatest(work.c.not_before, work.c.leased_until))
    query = select(soonest).where(work.c.state != "done", work.c.due <= now)
    return (await db.execute(query)).scalar()


async def counts(db: Reader, now: datetime) -> tuple[int, int]:
    """(open rows that are due, rows that wait for the owner)."""
    due = await db.execute(select(func.count()).where(work.c.state == "open", work.c.due <= now))
    stuck = await db.execute(select(func.count()).where(work.c.state == "stuck"))
    return due.scalar_one(), stuck.scalar_one()


async def unfinished(db: Reader, guild_id: int, kind: str) -> list[dict[str, Any]]:
    """The payloads of this kind's rows that are not done, the oldest first."""
    query = select(work.c.payload).where(
        work.c.guild_id == guild_id, work.c.kind == kind, work.c.state != "done"
    )
    return list((await db.execute(query.order_by(work.c.id))).scalars())


async def stuck(db: Reader, guild_id: int, kinds: Collection[str] = ()) -> list[Any]:
    """The rows (of these kinds, or of all) that wait for the owner, newest first."""
    columns = (work.c.kind, work.c.key, work.c.error, work.c.problem, work.c.payload, work.c.changed_at)
    query = select(*columns).where(work.c.guild_id == guild_id, work.c.state == "stuck")
    if kinds:
        query = query.where(work.c.kind.in_(kinds))
    return list((await db.execute(query.order_by(work.c.changed_at.desc()).limit(25))).all())
