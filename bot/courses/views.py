"""The answers of the services: courses and lessons as a member or a teacher sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.courses.access import CourseOffer


@dataclass(frozen=True)
class Stars:
    """Ratings of one to five, summed up."""

    total: int = 0
    count: int = 0

    @property
    def mean(self) -> float | None:
        """None without any rating, because zero would be a bad one."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True)
class LessonView:
    """A lesson as one member sees it. `place` counts from 0 within the course."""

    id: int
    place: int
    module: int
    depth: int
    title: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """A course with one member's progress. `tiers` are the names of the tiers that open it, `offers` its own prices."""

    id: int
    title: str
    description: str
    version: int
    tiers: tuple[str, ...]
    locked: bool
    lessons: int
    done: int
    stars: Stars
    offers: tuple[CourseOffer, ...] = ()


@dataclass(frozen=True)
class ModuleView:
    """A module with its lessons."""

    place: int
    title: str
    lessons: tuple[LessonView, ...]

    @property
    def done(self) -> int:
        """How many of the module's lessons the member is done with."""
        return sum(lesson.done for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    """A course with its table of contents. `following` is where *Continue* leads, None when all lessons are done."""

    course: CourseView
    modules: tuple[ModuleView, ...]
    following: LessonView | None


@dataclass(frozen=True, kw_only=True)
class LessonPage:
    """A lesson opened at one of its pages (from 0)."""

    course: CourseView
    module: str
    lesson: LessonView
    text: str
    page: int
    pages: int
    following: LessonView | None
    my_stars: int | None


class Change(StrEnum):
    """The effect of an import."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """The outcome of an import. `added` and `removed` count lessons against the version before."""

    course_id: int
    title: str
    change: Change
    version: int
    lessons: int
    modules: int
    added: int
    removed: int
    tiers: tuple[str, ...]
    offers: tuple[CourseOffer, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Taught:
    """A course as its teachers see it. `openings` are those of the last 28 days."""

    id: int
    title: str
    version: int
    imported_at: datetime
    lessons: int
    tiers: tuple[str, ...]
    openings: int
    graduates: int
    stars: Stars
    offers: tuple[CourseOffer, ...] = ()


@dataclass(frozen=True)
class Opening:
    """Who can open a course: the names of its tiers, and how it is sold singly. With neither: everybody."""

    title: str
    tiers: tuple[str, ...]
    offers: tuple[CourseOffer, ...] = ()


@dataclass(frozen=True)
class CourseChoice:
    """A course, lesson or tier to pick by name. `within` is a lesson's module or course, because names repeat."""

    id: int
    name: str
    within: str = ""


@dataclass(frozen=True)
class Library:
    """The inputs of the content value metric: the number of lessons, and the ratings in force."""

    contents: int
    rated: int
    rating_sum: int
    rating_count: int


def following(lessons: Sequence[LessonView], after: int = -1) -> LessonView | None:
    """The next lesson that is not done: the first after the place `after`, else the first of all, else None."""
    undone = [lesson for lesson in lessons if not lesson.done]
    return next((lesson for lesson in undone if lesson.place > after), undone[0] if undone else None)
