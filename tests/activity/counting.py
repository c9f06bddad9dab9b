"""The activity service on a real database, with a small chat server in memory whose history it reads back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from sqlalchemy import select

from bot.activity.rules import InteractionKind
from bot.activity.tables import channel, guild_day, hourly_count, member_week, person
from bot.activity.wiring import wire
from bot.clock import Clock
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.ids import snowflake_at
from bot.ports import HistoryMessage, MessageChannel, Opened, Person, Voice
from tests.blank import prepare
from tests.core import core

GUILD, OTHER = 7, 8
GENERAL, HELP, STAGE, DEN = 100, 101, 200, 201
ANN, BOB, CID, ROBOT = 1, 2, 3, 99
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
WEEK = timedelta(days=7)
START = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(kw_only=True)
class CountedServer:
    """A chat server and its clock. `say` adds a message to the channel's history and returns its id."""

    now_: datetime = MONDAY
    here: datetime = MONDAY - timedelta(days=30)
    humans: dict[int, datetime] = field(default_factory=lambda: dict.fromkeys((ANN, BOB, CID), MONDAY - WEEK))
    talk: dict[int, list[HistoryMessage]] = field(default_factory=lambda: {GENERAL: [], HELP: []})
    closed: set[int] = field(default_factory=set[int])
    hidden: set[int] = field(default_factory=set[int])
    threads: list[MessageChannel] = field(default_factory=list[MessageChannel])
    talkers: list[Voice] = field(default_factory=list[Voice])
    claimed: set[int] = field(default_factory=set[int])
    told: list[tuple[int, int | None]] = field(default_factory=list[tuple[int, int | None]])
    failures: int = 0
    page: asyncio.Event | None = None
    _ids: int = 0

    def now(self) -> datetime:
        return self.now_

    def later(self, **by: float) -> None:
        self.now_ += timedelta(**by)

    def id(self) -> int:
        self._ids += 1
        return snowflake_at(self.now_) + self._ids

    def say(self, who: int, where: int = GENERAL, *, human: bool = True, ordinary: bool = True) -> int:
        said = HistoryMessage(self.id(), where, who, human, ordinary)
        self.talk.setdefault(where, []).append(said)
        return said.id

    # the ChatServer port

    def here_since(self, guild_id: int) -> datetime | None:
        return self.here if guild_id in (GUILD, OTHER) else None

    async def message_channels(self, guild_id: int, since: datetime) -> list[MessageChannel]:
        rooms = [MessageChannel(id_, id_ not in self.hidden, None) for id_ in self.talk if guild_id == GUILD]
        threads = {thread.id for thread in self.threads}
        return [room for room in rooms if room.id not in threads] + self.threads

    async def history(
        self, guild_id: int, channel_id: int, after: int, until: int
    ) -> AsyncIterator[HistoryMessage]:
        if self.failures:
            self.failures -= 1
            raise RetryLater("Discord answered 503", timedelta(0))
        if channel_id in self.closed:
            raise NeedsAction("missing-permission", "no")
        in_range = [said for said in self.talk.get(channel_id, []) if after < said.id <= until]
        for said in sorted(in_range, key=lambda said: said.id):
            if self.page is not None:
                await self.page.wait()
            yield said

    async def members(self, guild_id: int) -> AsyncIterator[Person]:
        for user_id, joined_at in sorted(self.humans.items()) if guild_id == GUILD else []:
            yield Person(user_id, False, joined_at, frozenset())
        yield Person(ROBOT, True, self.here, frozenset())

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        return Person(user_id, user_id == ROBOT, MONDAY, frozenset())

    def voices(self, guild_id: int) -> list[Voice]:
        return self.talkers

    # what activity asks of events

    async def claims(self, guild_id: int, channel_id: int, start: datetime, end: datetime) -> bool:
        return channel_id in self.claimed

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        self.told.append((user_id, channel_id))


def open_thread(server: CountedServer, who: int) -> MessageChannel:
    """A thread that was opened before the bot starts."""
    place = MessageChannel(server.id(), True, Opened(who, server.now()))
    server.threads.append(place)
    return place


class CountingBot:
    """One run of the bot's activity service, wired as in bot/app.py. A second one on the same database is a restart."""

    def __init__(self, db: Database, server: CountedServer, zone: str = "UTC") -> None:
        self.db, self.server = db, server
        self.activity, _ = wire(core(db, cast("Clock", server), server, COMMUNITY__TIMEZONE=zone), server)

    async def start(self, *guilds: int) -> CountingBot:
        """Sign in and catch up on what was missed."""
        await self.activity.start()
        self.activity.connected()
        for guild_id in guilds or (GUILD,):
            self.activity.arrived(guild_id)
        await self.activity.caught_up()
        return self

    def hear(self, message_id: int, who: int, where: int = GENERAL, guild: int = GUILD, **kind: bool) -> None:
        """Receive a message from the gateway."""
        kind = {"human": True, "ordinary": True} | kind
        self.activity.message(guild, where, message_id, who, **kind)

    async def counted(self, guild: int = GUILD) -> dict[InteractionKind, int]:
        """The stored interactions, by kind."""
        await self.activity.flush()
        async with self.db.read() as db:
            rows = await db.execute(select(hourly_count).where(hourly_count.c.guild_id == guild))
            counts: dict[InteractionKind, int] = {}
            for row in rows:
                counts[InteractionKind(row.kind)] = counts.get(InteractionKind(row.kind), 0) + row.n
            return counts

    async def messages(self, guild: int = GUILD) -> int:
        """The number of stored messages; AssertionError unless all three tables agree."""
        n = (await self.counted(guild)).get(InteractionKind.MESSAGE, 0)
        async with self.db.read() as db:
            weeks = [
                r.messages
                for r in await db.execute(select(member_week).where(member_week.c.guild_id == guild))
            ]
            days = [
                r.messages for r in await db.execute(select(guild_day).where(guild_day.c.guild_id == guild))
            ]
        assert n == sum(weeks) == sum(days)
        return n

    async def hours(self) -> set[datetime]:
        """The hours that have counts."""
        await self.activity.flush()
        async with self.db.read() as db:
            return set((await db.execute(select(hourly_count.c.hour))).scalars())

    async def guilds(self) -> dict[int, set[int]]:
        """Guild → the ids of its stored channels and people."""
        stored: dict[int, set[int]] = {}
        async with self.db.read() as db:
            for row in await db.execute(select(channel.c.guild_id, channel.c.channel_id)):
                stored.setdefault(row.guild_id, set()).add(row.channel_id)
            for row in await db.execute(select(person.c.guild_id, person.c.user_id)):
                stored.setdefault(row.guild_id, set()).add(row.user_id)
        return stored


@contextlib.asynccontextmanager
async def database(folder: Path) -> AsyncGenerator[Database]:
    """A migrated database file."""
    db = Database(folder / "lyceum.db")
    prepare(db.path)
    try:
        yield db
    finally:
        await db.close()
