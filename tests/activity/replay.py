"""A real chat, said again in the sandbox: people join, speak on the turned clock, and the bot is killed meanwhile."""

from __future__ import annotations

import asyncio
import csv
import itertools
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.demo.people import People
from tests.community import BotProcess

LONGEST = 2000  # Discord's limit for a message
SILENCE = 15  # messages that are said while the bot is dead
AT_ONCE = 8
Week = tuple[int, int]


@dataclass(frozen=True)
class ChatLine:
    """One message of the file: who, when and how long; the words are made up."""

    who: str
    at: datetime
    length: int

    @property
    def hour(self) -> datetime:
        return self.at.replace(minute=0, second=0, microsecond=0)

    @property
    def week(self) -> Week:
        return iso_week(self.at.date())


def read(path: Path) -> list[ChatLine]:
    """The lines of a file of /data/chat, in their order."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            ChatLine(row["user"], datetime.fromisoformat(row["ts"]).replace(tzinfo=UTC), int(row["chars"]))
            for row in csv.DictReader(file)
        ]


def made_up(start: datetime, count: int, seed: int) -> list[ChatLine]:
    """A chat with bursts and silences, the same for the same seed."""
    dice, at, lines = random.Random(seed), start, list[ChatLine]()
    people = [f"Person{n:02}" for n in range(12)]
    while len(lines) < count:
        at += timedelta(minutes=dice.randrange(30, 900))
        for _ in range(dice.randrange(1, 12)):
            at += timedelta(seconds=dice.randrange(1, 90))
            lines.append(ChatLine(dice.choice(people), at, dice.randrange(1, 2500)))
    return lines[:count]


def moments(lines: list[ChatLine], count: int, seed: int) -> set[int]:
    """Where to kill: after the third or a later message of an hour, so that something is not yet stored."""
    busy = [n for n in range(3, len(lines) - 2 * SILENCE) if lines[n - 3].hour == lines[n - 1].hour]
    return set(random.Random(seed).sample(busy, count))


@dataclass
class Kill:
    """What a SIGKILL cost, and what came back. `after` so many messages were said."""

    after: int
    stored: int
    said_meanwhile: int = 0
    read_back: int = 0

    @property
    def unflushed(self) -> int:
        """Messages that the bot had not stored when it died."""
        return self.after - self.stored


@dataclass(kw_only=True)
class Replay:
    """Says the lines to a bot in a process of its own."""

    bot: BotProcess
    people: People
    lines: list[ChatLine]
    kills: list[Kill] = field(default_factory=list[Kill])
    names: dict[int, str] = field(default_factory=dict[int, str])
    seconds: float = 0.0
    turns: int = 0
    said: int = 0
    _at: datetime = datetime(2000, 1, 1, tzinfo=UTC)

    async def run(self, kill_after: set[int]) -> None:
        """Everybody joins, then all is said; `seconds` is the time of saying, without kills and restarts."""
        for who in sorted({line.who for line in self.lines}):
            joined = await self.people.join(who)
            self.names[int(joined["user"]["id"])] = who
        for start, end in itertools.pairwise([0, *sorted(kill_after), len(self.lines)]):
            if start:
                await self._kill()
            await self._say(end)
        await self.everything_heard()

    async def everything_heard(self) -> None:
        """The bot has stored the last message."""
        for _ in range(400):
            health = await self.bot.health()
            if health["unflushed"] == 0 and self.stored() == self.said:
                return
            await self.people.clock(advance=0)

    def stored(self) -> int:
        """Messages in the bot's database, as another process sees it."""
        return sum(self.counts().values())

    def counts(self) -> Counter[tuple[str, Week]]:
        """What is stored, by author and ISO week."""
        query = (
            "SELECT p.user_id, w.week, w.messages FROM member_week w JOIN person p ON p.n = w.person "
            "WHERE p.guild_id = w.guild_id"
        )
        counts: Counter[tuple[str, Week]] = Counter()
        for user_id, week, n in self._rows(query):
            monday = datetime.fromtimestamp(week, UTC).date()
            counts[self.names.get(user_id, str(user_id)), iso_week(monday)] += n
        return counts

    def hours(self) -> Counter[tuple[str, datetime]]:
        """The hourly counts, of which the weeks are sums: by author and hour."""
        query = "SELECT p.user_id, c.hour, c.n FROM hourly_count c JOIN person p ON p.n = c.person WHERE c.kind = 1"
        return Counter(
            {(self.names[who], datetime.fromtimestamp(hour, UTC)): n for who, hour, n in self._rows(query)}
        )

    async def _say(self, upto: int) -> None:
        """Go on up to this line. What was said within one hour may overtake each other by a little."""
        began = time.perf_counter()
        while self.said < upto:
            hour = self.lines[self.said].hour
            if hour > self._at:
                self._at = hour
                self.turns += 1
                await self.people.clock(to=self.lines[self.said].at.isoformat())
            ahead = self.lines[self.said : min(upto, self.said + AT_ONCE)]
            burst = list(itertools.takewhile(lambda line: line.hour == self._at, ahead))
            words = "x" * LONGEST
            await asyncio.gather(
                *(self.people.say(line.who, "general", words[: line.length]) for line in burst)
            )
            self.said += len(burst)
        self.seconds += time.perf_counter() - began

    async def _kill(self) -> None:
        """Kill the bot, let people talk on unheard, and start it again. Once more if all happened to be stored."""
        self.bot.kill()
        assert await self.bot.died()
        kill = Kill(self.said, self.stored())
        await self._say(self.said + SILENCE)
        assert await self.bot.start()
        await self.bot.settled()
        kill.said_meanwhile, kill.read_back = self.said - kill.after, self.stored() - kill.stored
        if kill.unflushed == 0:
            await self._say(self.said + 1)
            return await self._kill()
        self.kills.append(kill)
        return None

    def _rows(self, query: str) -> list[tuple[int, ...]]:
        database = sqlite3.connect(f"file:{self.bot.folder / 'sandbox' / 'lyceum.db'}?mode=ro", uri=True)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()


def by_author_and_week(lines: Iterable[ChatLine]) -> Counter[tuple[str, Week]]:
    """What the file says."""
    return Counter((line.who, line.week) for line in lines)


def by_author_and_hour(lines: Iterable[ChatLine]) -> Counter[tuple[str, datetime]]:
    """The same, finer."""
    return Counter((line.who, line.hour) for line in lines)


def iso_week(day: date) -> Week:
    """(year, number) of ISO 8601."""
    year, number, _ = day.isocalendar()
    return year, number


def resident_megabytes(pid: int) -> float:
    """VmRSS, as Linux tells it."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
