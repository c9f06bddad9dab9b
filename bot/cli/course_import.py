"""`run_bot.py course import PATH`: a course from this machine's disk, while Lyceum is not running."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.all_tables import guild_ids
from bot.app import build
from bot.clock import Clock, SystemClock, real_now
from bot.courses.course import Course, quoted
from bot.courses.reading import read_folder, read_zip
from bot.courses.staff_cards import import_summary
from bot.db import Database
from bot.db.migrate import migrate
from bot.demo import calendar, sandbox_process
from bot.demo.people import People
from bot.errors import ConfigurationError, UserError
from bot.settings import Settings


async def import_from_disk(settings: Settings, path: Path, guild_id: int | None) -> str:
    """Import the folder or zip; returns the sentence that says what was done.

    UserError for a course that cannot be read, a server that is not named, or while Lyceum runs with this
    database: then it alone writes.
    """
    if not path.exists():
        raise UserError(
            "{path} is not there. Name the folder or the zip file of the course.", path=quoted(str(path))
        )
    course = await asyncio.to_thread(_read, path)
    db = Database(settings.folder / "lyceum.db")
    try:
        db.hold()
    except ConfigurationError:
        raise UserError(
            "Lyceum is running. Import the course with /teach import in Discord, or stop Lyceum first."
        ) from None
    try:
        if settings.sandboxed:
            return await _in_the_sandbox(settings, db, course)
        migrate(db.path, real_now())
        guild = guild_id if guild_id is not None else await _only_guild(db)
        return await _store(settings, db, SystemClock(), guild, course)
    finally:
        await db.close()


def _read(path: Path) -> Course:
    return read_folder(path) if path.is_dir() else read_zip(path.read_bytes(), path.name)


async def _in_the_sandbox(settings: Settings, db: Database, course: Course) -> str:
    """The sandbox knows the server, and what time it is there."""
    if calendar.is_new(settings.folder):
        raise UserError("There is no community here yet. Start Lyceum once, stop it, then import.")
    there = await asyncio.to_thread(
        sandbox_process.find_or_start, settings.folder, settings.sandbox.port, arguments=[]
    )
    try:
        async with People(there.url) as people:
            seen = await people.world()
        migrate(db.path, real_now())
        clock = _Standing(datetime.fromisoformat(seen["clock"]["now"]))
        return await _store(settings, db, clock, int(seen["guild"]["id"]), course)
    finally:
        if there.new:
            await asyncio.to_thread(sandbox_process.end, there)


@dataclass(frozen=True)
class _Standing:
    """A clock that stands at the moment of the import."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def _store(settings: Settings, db: Database, clock: Clock, guild_id: int, course: Course) -> str:
    app = build(settings, db, clock)
    done = await app.teaching.import_course(guild_id, course)
    return import_summary(app.catalog.community, done)


async def _only_guild(db: Database) -> int:
    """The one server that anything is stored of. UserError when there is none or several."""
    async with db.read() as reader:
        known = await guild_ids(reader)
    if len(known) == 1:
        return known[0]
    if not known:
        raise UserError(
            "No server is known here yet. Name it: --guild and its id (Copy Server ID in Discord)."
        )
    raise UserError(
        "Lyceum knows several servers: {ids}. Name one with --guild.",
        ids=", ".join(str(one) for one in known),
    )
