"""The queries of the figures: stored weeks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.insight import stored
from bot.insight.inputs import StoredCoverage
from bot.insight.snapshot import Snapshot, WeekPeriod
from bot.insight.tables import weeks
from bot.insight.weeks import Week, Window


async def add_week(tx: Writer, guild_id: int, snapshot: Snapshot, now: datetime) -> bool:
    """Store the week; False, and nothing changes, when it is stored already."""
    row = {
        "guild_id": guild_id,
        "week": str(snapshot.week),
        "zone": snapshot.zone,
        "starts_at": snapshot.own.window.start,
        "month_starts_at": snapshot.month.window.start,
        "ends_at": snapshot.own.window.end,
        "members": snapshot.members,
        "paying": snapshot.paying,
        "inputs": {"week": stored.written(snapshot.own), "days28": stored.written(snapshot.month)},
        "coverage": {"week": asdict(snapshot.own.coverage), "days28": asdict(snapshot.month.coverage)},
        "formula": snapshot.formula,
        "created_at": now,
    }
    return (await tx.execute(insert(weeks).values(**row).on_conflict_do_nothing())).rowcount == 1


async def week(db: Reader, guild_id: int, week: Week) -> Snapshot | None:
    """The stored week."""
    query = select(weeks).where(weeks.c.guild_id == guild_id, weeks.c.week == str(week))
    row = (await db.execute(query)).one_or_none()
    return None if row is None else _snapshot(row)


async def weeks_before(db: Reader, guild_id: int, week: Week, limit: int) -> tuple[Snapshot, ...]:
    """The last stored weeks before this one, oldest first; formula versions that we cannot read are left out."""
    query = select(weeks).where(
        weeks.c.guild_id == guild_id, weeks.c.week < str(week), weeks.c.formula.in_(stored.READERS)
    )
    rows = (await db.execute(query.order_by(weeks.c.week.desc()).limit(limit))).all()
    return tuple(_snapshot(row) for row in reversed(rows))


async def latest_week(db: Reader, guild_id: int) -> Week | None:
    """The newest stored week."""
    query = select(func.max(weeks.c.week)).where(weeks.c.guild_id == guild_id)
    name = (await db.execute(query)).scalar()
    return None if name is None else Week.parse(name)


async def week_names(db: Reader, guild_id: int, limit: int) -> list[str]:
    """The names of the last stored weeks, newest first."""
    query = (
        select(weeks.c.week).where(weeks.c.guild_id == guild_id).order_by(weeks.c.week.desc()).limit(limit)
    )
    return list((await db.execute(query)).scalars())


async def weeks_between(db: Reader, guild_id: int, after: str, before: Week) -> list[str]:
    """The names of the stored weeks after `after` ("" for all) and before `before`, oldest first."""
    query = select(weeks.c.week).where(
        weeks.c.guild_id == guild_id, weeks.c.week > after, weeks.c.week < str(before)
    )
    return list((await db.execute(query.order_by(weeks.c.week))).scalars())


def _snapshot(row: Any) -> Snapshot:
    def period(name: str, start: datetime) -> WeekPeriod:
        counts, measured = stored.read(row.formula, row.inputs[name])
        stored_coverage = row.coverage[name]
        coverage = StoredCoverage(
            stored_coverage["gap_seconds"], stored_coverage["opted_out"], stored_coverage["unreadable"]
        )
        return WeekPeriod(Window(start, row.ends_at), counts, coverage, row.members, measured)

    return Snapshot(
        week=Week.parse(row.week),
        zone=row.zone,
        members=row.members,
        paying=row.paying,
        own=period("week", row.starts_at),
        month=period("days28", row.month_starts_at),
        formula=row.formula,
        stored_at=row.created_at,
    )
