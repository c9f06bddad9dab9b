"""What teachers do with courses: import, lock, look at how they fare; and finding one by its name."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.cards import plain
from bot.clock import Clock
from bot.courses import versions
from bot.courses.access import Access, plan_names, tier_ids
from bot.courses.course import Course
from bot.courses.store import deeds, library
from bot.courses.views import Change, Choice, Imported, Stars, Taught
from bot.db import Database
from bot.errors import UserError
from bot.names import means

RECENT = timedelta(days=28)


class Teaching:
    """Courses from the teachers' side. `zone` is the community's."""

    def __init__(self, db: Database, clock: Clock, access: Access, zone: ZoneInfo) -> None:
        self._db = db
        self._clock = clock
        self._access = access
        self._zone = zone

    async def import_course(
        self, guild_id: int, source: Course, *, by: int | None = None, tier: str | None = None
    ) -> Imported:
        """Make the course, or its next version; one transaction, and the same content again changes nothing.

        The tier named here opens it; else those that the course names; else who may open it stays as it was
        (a new course: everybody). UserError when a tier is not there.
        """
        names = await plan_names(self._access, guild_id)
        told = tier_ids(names, source.tiers)
        asked = tier_ids(names, [tier] if tier else [])
        async with self._db.write() as tx:
            kept = await versions.keep(tx, guild_id, source, self._clock.now(), by)
            wanted = asked or (told if kept.change is not Change.UNCHANGED else [])
            if wanted:
                await library.set_tiers(tx, guild_id, kept.course_id, wanted)
            row = await library.course_by_id(tx, guild_id, kept.course_id)
        opening = tuple(names[id_] for id_ in row.tier_ids if id_ in names) if row is not None else ()
        return Imported(
            kept.course_id, source.title, kept.change, kept.version, len(source.lessons), len(source.modules),
            kept.added, kept.removed, opening,
        )  # fmt: skip

    async def lock(self, guild_id: int, course_id: int, tier: str | None) -> tuple[str, tuple[str, ...]]:
        """Let only this tier open the course, or with None everybody. Returns its title and the tiers' names."""
        names = await plan_names(self._access, guild_id)
        wanted = tier_ids(names, [tier] if tier else [])
        async with self._db.write() as tx:
            row = await library.course_by_id(tx, guild_id, course_id)
            if row is None:
                raise _unknown(str(course_id))
            await library.set_tiers(tx, guild_id, course_id, wanted)
        return row.title, tuple(names[id_] for id_ in wanted)

    async def include(
        self, guild_id: int, course_id: int, tier_id: int, included: bool
    ) -> tuple[str, tuple[str, ...]]:
        """Let this tier open the course beside the others, or no more. Returns its title and the tiers' names.

        UserError where the last one would go: that would open the course to everybody.
        """
        names = await plan_names(self._access, guild_id)
        async with self._db.write() as tx:
            row = await library.course_by_id(tx, guild_id, course_id)
            if row is None:
                raise _unknown(str(course_id))
            others = [id_ for id_ in row.tier_ids if id_ != tier_id]
            if not included and row.tier_ids and not others:
                raise UserError(
                    "Without {tier} everybody could open “{course}”. Name another membership for it first, or open it with /teach lock.",
                    tier=plain(names.get(tier_id, ""), 60), course=plain(row.title, 100),
                )  # fmt: skip
            wanted = [*others, tier_id] if included else others
            await library.set_tiers(tx, guild_id, course_id, wanted)
        return row.title, tuple(names[id_] for id_ in wanted if id_ in names)

    async def opened_by(self, guild_id: int, tier_id: int) -> list[str]:
        """The titles of the courses that this tier opens."""
        async with self._db.read() as db:
            return [row.title for row in await library.courses(db, guild_id) if tier_id in row.tier_ids]

    async def taught(self, guild_id: int) -> list[Taught]:
        """Every course with how it fares."""
        names = await plan_names(self._access, guild_id)
        since = (self._clock.now() - RECENT).astimezone(self._zone).date()
        found: list[Taught] = []
        async with self._db.read() as db:
            openings = await deeds.openings_by_course(db, guild_id, since)
            stars = await deeds.ratings_by_course(db, guild_id)
            for row in await library.courses(db, guild_id):
                lessons = [one.lesson_id for one in await library.lessons(db, guild_id, row.id, row.version)]
                found.append(
                    Taught(
                        row.id, row.title, row.version, row.imported_at, len(lessons),
                        tuple(names[id_] for id_ in row.tier_ids if id_ in names), openings.get(row.id, 0),
                        await deeds.graduates(db, guild_id, lessons), Stars(*stars.get(row.id, (0, 0))),
                    )
                )  # fmt: skip
        return found

    async def tiers(self, guild_id: int) -> list[Choice]:
        """The tiers that may be named."""
        return [Choice(id_, name) for id_, name in (await plan_names(self._access, guild_id)).items()]

    async def find(self, guild_id: int, typed: str) -> int:
        """The course meant by an id, a title or a slug. UserError when there is none."""
        async with self._db.read() as db:
            for row in await library.courses(db, guild_id):
                if means(typed, row.id, row.title, row.slug):
                    return int(row.id)
        raise _unknown(typed)

    async def find_lesson(self, guild_id: int, typed: str, course_id: int | None = None) -> int:
        """The lesson meant by an id or a title, in this course or any. UserError when there is none."""
        for choice in await self.lessons(guild_id, course_id):
            if means(typed, choice.id, choice.name):
                return choice.id
        raise UserError(
            "There is no lesson “{lesson}” here. Pick one from the list that appears while you type.",
            lesson=plain(typed, 60),
        )

    async def courses(self, guild_id: int) -> list[Choice]:
        """Every course, by title."""
        async with self._db.read() as db:
            return [Choice(row.id, row.title) for row in await library.courses(db, guild_id)]

    async def lessons(self, guild_id: int, course_id: int | None = None) -> list[Choice]:
        """The lessons of a course, each within its module, or of all, each within its course; in their order."""
        found: list[Choice] = []
        async with self._db.read() as db:
            for row in await library.courses(db, guild_id):
                if course_id in (None, row.id):
                    modules = await library.modules(db, guild_id, row.id, row.version)
                    titles = {module.place: module.title for module in modules}
                    found += [
                        Choice(
                            one.lesson_id, one.title, row.title if course_id is None else titles[one.module]
                        )
                        for one in await library.lessons(db, guild_id, row.id, row.version)
                    ]
        return found

    async def opened_lessons(self, guild_id: int, user_id: int) -> list[Choice]:
        """The lessons that the member has opened and that still exist, latest first, each within its course."""
        known = {choice.id: choice for choice in await self.lessons(guild_id)}
        async with self._db.read() as db:
            recent = await deeds.opened_lessons(db, guild_id, user_id)
        return [known[lesson_id] for lesson_id in recent if lesson_id in known]


def _unknown(typed: str) -> UserError:
    return UserError(
        "There is no course “{course}” here. Pick one from the list that appears while you type.",
        course=plain(typed, 60),
    )
