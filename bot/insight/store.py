"""The queries of the figures: stored weeks and their posts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from bot.db import Reader, Writer
from bot.db.sql import insert
from bot.insight import stored
from bot.insight.inputs import Heard
from bot.insight.snapshot import Period, Snapshot
from bot.insight.tables import posts, weeks
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
        "coverage": {"week": asdict(snapshot.own.heard), "days28": asdict(snapshot.month.heard)},
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
    """The last stored weeks before this one that can be read, oldest first."""
    query = select(weeks).where(
        weeks.c.guild_id == guild_id, weeks.c.week < str(week), weeks.c.formula.in_(stored.READERS)
    )
    rows = (await db.execute(query.order_by(weeks.c.week.desc()).limit(limit))).all()
    return tuple(_snapshot(row) for row in reversed(rows))


async def latest_week(db: Reader, guild_id: int) -> Week | None:
    """The newest stored week."""
    query = select(func.max(weeks.c.week)).where(weeks.c.guild_id == guild_id)
    found = (await db.execute(query)).scalar()
    return None if found is None else Week.parse(found)


async def week_names(db: Reader, guild_id: int, limit: int) -> list[str]:
    """The newest stored weeks, newest first."""
    query = (
        select(weeks.c.week).where(weeks.c.guild_id == guild_id).order_by(weeks.c.week.desc()).limit(limit)
    )
    return list((await db.execute(query)).scalars())


async def post(db: Reader, guild_id: int, week: Week) -> Row[Any] | None:
    """What became of the week's post: state, channel_id, since, message_id, others."""
    query = select(posts).where(posts.c.guild_id == guild_id, posts.c.week == str(week))
    return (await db.execute(query)).one_or_none()


async def unposted(db: Reader, guild_id: int, week: Week) -> list[str]:
    """The stored weeks before this one that no post has shown or named, oldest first."""
    sent = select(func.max(posts.c.week)).where(posts.c.guild_id == guild_id, posts.c.state == "sent")
    last = (await db.execute(sent)).scalar() or ""
    query = select(weeks.c.week).where(
        weeks.c.guild_id == guild_id, weeks.c.week > last, weeks.c.week < str(week)
    )
    return list((await db.execute(query.order_by(weeks.c.week))).scalars())


async def begin_post(
    tx: Writer,
    guild_id: int,
    week: Week,
    *,
    channel_id: int,
    since: datetime,
    others: list[str],
    now: datetime,
) -> None:
    """Note that the post is about to be sent there. Asked for again, only the channel may change."""
    values = {"channel_id": channel_id, "since": since, "changed_at": now}
    row = {"guild_id": guild_id, "week": str(week), "state": "sending", "others": others, **values}
    statement = insert(posts).values(**row)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[posts.c.guild_id, posts.c.week],
            set_=values,
            where=(posts.c.state == "sending") & (posts.c.channel_id != channel_id),
        )
    )


async def sent(tx: Writer, guild_id: int, week: Week, message_id: int, now: datetime) -> None:
    """The post is there."""
    await tx.execute(
        update(posts)
        .where(posts.c.guild_id == guild_id, posts.c.week == str(week), posts.c.state == "sending")
        .values(state="sent", message_id=message_id, changed_at=now)
    )


async def superseded(tx: Writer, guild_id: int, week: Week, now: datetime) -> None:
    """A later week's post names this one: it gets none of its own."""
    await tx.execute(
        insert(posts)
        .values(guild_id=guild_id, week=str(week), state="superseded", others=[], changed_at=now)
        .on_conflict_do_update(
            index_elements=[posts.c.guild_id, posts.c.week],
            set_={"state": "superseded", "changed_at": now},
            where=posts.c.state == "sending",
        )
    )


def _snapshot(row: Any) -> Snapshot:
    def period(name: str, start: datetime) -> Period:
        counts, measured = stored.read(row.formula, row.inputs[name])
        coverage = row.coverage[name]
        heard = Heard(coverage["gap_seconds"], coverage["opted_out"], coverage["unreadable"])
        return Period(Window(start, row.ends_at), counts, heard, row.members, measured)

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
