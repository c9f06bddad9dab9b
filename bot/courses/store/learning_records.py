"""Queries of what members do with lessons: openings, position, progress, ratings. They take a connection and never commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, union_all

from bot.courses.store.library import lessons_at
from bot.courses.tables import (
    consumption,
    consumption_day,
    former_rating,
    lesson,
    lesson_progress,
    rating,
    reading,
)
from bot.db import Reader, Writer
from bot.db.sql import insert, total


async def consume(tx: Writer, guild_id: int, user_id: int, lesson_id: int, day: date, now: datetime) -> bool:
    """Count that a member opened a lesson on this day. False when it is counted already."""
    row = {"guild_id": guild_id, "user_id": user_id, "lesson_id": lesson_id, "day": day, "at": now}
    inserted = await tx.execute(insert(consumption).values(**row).on_conflict_do_nothing())
    if inserted.rowcount < 1:
        return False
    day_count = insert(consumption_day).values(guild_id=guild_id, day=day, lesson_id=lesson_id, count=1)
    key = ["guild_id", "day", "lesson_id"]
    await tx.execute(
        day_count.on_conflict_do_update(index_elements=key, set_={"count": consumption_day.c.count + 1})
    )
    return True


async def set_position(tx: Writer, guild_id: int, user_id: int, course_id: int, lesson_id: int) -> None:
    """Record which lesson of the course the member opened last."""
    c = reading.c
    next_turn = select(func.coalesce(func.max(c.turn), 0) + 1).where(
        c.guild_id == guild_id, c.user_id == user_id
    )
    key = {"guild_id": guild_id, "user_id": user_id, "course_id": course_id}
    row = insert(reading).values(**key, lesson_id=lesson_id, turn=next_turn.scalar_subquery())
    changed = {"lesson_id": row.excluded.lesson_id, "turn": row.excluded.turn}
    await tx.execute(row.on_conflict_do_update(index_elements=list(key), set_=changed))


async def positions(db: Reader, guild_id: int, user_id: int) -> list[Any]:
    """The lesson opened last in each course that the member began: course_id, lesson_id. The latest course comes first."""
    c = reading.c
    query = select(c.course_id, c.lesson_id).where(c.guild_id == guild_id, c.user_id == user_id)
    return list((await db.execute(query.order_by(c.turn.desc()))).all())


async def opened(db: Reader, guild_id: int, user_id: int, lesson_id: int) -> bool:
    """Whether the member ever opened the lesson."""
    c = consumption.c
    query = select(c.day).where(c.guild_id == guild_id, c.user_id == user_id, c.lesson_id == lesson_id)
    return (await db.execute(query.limit(1))).first() is not None


async def opened_lessons(db: Reader, guild_id: int, user_id: int) -> list[int]:
    """The lessons that the member opened, latest day first."""
    c = consumption.c
    query = select(c.lesson_id).where(c.guild_id == guild_id, c.user_id == user_id)
    query = query.group_by(c.lesson_id).order_by(func.max(c.at).desc(), c.lesson_id)
    return list((await db.execute(query)).scalars())


async def consumed_in_days(db: Reader, guild_id: int, first: date, last: date) -> int:
    """Openings counted on the days [first, last)."""
    c = consumption_day.c
    query = select(total(c.count)).where(c.guild_id == guild_id, c.day >= first, c.day < last)
    return int((await db.execute(query)).scalar_one())


async def consumed_between(db: Reader, guild_id: int, start: datetime, end: datetime) -> int:
    """Openings counted in [start, end), row by row."""
    c = consumption.c
    query = (
        select(func.count()).select_from(consumption).where(c.guild_id == guild_id, c.at >= start, c.at < end)
    )
    return (await db.execute(query)).scalar_one()


async def openings_by_course(db: Reader, guild_id: int, first: date) -> dict[int, int]:
    """Openings since `first`, by course."""
    c = consumption_day.c
    query = (
        select(lesson.c.course_id, total(c.count).label("n"))
        .join(lesson, (lesson.c.guild_id == c.guild_id) & (lesson.c.id == c.lesson_id))
        .where(c.guild_id == guild_id, c.day >= first)
        .group_by(lesson.c.course_id)
    )
    return {row.course_id: int(row.n) for row in await db.execute(query)}


async def finish(tx: Writer, guild_id: int, user_id: int, lesson_id: int, now: datetime) -> None:
    """Record that the member is done with the lesson. A second time changes nothing."""
    row = {"guild_id": guild_id, "user_id": user_id, "lesson_id": lesson_id, "done_at": now}
    await tx.execute(insert(lesson_progress).values(**row).on_conflict_do_nothing())


async def finished(db: Reader, guild_id: int, user_id: int) -> set[int]:
    """Every lesson that the member is done with."""
    c = lesson_progress.c
    rows = await db.execute(select(c.lesson_id).where(c.guild_id == guild_id, c.user_id == user_id))
    return set(rows.scalars())


async def graduates(db: Reader, guild_id: int, lesson_ids: Collection[int]) -> int:
    """How many members are done with all of these lessons."""
    c = lesson_progress.c
    done_all = (
        select(c.user_id)
        .where(c.guild_id == guild_id, c.lesson_id.in_(lesson_ids))
        .group_by(c.user_id)
        .having(func.count() == len(lesson_ids))
        .subquery()
    )
    return (await db.execute(select(func.count()).select_from(done_all))).scalar_one()


async def rating_of(db: Reader, guild_id: int, user_id: int, lesson_id: int) -> Any | None:
    """The member's rating of the lesson in force: stars, words, since."""
    c = rating.c
    query = select(c.stars, c.words, c.since).where(
        c.guild_id == guild_id, c.user_id == user_id, c.lesson_id == lesson_id
    )
    return (await db.execute(query)).one_or_none()


async def rate(
    *, tx: Writer, guild_id: int, user_id: int, lesson_id: int, stars: int, words: str | None, now: datetime
) -> bool:
    """Store a rating. True when it replaces an earlier one, which is kept without its words."""
    key = {"guild_id": guild_id, "user_id": user_id, "lesson_id": lesson_id}
    before = await rating_of(tx, guild_id, user_id, lesson_id)
    if before is not None and before.since < now:
        former = {**key, "since": before.since, "until": now, "stars": before.stars}
        await tx.execute(insert(former_rating).values(**former))
    row = insert(rating).values(**key, stars=stars, words=words, since=now)
    await tx.execute(
        row.on_conflict_do_update(
            index_elements=list(key), set_={"stars": stars, "words": words, "since": now}
        )
    )
    return before is not None


async def rating_totals(db: Reader, guild_id: int, end: datetime) -> Any:
    """Ratings in force just before `end`, of lessons that existed then: rated, total, count."""
    current, former = rating.c, former_rating.c
    in_force = union_all(
        select(current.lesson_id, current.stars).where(current.guild_id == guild_id, current.since < end),
        select(former.lesson_id, former.stars).where(
            former.guild_id == guild_id, former.since < end, former.until >= end
        ),
    ).subquery()
    query = select(
        func.count(in_force.c.lesson_id.distinct()).label("rated"),
        total(in_force.c.stars).label("total"),
        func.count().label("count"),
    ).where(in_force.c.lesson_id.in_(select(lessons_at(guild_id, end).c.lesson_id)))
    return (await db.execute(query)).one()


async def ratings_by_course(db: Reader, guild_id: int) -> dict[int, tuple[int, int]]:
    """Sum and count of the ratings in force, by course."""
    query = (
        select(lesson.c.course_id, total(rating.c.stars).label("total"), func.count().label("n"))
        .join(lesson, (lesson.c.guild_id == rating.c.guild_id) & (lesson.c.id == rating.c.lesson_id))
        .where(rating.c.guild_id == guild_id)
        .group_by(lesson.c.course_id)
    )
    return {row.course_id: (int(row.total), int(row.n)) for row in await db.execute(query)}
