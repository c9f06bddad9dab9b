"""The insight services on a real database, with counts and a staff channel that tests set."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.cards import Card, Picture, Row, Text
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.insight import store
from bot.insight.inputs import InsightSources
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.weeks import Week
from bot.insight.wiring import wire
from bot.outbox.tables import outbox
from bot.work.worker import Worker
from tests.blank import prepare
from tests.clock import FakeClock
from tests.core import core

GUILD = 7
STAFF = 70
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True)
class Said:
    """A window's interactions."""

    messages: int = 30
    reactions: int = 10
    threads: int = 5
    voice: int = 5
    active_members: int = 41


@dataclass(frozen=True)
class Shelf:
    """The library: 10 contents, 5 of them rated, mean 4.5."""

    contents: int = 10
    rated: int = 5
    rating_sum: int = 45
    rating_count: int = 10


@dataclass(frozen=True)
class Held:
    """An event that is over."""

    attendances: int


@dataclass(frozen=True)
class Heard:
    gap_seconds: int = 0
    opted_out: int = 0
    unreadable: int = 0


@dataclass(kw_only=True)
class Facts:
    """The other domains' answers: those of the source's example for every window. `asked` records the windows."""

    said: Said = field(default_factory=Said)
    shelf: Shelf = field(default_factory=Shelf)
    heard: Heard = field(default_factory=Heard)
    consumed: int = 100
    attended: int = 30
    people: int = 100
    payers: int = 20
    asked: list[tuple[datetime, datetime]] = field(default_factory=list[tuple[datetime, datetime]])
    flushed: int = 0

    async def interactions(self, guild_id: int, start: datetime, end: datetime) -> Said:
        self.asked.append((start, end))
        return self.said

    async def humans(self, guild_id: int, at: datetime) -> int:
        return self.people

    async def coverage(self, guild_id: int, start: datetime, end: datetime) -> Heard:
        assert start <= end
        return self.heard

    async def consumption(self, guild_id: int, start: datetime, end: datetime) -> int:
        return self.consumed

    async def library(self, guild_id: int, start: datetime, end: datetime) -> Shelf:
        return self.shelf

    async def held(self, guild_id: int, start: datetime, end: datetime) -> list[Held]:
        return [Held(self.attended)]

    async def paying(self, guild_id: int, at: datetime) -> int:
        return self.payers

    async def flush(self) -> None:
        self.flushed += 1

    async def caught_up(self) -> None:
        """Nothing was missed."""

    def one_more_message(self) -> None:
        self.said = replace(self.said, messages=self.said.messages + 1)


class StaffRoom:
    """A server with one channel. The next `lost` posts succeed, but their answers never arrive."""

    def __init__(self) -> None:
        self.channel: int | None = STAFF
        self.cards: list[Card] = []
        self.lost = 0

    async def guild_ids(self) -> list[int]:
        return [GUILD]

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        return self.channel

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        self.cards.append(card)
        if self.lost:
            self.lost -= 1
            raise RetryLater("the line broke")
        return 1000 + len(self.cards)

    async def posted(self, guild_id: int, channel_id: int, action: str, since: datetime) -> int | None:
        if self.channel != channel_id:
            raise NeedsAction("gone", "Discord no longer knows this.")
        ids = (n for n, card in enumerate(self.cards, 1001) if action in actions(card))
        return next(ids, None)


class InsightHarness:
    """All of bot/insight, wired as in bot/app.py. A second one on the same database is a restart."""

    def __init__(
        self,
        db: Database,
        clock: FakeClock,
        facts: Facts,
        room: StaffRoom,
        metrics: Metrics = METRICS,
        **more: str,
    ) -> None:
        self.db, self.clock, self.facts, self.room = db, clock, facts, room
        base = core(db, clock, room, **{"REPORT__TIME": "00:00"} | more)
        self.texts = base.catalog
        self.queue = base.queue
        self.insight, self.weekly, wiring = wire(base, InsightSources(facts, facts, facts, facts), metrics)
        self.worker = Worker(db, clock, self.queue, dict(wiring.handlers))

    async def start(self) -> None:
        """What bot/app.py does at start."""
        await self.worker.recover()
        await self.weekly.schedule_all()
        await self.worker.run_due()

    async def turn(self, text: str) -> None:
        """Turn the clock while the bot runs; work due on the way runs at its own time."""
        to = datetime.fromisoformat(text).replace(tzinfo=UTC)
        while (due := await self.worker.next_due()) is not None and due <= to:
            self.clock.moment = max(due, self.clock.moment)
            await self.worker.run_due()
            if await self.worker.next_due() == due:
                break
        self.clock.moment = to
        await self.worker.run_due()

    async def patience(self) -> None:
        """Run what waits for a backoff, as if its real time had passed."""
        async with self.db.write() as tx:
            await tx.exec_driver_sql("UPDATE work SET not_before = '1970-01-01 00:00:00.000000'")
        await self.worker.run_due()

    async def weeks(self) -> list[str]:
        async with self.db.read() as db:
            return sorted(await store.week_names(db, GUILD, 99))

    async def outcomes(self) -> dict[str, str]:
        async with self.db.read() as db:
            return {row.key: row.reason or row.state for row in await db.execute(select(outbox))}

    async def bytes_of(self, week: str) -> Any:
        """The stored row, raw."""
        async with self.db.read() as db:
            query = "SELECT * FROM insight_weeks WHERE week = ?"
            return tuple((await db.exec_driver_sql(query, (str(Week.parse(week)),))).one())


@contextlib.asynccontextmanager
async def database(folder: Path) -> AsyncGenerator[Database]:
    """A migrated database in this folder, new or existing."""
    path = folder / "lyceum.db"
    prepare(path)
    db = Database(path)
    yield db
    await db.close()


@contextlib.asynccontextmanager
async def harness(
    folder: Path, at: str = "2026-11-22T23:55", metrics: Metrics = METRICS, **more: str
) -> AsyncGenerator[InsightHarness]:
    """Sunday of week 47, five minutes before midnight; the week is posted when it ends."""
    async with database(folder) as db:
        clock = FakeClock(datetime.fromisoformat(at).replace(tzinfo=UTC))
        yield InsightHarness(db, clock, Facts(), StaffRoom(), metrics, **more)


def words(card: Card) -> str:
    """All text of a card."""
    return "\n".join(block.text for block in card.blocks if isinstance(block, Text))


def picture(card: Card) -> Picture:
    return next(block for block in card.blocks if isinstance(block, Picture))


def actions(card: Card) -> list[str | None]:
    return [button.action for block in card.blocks if isinstance(block, Row) for button in block.buttons]
