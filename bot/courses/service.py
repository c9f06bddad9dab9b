"""Courses: members open, finish and rate lessons, and each is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.courses.access import CourseAccess, CourseOffer, CourseSale, Keys, locked_sentence, plan_names
from bot.courses.pages import pages
from bot.courses.store import learning_records, library
from bot.courses.views import (
    CourseView,
    LessonPage,
    LessonView,
    Library,
    ModuleView,
    Outline,
    Stars,
    following,
)
from bot.db import Database, Reader
from bot.errors import UserError

WORDS_LIMIT = 1000


class Courses:
    """Everything that members do with courses. Openings are counted by day of `zone`, the community's."""

    def __init__(
        self, db: Database, clock: Clock, access: CourseAccess, sale: CourseSale, zone: ZoneInfo
    ) -> None:
        self._db = db
        self._clock = clock
        self._access = access
        self._sale = sale
        self._zone = zone

    async def browse(self, guild_id: int, user_id: int, *, staff: bool = False) -> list[CourseView]:
        """All courses by title, including those that are locked for this member."""
        access = await self._access_of(guild_id, user_id, staff)
        async with self._db.read() as db:
            done = await learning_records.finished(db, guild_id, user_id)
            stars = await learning_records.ratings_by_course(db, guild_id)
            return [
                access.view(row, stars, await library.lessons(db, guild_id, row.id, row.version), done)
                for row in await library.courses(db, guild_id)
            ]

    async def outline(self, guild_id: int, user_id: int, course_id: int, *, staff: bool = False) -> Outline:
        """A course's modules and lessons with the member's progress. Locked courses show theirs too."""
        access = await self._access_of(guild_id, user_id, staff)
        async with self._db.read() as db:
            row = await _course(db, guild_id, course_id)
            return await _read_outline(db, guild_id, user_id, row, access)

    async def open_lesson(
        self, guild_id: int, user_id: int, lesson_id: int, *, page: int = 0, staff: bool = False
    ) -> LessonPage:
        """Show a page of a lesson, and count in the same transaction that the member opened it today.

        UserError when the course is locked for this member or the lesson is no longer part of it.
        """
        access = await self._access_of(guild_id, user_id, staff)
        now = self._clock.now()
        async with self._db.write() as tx:
            row = await _course_of(tx, guild_id, lesson_id)
            access.require_open(row)
            body = await library.text(tx, guild_id, lesson_id, row.version)
            if body is None:
                raise _lesson_removed()
            outline = await _read_outline(tx, guild_id, user_id, row, access)
            await learning_records.consume(
                tx, guild_id, user_id, lesson_id, now.astimezone(self._zone).date(), now
            )
            await learning_records.set_position(tx, guild_id, user_id, row.id, lesson_id)
            rating = await learning_records.rating_of(tx, guild_id, user_id, lesson_id)
        texts = pages(body)
        module, lesson = _find_lesson(outline, lesson_id)
        shown = max(0, min(page, len(texts) - 1))
        return LessonPage(
            course=outline.course,
            module=module.title,
            lesson=lesson,
            text=texts[shown].shown,
            page=shown,
            pages=len(texts),
            following=following(_all_lessons(outline.modules), lesson.place),
            my_stars=rating.stars if rating is not None else None,
        )

    async def mark_done(
        self, guild_id: int, user_id: int, lesson_id: int, *, staff: bool = False
    ) -> tuple[Outline, LessonView | None]:
        """The member is done with a lesson. Returns the course and the next lesson, None when all are done.

        UserError when the course is locked for this member or the lesson is no longer part of it.
        """
        access = await self._access_of(guild_id, user_id, staff)
        async with self._db.write() as tx:
            row = await _course_of(tx, guild_id, lesson_id)
            access.require_open(row)
            await learning_records.finish(tx, guild_id, user_id, lesson_id, self._clock.now())
            outline = await _read_outline(tx, guild_id, user_id, row, access)
        _, lesson = _find_lesson(outline, lesson_id)
        return outline, following(_all_lessons(outline.modules), lesson.place)

    async def next_lesson(self, guild_id: int, user_id: int, course_id: int | None = None) -> LessonView:
        """The lesson to go on with, in this course or in the one opened last. UserError when none is left."""
        async with self._db.read() as db:
            positions = await learning_records.positions(db, guild_id, user_id)
            if course_id is None and not positions:
                raise UserError("You have not opened a course yet. Find one with /course browse.")
            row = await _course(db, guild_id, positions[0].course_id if course_id is None else course_id)
            access = _MemberAccess(Keys(staff=True), {}, {})
            outline = await _read_outline(db, guild_id, user_id, row, access)
        lessons = _all_lessons(outline.modules)
        last = next((position.lesson_id for position in positions if position.course_id == row.id), None)
        current = next((lesson for lesson in lessons if lesson.id == last), None)
        if current is not None and not current.done:
            return current
        coming = following(lessons, current.place if current else -1)
        if coming is None:
            raise UserError(
                "You are done with every lesson of this course. Find another with /course browse."
            )
        return coming

    async def rate(
        self, guild_id: int, user_id: int, lesson_id: int, stars: int, words: str | None = None
    ) -> bool:
        """Store the member's rating of a lesson that they have opened; True when it replaces an earlier one."""
        comment = (words or "").strip()
        if not 1 <= stars <= 5:
            raise UserError("A rating is a number of stars from 1 to 5. Choose one of them.")
        if len(comment) > WORDS_LIMIT:
            raise UserError("The text is longer than {n} characters. Shorten it.", n=WORDS_LIMIT)
        async with self._db.write() as tx:
            await _course_of(tx, guild_id, lesson_id)
            if not await learning_records.opened(tx, guild_id, user_id, lesson_id):
                raise UserError(
                    "You have not opened this lesson yet. Open it with /course open, then rate it."
                )
            return await learning_records.rate(
                tx=tx,
                guild_id=guild_id,
                user_id=user_id,
                lesson_id=lesson_id,
                stars=stars,
                words=comment or None,
                now=self._clock.now(),
            )

    async def consumption(self, guild_id: int, start: datetime, end: datetime) -> int:
        """How many lessons were opened in [start, end), each counted once per member and day of the community."""
        first, last = start.astimezone(self._zone), end.astimezone(self._zone)
        async with self._db.read() as db:
            if first.time() == last.time() == time(0):
                return await learning_records.consumed_in_days(db, guild_id, first.date(), last.date())
            return await learning_records.consumed_between(db, guild_id, start, end)

    async def library(self, guild_id: int, start: datetime, end: datetime) -> Library:
        """The lessons that existed at the end of [start, end), and the ratings of them in force then."""
        async with self._db.read() as db:
            contents = await library.contents(db, guild_id, end)
            ratings = await learning_records.rating_totals(db, guild_id, end)
        return Library(contents, ratings.rated, int(ratings.total), ratings.count)

    async def _access_of(self, guild_id: int, user_id: int, staff: bool) -> _MemberAccess:
        keys = Keys(
            tiers=await self._access.tiers_of(guild_id, user_id),
            owned=await self._sale.owned(guild_id, user_id),
            staff=staff,
        )
        names = await plan_names(self._access, guild_id)
        return _MemberAccess(keys, names, await self._sale.offers(guild_id))


class _MemberAccess:
    """Which courses one member can open."""

    def __init__(
        self, keys: Keys, names: Mapping[int, str], offers: Mapping[int, Sequence[CourseOffer]]
    ) -> None:
        self._keys = keys
        self._names = names
        self._offers = offers

    def names(self, row: Any) -> tuple[str, ...]:
        """The tiers that open the course."""
        return tuple(self._names[id_] for id_ in row.tier_ids if id_ in self._names)

    def require_open(self, row: Any) -> None:
        """Refuse a locked course with a UserError that says what opens it."""
        if self.locked(row):
            raise locked_sentence(row.title, self.names(row), sold=row.id in self._offers)

    def locked(self, row: Any) -> bool:
        """Is the course closed to this member?"""
        return not self._keys.open(row.id, row.tier_ids, sold=row.id in self._offers)

    def view(
        self, row: Any, stars: Mapping[int, tuple[int, int]], lessons: list[Any], done: set[int]
    ) -> CourseView:
        """The course as this member sees it."""
        return CourseView(
            id=row.id,
            title=row.title,
            description=row.description,
            version=row.version,
            tiers=self.names(row),
            locked=self.locked(row),
            lessons=len(lessons),
            done=sum(lesson.lesson_id in done for lesson in lessons),
            stars=Stars(*stars.get(row.id, (0, 0))),
            offers=tuple(self._offers.get(row.id, ())),
        )


async def _course(db: Reader, guild_id: int, course_id: int) -> Any:
    row = await library.course_by_id(db, guild_id, course_id)
    if row is None:
        raise UserError("There is no such course here. Find one with /course browse.")
    return row


async def _course_of(db: Reader, guild_id: int, lesson_id: int) -> Any:
    course_id = await library.course_of(db, guild_id, lesson_id)
    if course_id is None:
        raise UserError("There is no such lesson here. Find one with /course open.")
    return await _course(db, guild_id, course_id)


async def _read_outline(
    db: Reader, guild_id: int, user_id: int, course: Any, access: _MemberAccess
) -> Outline:
    lessons = await library.lessons(db, guild_id, course.id, course.version)
    done = await learning_records.finished(db, guild_id, user_id)
    stars = await learning_records.ratings_by_course(db, guild_id)
    views = [
        LessonView(row.lesson_id, row.place, row.module, row.depth, row.title, row.lesson_id in done)
        for row in lessons
    ]
    modules = tuple(
        ModuleView(module.place, module.title, tuple(view for view in views if view.module == module.place))
        for module in await library.modules(db, guild_id, course.id, course.version)
    )
    return Outline(access.view(course, stars, lessons, done), modules, following(views))


def _all_lessons(modules: tuple[ModuleView, ...]) -> list[LessonView]:
    return [lesson for module in modules for lesson in module.lessons]


def _find_lesson(outline: Outline, lesson_id: int) -> tuple[ModuleView, LessonView]:
    for module in outline.modules:
        for lesson in module.lessons:
            if lesson.id == lesson_id:
                return module, lesson
    raise _lesson_removed()


def _lesson_removed() -> UserError:
    return UserError(
        "This lesson is no longer part of its course. Look at the course anew with /course open."
    )
