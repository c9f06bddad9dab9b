"""What teachers do with courses: import, lock and price them, see how they are used; and finding one by its name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.audit import LYCEUM, AuditAction, record
from bot.cards import plain
from bot.clock import Clock
from bot.courses import versions
from bot.courses.access import CourseAccess, CourseOffer, CourseSale, plan_names, tier_ids
from bot.courses.course import Course
from bot.courses.store import learning_records, library
from bot.courses.views import Change, CourseChoice, Imported, Opening, Stars, Taught
from bot.db import Database, Reader
from bot.errors import UserError
from bot.names import means, require_typed

RECENT = timedelta(days=28)


class Teaching:
    """Courses from the teachers' side. `zone` is the community's."""

    def __init__(
        self, db: Database, clock: Clock, access: CourseAccess, sale: CourseSale, zone: ZoneInfo
    ) -> None:
        self._db = db
        self._clock = clock
        self._access = access
        self._sale = sale
        self._zone = zone

    async def import_course(
        self, guild_id: int, source: Course, *, by: int | None = None, tier: str | None = None
    ) -> Imported:
        """Make the course, or its next version; one transaction, and the same content again changes nothing.

        `tier` opens it; without it the tiers that the course names; without those access stays as it was
        (a new course is open to everybody). UserError when a tier does not exist.
        """
        names = await plan_names(self._access, guild_id)
        course_tiers = tier_ids(names, source.tiers)
        chosen_tiers = tier_ids(names, [tier] if tier else [])
        now = self._clock.now()
        async with self._db.write() as tx:
            stored = await versions.store_version(tx, guild_id, source, now, by)
            new_tiers = chosen_tiers or (course_tiers if stored.change is not Change.UNCHANGED else [])
            locked = bool(new_tiers) and await library.set_tiers(tx, guild_id, stored.course_id, new_tiers)
            row = await library.course_by_id(tx, guild_id, stored.course_id)
            await self._sale.rename(tx, guild_id, stored.course_id, source.title)
            if locked or stored.change is not Change.UNCHANGED:
                await record(
                    tx,
                    guild_id=guild_id,
                    at=now,
                    actor=by or LYCEUM,
                    action=AuditAction.COURSE_IMPORTED,
                    subject=stored.course_id,
                    title=source.title,
                    version=stored.version,
                    tiers=[names[id_] for id_ in new_tiers],
                )
        opened_by = tuple(names[id_] for id_ in row.tier_ids if id_ in names) if row is not None else ()
        return Imported(
            course_id=stored.course_id,
            title=source.title,
            change=stored.change,
            version=stored.version,
            lessons=len(source.lessons),
            modules=len(source.modules),
            added=stored.added,
            removed=stored.removed,
            tiers=opened_by,
            offers=tuple((await self._sale.offers(guild_id)).get(stored.course_id, ())),
        )

    async def lock(self, guild_id: int, course_id: int, tier: str | None, actor: int) -> Opening:
        """Let this tier open the course, beside who owns it; or everybody when it is None, which takes it off sale."""
        names = await plan_names(self._access, guild_id)
        new_tiers = tier_ids(names, [tier] if tier else [])
        async with self._db.write() as tx:
            row = await _course(tx, guild_id, course_id)
            if not new_tiers:
                await self._sale.withdraw(tx, guild_id, course_id, actor)
            if await library.set_tiers(tx, guild_id, course_id, new_tiers):
                await record(
                    tx,
                    guild_id=guild_id,
                    at=self._clock.now(),
                    actor=actor,
                    action=AuditAction.COURSE_LOCKED if new_tiers else AuditAction.COURSE_OPENED,
                    subject=course_id,
                    title=row.title,
                    tiers=[names[id_] for id_ in new_tiers],
                )
        return await self._opening(guild_id, course_id)

    async def add_price(
        self, guild_id: int, course_id: int, *, price: str, currency: str, days: int | None, actor: int
    ) -> Opening:
        """Sell the course singly for so many days, or for ever. From then on it is closed to all others.

        It takes the place of the price for the same time and currency.
        """
        async with self._db.write() as tx:
            row = await _course(tx, guild_id, course_id)
            await self._sale.add_price(
                tx, guild_id, course_id, row.title, price=price, currency=currency, days=days, actor=actor
            )
        return await self._opening(guild_id, course_id)

    async def remove_price(self, guild_id: int, course_id: int, price: str, actor: int) -> Opening:
        """Sell the course at this price no more; whoever has it keeps it.

        UserError when the last price would go and no tier opens it, because that would open the course to everybody.
        """
        async with self._db.write() as tx:
            row = await _course(tx, guild_id, course_id)
            left = await self._sale.remove_price(tx, guild_id, course_id, price, actor)
            if not left and not row.tier_ids:
                raise UserError(
                    "Without a price everybody could open “{course}”. Name a membership for it first, or open it, both with /teach lock.",
                    course=plain(row.title, 100),
                )
        return await self._opening(guild_id, course_id)

    async def offers(self, guild_id: int, course_id: int) -> Sequence[CourseOffer]:
        """How the course is sold singly."""
        return (await self._sale.offers(guild_id)).get(course_id, ())

    async def sold(self, guild_id: int) -> list[CourseChoice]:
        """The courses that are sold singly, by title."""
        offers = await self._sale.offers(guild_id)
        return [course for course in await self.courses(guild_id) if course.id in offers]

    async def _opening(self, guild_id: int, course_id: int) -> Opening:
        names = await plan_names(self._access, guild_id)
        async with self._db.read() as db:
            row = await _course(db, guild_id, course_id)
        offers = tuple(await self.offers(guild_id, course_id))
        return Opening(row.title, tuple(names[id_] for id_ in row.tier_ids if id_ in names), offers)

    async def include(
        self, guild_id: int, course_id: int, tier_id: int, included: bool, actor: int
    ) -> Opening:
        """Add the tier to those that open the course, or remove it.

        UserError when the last one would be removed and it is not sold, because that would open it to everybody.
        """
        names = await plan_names(self._access, guild_id)
        async with self._db.write() as tx:
            row = await _course(tx, guild_id, course_id)
            sold = await self.offers(guild_id, course_id)
            others = [id_ for id_ in row.tier_ids if id_ != tier_id]
            if not included and row.tier_ids and not others and not sold:
                raise UserError(
                    "Without {tier} everybody could open “{course}”. Name another membership for it first, or open it with /teach lock.",
                    tier=plain(names.get(tier_id, ""), 60),
                    course=plain(row.title, 100),
                )
            new_tiers = [*others, tier_id] if included else others
            if await library.set_tiers(tx, guild_id, course_id, new_tiers):
                await record(
                    tx,
                    guild_id=guild_id,
                    at=self._clock.now(),
                    actor=actor,
                    action=AuditAction.COURSE_INCLUDED if included else AuditAction.COURSE_EXCLUDED,
                    subject=course_id,
                    title=row.title,
                    tier=str(tier_id),
                )
        return await self._opening(guild_id, course_id)

    async def tiers_that_open(self, guild_id: int, course_id: int) -> frozenset[int]:
        """The ids of the tiers that open a course; none when there is no such course."""
        async with self._db.read() as db:
            row = await library.course_by_id(db, guild_id, course_id)
        return frozenset(row.tier_ids) if row is not None else frozenset()

    async def opened_by(self, guild_id: int, tier_id: int) -> list[str]:
        """The titles of the courses that this tier opens."""
        async with self._db.read() as db:
            return [row.title for row in await library.courses(db, guild_id) if tier_id in row.tier_ids]

    async def taught(self, guild_id: int) -> list[Taught]:
        """Every course with its openings, graduates and ratings."""
        names, offers = await plan_names(self._access, guild_id), await self._sale.offers(guild_id)
        since = (self._clock.now() - RECENT).astimezone(self._zone).date()
        courses: list[Taught] = []
        async with self._db.read() as db:
            openings = await learning_records.openings_by_course(db, guild_id, since)
            stars = await learning_records.ratings_by_course(db, guild_id)
            for row in await library.courses(db, guild_id):
                lessons = [
                    lesson.lesson_id for lesson in await library.lessons(db, guild_id, row.id, row.version)
                ]
                courses.append(
                    Taught(
                        id=row.id,
                        title=row.title,
                        version=row.version,
                        imported_at=row.imported_at,
                        lessons=len(lessons),
                        tiers=tuple(names[id_] for id_ in row.tier_ids if id_ in names),
                        openings=openings.get(row.id, 0),
                        graduates=await learning_records.graduates(db, guild_id, lessons),
                        stars=Stars(*stars.get(row.id, (0, 0))),
                        offers=tuple(offers.get(row.id, ())),
                    )
                )
        return courses

    async def tiers(self, guild_id: int) -> list[CourseChoice]:
        """The tiers that can open a course."""
        return [CourseChoice(id_, name) for id_, name in (await plan_names(self._access, guild_id)).items()]

    async def find(self, guild_id: int, typed: str) -> int:
        """The course meant by an id, a title or a slug. UserError when there is none."""
        async with self._db.read() as db:
            for row in await library.courses(db, guild_id):
                if means(typed, row.id, row.title, row.slug):
                    return int(row.id)
        require_typed(typed)
        raise _unknown(typed)

    async def find_lesson(self, guild_id: int, typed: str, course_id: int | None = None) -> int:
        """The lesson meant by an id or a title, in this course or any. UserError when there is none."""
        for choice in await self.lessons(guild_id, course_id):
            if means(typed, choice.id, choice.name):
                return choice.id
        require_typed(typed)
        raise UserError(
            "There is no lesson “{lesson}” here. Pick one from the list that appears while you type.",
            lesson=plain(typed, 60),
        )

    async def courses(self, guild_id: int) -> list[CourseChoice]:
        """Every course, by title."""
        async with self._db.read() as db:
            return [CourseChoice(row.id, row.title) for row in await library.courses(db, guild_id)]

    async def lessons(self, guild_id: int, course_id: int | None = None) -> list[CourseChoice]:
        """The lessons of one course, each within its module, or of all courses, each within its course; in their order."""
        choices: list[CourseChoice] = []
        async with self._db.read() as db:
            for row in await library.courses(db, guild_id):
                if course_id in (None, row.id):
                    modules = await library.modules(db, guild_id, row.id, row.version)
                    titles = {module.place: module.title for module in modules}
                    choices += [
                        CourseChoice(
                            lesson.lesson_id,
                            lesson.title,
                            row.title if course_id is None else titles[lesson.module],
                        )
                        for lesson in await library.lessons(db, guild_id, row.id, row.version)
                    ]
        return choices

    async def opened_lessons(self, guild_id: int, user_id: int) -> list[CourseChoice]:
        """The lessons that the member has opened and that still exist, latest first, each within its course."""
        choice_by_id = {choice.id: choice for choice in await self.lessons(guild_id)}
        async with self._db.read() as db:
            recent = await learning_records.opened_lessons(db, guild_id, user_id)
        return [choice_by_id[lesson_id] for lesson_id in recent if lesson_id in choice_by_id]


async def _course(db: Reader, guild_id: int, course_id: int) -> Any:
    row = await library.course_by_id(db, guild_id, course_id)
    if row is None:
        raise _unknown(str(course_id))
    return row


def _unknown(typed: str) -> UserError:
    return UserError(
        "There is no course “{course}” here. Pick one from the list that appears while you type.",
        course=plain(typed, 60),
    )
