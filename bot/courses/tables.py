"""Tables of courses and their versions, and of the lessons that members opened, finished and rated.

A lesson is one row for ever, found by its slug: a new version of the course keeps what members did with it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    Named,
    String,
    Table,
    TypedColumns,
    UniqueConstraint,
)

from bot.db.metadata import COUNT_TABLE, STRICT, metadata
from bot.db.types import Json, Utc


class CourseColumns(TypedColumns):
    """`version` is the current one. Each tier in `tier_ids` opens the course; with none it is open to everybody."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    slug: Named[str] = Column(String)
    version: Named[int] = Column(Integer)
    tier_ids: Named[Any] = Column(Json(), nullable=False)
    created_at: Named[datetime] = Column(Utc())


course = Table(
    "course",
    metadata,
    CourseColumns,
    UniqueConstraint("guild_id", "slug"),
    CheckConstraint("version >= 1", name="version"),
    **STRICT,
)


class VersionColumns(TypedColumns):
    """A course as it was from `imported_at` until the next version. `digest` tells whether a new import changes anything."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    version: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    title: Named[str] = Column(String)
    description: Named[str] = Column(String)
    tags: Named[Any] = Column(Json(), nullable=False)
    digest: Named[str] = Column(String)
    lessons: Named[int] = Column(Integer)
    imported_at: Named[datetime] = Column(Utc())
    imported_by: Named[int | None] = Column(BigInteger)


course_version = Table(
    "course_version",
    metadata,
    VersionColumns,
    ForeignKeyConstraint(["guild_id", "course_id"], ["course.guild_id", "course.id"]),
    CheckConstraint("lessons >= 1", name="lessons"),
    CheckConstraint("length(title) BETWEEN 1 AND 100", name="title"),
    **STRICT,
)


class ModuleColumns(TypedColumns):
    """A module of one version; `place` counts from 0. An empty title: lessons without a module."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    version: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    place: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    title: Named[str] = Column(String)


course_module = Table(
    "course_module",
    metadata,
    ModuleColumns,
    ForeignKeyConstraint(
        ["guild_id", "course_id", "version"],
        ["course_version.guild_id", "course_version.course_id", "course_version.version"],
    ),
    **STRICT,
)


class LessonColumns(TypedColumns):
    """A lesson's identity across versions."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Named[int] = Column(BigInteger)
    slug: Named[str] = Column(String)


lesson = Table(
    "lesson",
    metadata,
    LessonColumns,
    UniqueConstraint("guild_id", "course_id", "slug"),
    ForeignKeyConstraint(["guild_id", "course_id"], ["course.guild_id", "course.id"]),
    **STRICT,
)


class LessonTextColumns(TypedColumns):
    """A lesson as one version has it; `place` counts from 0."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    version: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    place: Named[int] = Column(Integer, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger)
    module: Named[int] = Column(Integer)
    depth: Named[int] = Column(Integer)
    title: Named[str] = Column(String)
    tags: Named[Any] = Column(Json(), nullable=False)
    body: Named[str] = Column(String)


lesson_text = Table(
    "lesson_text",
    metadata,
    LessonTextColumns,
    UniqueConstraint("guild_id", "lesson_id", "version"),
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    ForeignKeyConstraint(
        ["guild_id", "course_id", "version", "module"],
        ["course_module.guild_id", "course_module.course_id", "course_module.version", "course_module.place"],
    ),
    CheckConstraint("length(title) BETWEEN 1 AND 100", name="title"),
    **STRICT,
)


class ProgressColumns(TypedColumns):
    """A member is done with a lesson. This is never undone."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    done_at: Named[datetime] = Column(Utc())


lesson_progress = Table(
    "lesson_progress",
    metadata,
    ProgressColumns,
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    Index(None, "guild_id", "lesson_id"),
    **COUNT_TABLE,
)


class ReadingColumns(TypedColumns):
    """Where a member is in a course. `turn` orders the member's courses: a stopped clock or a day would not."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    course_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger)
    turn: Named[int] = Column(Integer)


reading = Table(
    "reading",
    metadata,
    ReadingColumns,
    ForeignKeyConstraint(["guild_id", "course_id"], ["course.guild_id", "course.id"]),
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    **STRICT,
)


class ConsumptionColumns(TypedColumns):
    """A member opened a lesson on a day of the community's zone: once, however often. `at` is the first time that day."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    day: Named[date] = Column(Date, primary_key=True)
    at: Named[datetime] = Column(Utc())


consumption = Table(
    "consumption",
    metadata,
    ConsumptionColumns,
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    Index(None, "guild_id", "at"),
    **COUNT_TABLE,
)


class ConsumptionDayColumns(TypedColumns):
    """How many rows of `consumption` each lesson has on each day, kept in the same transaction."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    day: Named[date] = Column(Date, primary_key=True)
    lesson_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    count: Named[int] = Column(Integer)


consumption_day = Table(
    "consumption_day",
    metadata,
    ConsumptionDayColumns,
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    CheckConstraint("count >= 1", name="count"),
    **COUNT_TABLE,
)


class RatingColumns(TypedColumns):
    """A member's rating of a lesson, in force since `since`. `words` is the text that they gave with the command."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    stars: Named[int] = Column(Integer)
    words: Named[str | None] = Column(String)
    since: Named[datetime] = Column(Utc())


rating = Table(
    "rating",
    metadata,
    RatingColumns,
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("length(words) BETWEEN 1 AND 1000", name="words"),
    Index(None, "guild_id", "lesson_id"),
    **STRICT,
)


class FormerRatingColumns(TypedColumns):
    """A replaced rating, without its words, so that the figures of past weeks do not change."""

    guild_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    user_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    lesson_id: Named[int] = Column(BigInteger, primary_key=True, autoincrement=False)
    until: Named[datetime] = Column(Utc(), primary_key=True)
    since: Named[datetime] = Column(Utc())
    stars: Named[int] = Column(Integer)


former_rating = Table(
    "former_rating",
    metadata,
    FormerRatingColumns,
    ForeignKeyConstraint(["guild_id", "lesson_id"], ["lesson.guild_id", "lesson.id"]),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    CheckConstraint("since <= until", name="order"),
    Index(None, "guild_id", "lesson_id"),
    **STRICT,
)
