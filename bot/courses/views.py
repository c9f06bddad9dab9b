"""What the service answers with: a course and its lessons as one member sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True)
class Stars:
    """Ratings of one to five, summed up."""

    total: int = 0
    count: int = 0

    @property
    def mean(self) -> float | None:
        """None without any rating: nothing is not zero."""
        return self.total / self.count if self.count else None


@dataclass(frozen=True)
class LessonView:
    """A lesson in its place (from 0 within the course)."""

    id: int
    place: int
    module: int
    depth: int
    title: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class CourseView:
    """A course and how far the member is. `tiers` are the names of those that open it; empty: open to everybody."""

    id: int
    title: str
    description: str
    version: int
    tiers: tuple[str, ...]
    locked: bool
    lessons: int
    done: int
    stars: Stars


@dataclass(frozen=True)
class ModuleView:
    """A module with its lessons."""

    place: int
    title: str
    lessons: tuple[LessonView, ...]

    @property
    def done(self) -> int:
        """How many of its lessons the member is done with."""
        return sum(lesson.done for lesson in self.lessons)


@dataclass(frozen=True)
class Outline:
    """A course opened at its table of contents. `following` is where *Continue* leads; None: all is done."""

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
    """What an import did."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """An import's outcome. `added` and `removed` count lessons against the version before."""

    course_id: int
    title: str
    change: Change
    version: int
    lessons: int
    modules: int
    added: int
    removed: int
    tiers: tuple[str, ...]


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


@dataclass(frozen=True)
class CourseChoice:
    """Something to pick by name; `within` tells it from others of that name: a lesson's module or course."""

    id: int
    name: str
    within: str = ""


@dataclass(frozen=True)
class Library:
    """What content value needs: lessons that exist, and the ratings in force."""

    contents: int
    rated: int
    rating_sum: int
    rating_count: int


def following(lessons: Sequence[LessonView], after: int = -1) -> LessonView | None:
    """The next lesson that is not done: the first after that place, else the first of all, else None."""
    open_ = [lesson for lesson in lessons if not lesson.done]
    return next((lesson for lesson in open_ if lesson.place > after), open_[0] if open_ else None)
