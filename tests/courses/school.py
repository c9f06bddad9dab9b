"""The course services on a real database, with a FakeClock and tiers that tests give to members."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.courses.course import Course, Lesson, Module
from bot.courses.service import Courses
from bot.courses.tables import consumption, consumption_day
from bot.courses.teaching import Teaching
from bot.db import Database, Writer
from bot.i18n import Language
from tests.blank import prepare
from tests.clock import FakeClock

GUILD, OTHER = 7, 8
ANN, BOB, MAX, CID = 1, 2, 3, 4
PRO, STUDIO = 501, 502
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Tier:
    id: int
    name: str


@dataclass
class FakeTierAccess:
    """Which tiers are sold, and which members have them."""

    sold: list[Tier] = field(default_factory=lambda: [Tier(PRO, "Pro"), Tier(STUDIO, "Studio")])
    held: dict[int, set[int]] = field(default_factory=dict[int, set[int]])

    async def tiers_of(self, guild_id: int, user_id: int) -> frozenset[int]:
        return frozenset(self.held.get(user_id, ())) if guild_id == GUILD else frozenset()

    async def plans(self, guild_id: int) -> Sequence[Tier]:
        return self.sold if guild_id == GUILD else []


@dataclass(frozen=True)
class FakeOffer:
    id: int
    action: str = "membership.buy:p1"
    payable: bool = True

    def words(self, t: Language, /) -> str:
        return f"{self.id} coins once, for ever"


@dataclass
class FakeSale:
    """Which courses are sold singly, at one price each, and who owns which."""

    sold: dict[int, list[FakeOffer]] = field(default_factory=dict[int, list[FakeOffer]])
    bought: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    names: dict[int, str] = field(default_factory=dict[int, str])

    async def owned(self, guild_id: int, user_id: int, /) -> frozenset[int]:
        return frozenset(self.bought.get(user_id, ())) if guild_id == GUILD else frozenset()

    async def offers(self, guild_id: int, /) -> Mapping[int, Sequence[FakeOffer]]:
        return {id_: offers for id_, offers in self.sold.items() if offers} if guild_id == GUILD else {}

    async def add_price(
        self,
        tx: Writer,
        guild_id: int,
        item_id: int,
        title: str,
        /,
        *,
        price: str,
        currency: str,
        days: int | None,
        actor: int,
    ) -> Sequence[FakeOffer]:
        self.names[item_id] = title
        self.sold[item_id] = [FakeOffer(int(price))]
        return self.sold[item_id]

    async def remove_price(
        self, tx: Writer, guild_id: int, item_id: int, price: str, actor: int, /
    ) -> Sequence[FakeOffer]:
        self.sold[item_id] = [offer for offer in self.sold.get(item_id, ()) if str(offer.id) != price]
        return self.sold[item_id]

    async def withdraw(self, tx: Writer, guild_id: int, item_id: int, actor: int, /) -> None:
        self.sold.pop(item_id, None)

    async def rename(self, tx: Writer, guild_id: int, item_id: int, title: str, /) -> None:
        if item_id in self.names:
            self.names[item_id] = title


class School:
    """The course services, and shortcuts for what tests do with them."""

    def __init__(self, db: Database, zone: str) -> None:
        self.db = db
        self.clock = FakeClock(MONDAY + timedelta(hours=8))
        self.tier_access = FakeTierAccess()
        self.sale = FakeSale()
        self.courses = Courses(db, self.clock, self.tier_access, self.sale, ZoneInfo(zone))
        self.teaching = Teaching(db, self.clock, self.tier_access, self.sale, ZoneInfo(zone))

    async def brings(self, source: Course, *, tier: str | None = None) -> int:
        """Import and return the course's id."""
        return (await self.teaching.import_course(GUILD, source, tier=tier)).course_id

    async def lessons(self, course_id: int) -> dict[str, int]:
        """Title → id of the current version."""
        return {choice.name: choice.id for choice in await self.teaching.lessons(GUILD, course_id)}

    async def counted(self) -> tuple[int, int]:
        """(rows of consumption, sum of its totals)."""
        async with self.db.read() as db:
            rows = (await db.execute(select(func.count()).select_from(consumption))).scalar_one()
            total = (await db.execute(select(func.sum(consumption_day.c.count)))).scalar()
        return rows, int(total or 0)


@contextlib.asynccontextmanager
async def school(folder: Path, zone: str = "UTC") -> AsyncGenerator[School]:
    """A school in a fresh database."""
    path = folder / "lyceum.db"
    prepare(path)
    db = Database(path)
    try:
        yield School(db, zone)
    finally:
        await db.close()


def course(*titles: str, slug: str = "knots", tiers: Sequence[str] = (), body: str = "") -> Course:
    """A course of one module; each lesson's slug is its title in small letters."""
    lessons = tuple(Lesson(title.lower(), title, body or f"# {title}\n\nText.\n") for title in titles)
    return Course(slug, "Knots", (Module("All", lessons),), tiers=tuple(tiers))
