"""Queries of courses, their versions and lessons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, select, update

from bot.courses.course import Course
from bot.courses.tables import course, course_module, course_version, lesson, lesson_text
from bot.db import Reader, Writer


def _current() -> Select[*tuple[Any, ...]]:
    """Courses joined with their current versions."""
    v = course_version.c
    return select(
        course.c.id,
        course.c.slug,
        course.c.tier_ids,
        v.version,
        v.title,
        v.description,
        v.tags,
        v.digest,
        v.lessons,
        v.imported_at,
    ).join_from(
        course,
        course_version,
        and_(v.guild_id == course.c.guild_id, v.course_id == course.c.id, v.version == course.c.version),
    )


async def courses(db: Reader, guild_id: int) -> list[Any]:
    """All courses, by title."""
    query = _current().where(course.c.guild_id == guild_id).order_by(course_version.c.title, course.c.id)
    return list((await db.execute(query)).all())


async def course_by_id(db: Reader, guild_id: int, course_id: int) -> Any | None:
    """One course in its current version."""
    query = _current().where(course.c.guild_id == guild_id, course.c.id == course_id)
    return (await db.execute(query)).one_or_none()


async def course_by_slug(db: Reader, guild_id: int, slug: str) -> Any | None:
    """The course that a new import continues."""
    query = _current().where(course.c.guild_id == guild_id, course.c.slug == slug)
    return (await db.execute(query)).one_or_none()


async def modules(db: Reader, guild_id: int, course_id: int, version: int) -> list[Any]:
    """The modules of a version in their order: place, title."""
    m = course_module.c
    query = select(m.place, m.title).where(
        m.guild_id == guild_id, m.course_id == course_id, m.version == version
    )
    return list((await db.execute(query.order_by(m.place))).all())


async def lessons(db: Reader, guild_id: int, course_id: int, version: int) -> list[Any]:
    """The lessons of a version in their order, without their texts."""
    t = lesson_text.c
    query = select(t.lesson_id, t.place, t.module, t.depth, t.title).where(
        t.guild_id == guild_id, t.course_id == course_id, t.version == version
    )
    return list((await db.execute(query.order_by(t.place))).all())


async def course_of(db: Reader, guild_id: int, lesson_id: int) -> int | None:
    """The course that a lesson belongs to or belonged to, None when there is no such lesson."""
    query = select(lesson.c.course_id).where(lesson.c.guild_id == guild_id, lesson.c.id == lesson_id)
    return (await db.execute(query)).scalar()


async def text(db: Reader, guild_id: int, lesson_id: int, version: int) -> str | None:
    """The body of a lesson in a version, None when the version is without it."""
    t = lesson_text.c
    query = select(t.body).where(t.guild_id == guild_id, t.lesson_id == lesson_id, t.version == version)
    return (await db.execute(query)).scalar()


async def slugs(db: Reader, guild_id: int, course_id: int) -> dict[str, int]:
    """The ids of all lessons that the course ever had, by slug."""
    query = select(lesson.c.slug, lesson.c.id).where(
        lesson.c.guild_id == guild_id, lesson.c.course_id == course_id
    )
    return {row.slug: row.id for row in await db.execute(query)}


async def add_course(tx: Writer, guild_id: int, id_: int, slug: str, now: datetime) -> None:
    """Add a course; its first version must follow in the same transaction."""
    await tx.execute(
        insert(course).values(guild_id=guild_id, id=id_, slug=slug, version=1, tier_ids=[], created_at=now)
    )


async def set_version(tx: Writer, guild_id: int, course_id: int, version: int) -> None:
    """Let members see this version from now on."""
    await tx.execute(
        update(course).where(course.c.guild_id == guild_id, course.c.id == course_id).values(version=version)
    )


async def set_tiers(tx: Writer, guild_id: int, course_id: int, tier_ids: Iterable[int]) -> bool:
    """Let exactly these tiers open the course (none: everybody). False when nothing changes."""
    new_tiers = list(dict.fromkeys(tier_ids))
    changed = await tx.execute(
        update(course)
        .where(course.c.guild_id == guild_id, course.c.id == course_id, course.c.tier_ids != new_tiers)
        .values(tier_ids=new_tiers)
    )
    return changed.rowcount > 0


async def add_lessons(tx: Writer, guild_id: int, course_id: int, ids: dict[str, int]) -> None:
    """Add lessons that the course did not have before, their ids by slug."""
    rows = [
        {"guild_id": guild_id, "id": id_, "course_id": course_id, "slug": slug} for slug, id_ in ids.items()
    ]
    if rows:
        await tx.execute(insert(lesson), rows)


async def add_version(
    *,
    tx: Writer,
    guild_id: int,
    course_id: int,
    version: int,
    source: Course,
    ids: dict[str, int],
    now: datetime,
    by: int | None,
) -> None:
    """Add a version of the course; `ids` has the id of every lesson of `source` by its slug."""
    key = {"guild_id": guild_id, "course_id": course_id, "version": version}
    metadata = {
        "title": source.title,
        "description": source.description,
        "tags": list(source.tags),
        "digest": source.digest(),
        "lessons": len(source.lessons),
        "imported_at": now,
        "imported_by": by,
    }
    await tx.execute(insert(course_version).values(**key, **metadata))
    modules = [{**key, "place": place, "title": module.title} for place, module in enumerate(source.modules)]
    await tx.execute(insert(course_module), modules)
    lessons = [(n, lesson) for n, module in enumerate(source.modules) for lesson in module.lessons]
    texts = [
        {
            **key,
            "place": place,
            "lesson_id": ids[lesson.slug],
            "module": module,
            "depth": lesson.depth,
            "title": lesson.title,
            "tags": list(lesson.tags),
            "body": lesson.body,
        }
        for place, (module, lesson) in enumerate(lessons)
    ]
    await tx.execute(insert(lesson_text), texts)


def versions_at(guild_id: int, end: datetime) -> Any:
    """(course, version) as members saw them just before `end`."""
    v = course_version.c
    return (
        select(v.course_id, func.max(v.version).label("version"))
        .where(v.guild_id == guild_id, v.imported_at < end)
        .group_by(v.course_id)
        .subquery()
    )


def lessons_at(guild_id: int, end: datetime) -> Any:
    """The lessons that existed just before `end`."""
    current = versions_at(guild_id, end)
    t = lesson_text.c
    return (
        select(t.lesson_id)
        .join(current, and_(current.c.course_id == t.course_id, current.c.version == t.version))
        .where(t.guild_id == guild_id)
        .subquery()
    )


async def contents(db: Reader, guild_id: int, end: datetime) -> int:
    """How many lessons existed just before `end`."""
    return (await db.execute(select(func.count()).select_from(lessons_at(guild_id, end)))).scalar_one()
