"""Storing an imported course: the first import makes the course, a changed one its next version."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.courses.course import Course
from bot.courses.store import library
from bot.courses.views import Change
from bot.db import Writer
from bot.ids import new_id


@dataclass(frozen=True)
class StoredVersion:
    """The outcome of an import. `added` and `removed` count lessons against the version before."""

    course_id: int
    change: Change
    version: int
    added: int
    removed: int


async def store_version(
    tx: Writer, guild_id: int, source: Course, now: datetime, by: int | None
) -> StoredVersion:
    """Store `source` as the current version of the course with its slug; the same content changes nothing.

    A lesson keeps its identity by its slug, so members keep their progress even if a version was without it.
    """
    current = await library.course_by_slug(tx, guild_id, source.slug)
    if current is not None and current.digest == source.digest():
        return StoredVersion(current.id, Change.UNCHANGED, current.version, 0, 0)
    course_id = current.id if current is not None else new_id()
    version = current.version + 1 if current is not None else 1
    if current is None:
        await library.add_course(tx, guild_id, course_id, source.slug, now)
        before: set[int] = set()
    else:
        before = {row.lesson_id for row in await library.lessons(tx, guild_id, course_id, current.version)}
    ids = await library.slugs(tx, guild_id, course_id)
    new = _fresh_ids({lesson.slug for lesson in source.lessons} - ids.keys(), now)
    await library.add_lessons(tx, guild_id, course_id, new)
    await library.add_version(
        tx=tx,
        guild_id=guild_id,
        course_id=course_id,
        version=version,
        source=source,
        ids=ids | new,
        now=now,
        by=by,
    )
    await library.set_version(tx, guild_id, course_id, version)
    after = {(ids | new)[lesson.slug] for lesson in source.lessons}
    change = Change.UPDATED if current is not None else Change.NEW
    return StoredVersion(course_id, change, version, len(after - before), len(before - after))


def _fresh_ids(slugs: Collection[str], now: datetime) -> dict[str, int]:
    """A new id for each slug. Ids are random, so one that was drawn already is drawn again."""
    fresh: dict[int, str] = {}
    for slug in sorted(slugs):
        id_ = new_id()
        while id_ in fresh:
            id_ = new_id()
        fresh[id_] = slug
    return {slug: id_ for id_, slug in fresh.items()}
