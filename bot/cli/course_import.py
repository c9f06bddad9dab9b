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
    """Import the folder or zip; returns a sentence that says what was done.

    UserError for a course that cannot be read, when it is unclear which server is meant, or while Lyceum runs with this
    database: only one process may write it.
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
            return await _import_into_sandbox(settings, db, course)
        migrate(db.path, real_now())
        guild = guild_id if guild_id is not None else await _only_guild(db)
        return await _store(settings, db, SystemClock(), guild, course)
    finally:
        await db.close()


def _read(path: Path) -> Course:
    return read_folder(path) if path.is_dir() else read_zip(path.read_bytes(), path.name)


async def _import_into_sandbox(settings: Settings, db: Database, course: Course) -> str:
    """Import into the sandbox's server, at the sandbox's time."""
    if calendar.is_new(settings.folder):
        raise UserError("There is no community here yet. Start Lyceum once, stop it, then import.")
    sandbox = await asyncio.to_thread(
        sandbox_process.find_or_start, settings.folder, settings.sandbox.port, arguments=[]
    )
    try:
        async with People(sandbox.url) as people:
            world = await people.world()
        migrate(db.path, real_now())
        clock = _FixedClock(datetime.fromisoformat(world["clock"]["now"]))
        return await _store(settings, db, clock, int(world["guild"]["id"]), course)
    finally:
        if sandbox.new:
            await asyncio.to_thread(sandbox_process.end, sandbox)


@dataclass(frozen=True)
class _FixedClock:
    """A clock that always says `moment`."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


async def _store(settings: Settings, db: Database, clock: Clock, guild_id: int, course: Course) -> str:
    app = build(settings, db, clock)
    imported = await app.teaching.import_course(guild_id, course)
    return import_summary(app.catalog.community, imported)


async def _only_guild(db: Database) -> int:
    """The one server that the database knows. UserError when there are none or several."""
    async with db.read() as reader:
        guilds = await guild_ids(reader)
    if len(guilds) == 1:
        return guilds[0]
    if not guilds:
        raise UserError(
            "No server is known here yet. Name it: --guild and its id (Copy Server ID in Discord)."
        )
    raise UserError(
        "Lyceum knows several servers: {ids}. Name one with --guild.",
        ids=", ".join(str(guild_id) for guild_id in guilds),
    )
