"""Plays the demo community's month: every figure comes from what its people did.

Nothing here writes counts. The people act through the sandbox's control API while the clock is turned:
20 of 100 buy a membership and read the first five lessons, three events are held, people talk. The
28 days up to the coming Monday hold 50 interactions, 100 lessons opened and 30 attendances; the
clock then stops five minutes before the weekly post is due.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Protocol

import aiohttp
from yarl import URL

from bot.demo import scenario
from bot.demo.calendar import BEGUN, DAYS, PLAYED, coming_monday
from bot.demo.people import People, buttons, upload

COURSE = Path(__file__).parent / "course"


class WorkRunner(Protocol):
    """Runs due work."""

    async def run_due(self) -> None:
        """Run all work that is due, and wait for its end."""
        ...


class RunningBot(Protocol):
    """The running Lyceum, as far as the demo needs it."""

    @property
    def worker(self) -> WorkRunner: ...
    async def settled(self) -> None:
        """Wait until everything that people did has been processed."""
        ...


async def play(folder: Path, url: str, app: RunningBot) -> None:
    """Play the month in a new world."""
    (folder / BEGUN).touch()
    async with People(url) as people:
        await Month(people, app, _progress).play()
    (folder / PLAYED).touch()


def _progress(step: str) -> None:
    sys.stderr.write(f"The demo community lives its month: {step} …\n")
    sys.stderr.flush()


class Month:
    """28 days of a small community, in the order in which they happen."""

    def __init__(self, people: People, app: RunningBot, progress: Callable[[str], None]) -> None:
        self._people = people
        self._app = app
        self._progress = progress
        self._acts: list[tuple[datetime, int, Callable[[], Awaitable[Any]]]] = []
        self._said: dict[str, str] = {}

    async def play(self) -> None:
        """Set up, run every act at its time, and stop the clock before the weekly post."""
        now = datetime.fromisoformat((await self._people.clock())["now"])
        monday = coming_monday(now + timedelta(days=DAYS))
        start = monday - timedelta(days=DAYS)
        self._progress("Olivia opens the shop, Max imports the course")
        await self._set_up()
        self._plan(start)
        self._progress("members buy, learn, meet and talk")
        for moment, _, act in sorted(self._acts, key=lambda item: item[:2]):
            await self._people.clock(to=moment.isoformat())
            await act()
        await self._people.clock(to=(monday - timedelta(minutes=5)).isoformat())
        await self._people.clock(speed=0)

    async def _set_up(self) -> None:
        for tier in scenario.TIERS:
            await self._people.discord(
                "olivia", "POST", f"/guilds/{await self._guild()}/roles", {"name": tier["role"]}
            )
            await self._people.slash("olivia", "tier create", **tier)
        await self._people.slash(
            "max", "teach import", file=upload("asyncio-in-practice.zip", zipped(COURSE))
        )
        await self._app.worker.run_due()

    def _plan(self, start: datetime) -> None:
        self._conversations(start)
        self._readers(start)
        self._gatherings(start)

    def _at(
        self, start: datetime, day: int, clock: str, act: Callable[[], Awaitable[Any]], minutes: float = 0
    ) -> None:
        hour, minute = (int(part) for part in clock.split(":"))
        moment = start + timedelta(days=day, hours=hour, minutes=minute + minutes)
        self._acts.append((moment, len(self._acts), act))

    def _conversations(self, start: datetime) -> None:
        """Messages, replies, reactions and threads: 45 interactions."""
        for line in scenario.MESSAGES:
            self._at(start, line.day, line.at, partial(self._say, line))
        for reaction in scenario.REACTIONS:
            self._at(start, reaction.day, reaction.at, partial(self._react, reaction))
        for thread in scenario.THREADS:
            self._at(
                start,
                thread.day,
                thread.at,
                partial(self._people.thread, thread.who, thread.channel, thread.name),
            )
        for session in scenario.HUDDLES:  # each participant is one interaction
            for who in session.people:
                self._at(start, session.day, session.at, partial(self._people.voice, who, "Lounge"))
                self._at(
                    start, session.day, session.at, partial(self._people.voice, who, None), session.minutes
                )

    def _readers(self, start: datetime) -> None:
        """Twenty members buy, read lessons 1 to 5 on five days, and some rate them: 100 lessons, mean 4.5."""
        for index, who in enumerate(scenario.READERS):
            first = index % 14
            self._at(start, first, "17:00", partial(self._buy, who), index)
            for lesson in range(scenario.LESSONS_READ):
                stars = scenario.STARS.get((index, lesson))
                act = partial(self._read, who, lesson, stars)
                self._at(start, first + 1 + 2 * lesson, "19:30", act, index)

    def _gatherings(self, start: datetime) -> None:
        """Three events with ten people each: 30 attendances."""
        for event in scenario.EVENTS:
            self._at(start, event.day - 3, "10:00", partial(self._host, start, event))
            for who in event.people:
                self._at(start, event.day, event.at, partial(self._people.voice, who, "Classroom"), -2)
                self._at(
                    start, event.day, event.at, partial(self._people.voice, who, None), event.minutes + 1
                )

    async def _say(self, line: scenario.Message) -> None:
        reply_to = self._said.get(line.reply_to) if line.reply_to else None
        message = await self._people.say(line.who, line.channel, line.text, reply_to)
        if line.name:
            self._said[line.name] = message["id"]

    async def _react(self, reaction: scenario.Reaction) -> None:
        await self._people.react(reaction.who, self._said[reaction.to], reaction.emoji)

    async def _buy(self, who: str) -> None:
        plan = await self._people.choices(who, "membership buy", "plan")
        answer = await self._people.slash(who, "membership buy", plan=plan[0]["value"])
        link = next(button["url"] for button in buttons(answer["message"]) if "url" in button)
        await pay(link)
        await self._app.settled()

    async def _read(self, who: str, lesson: int, stars: int | None) -> None:
        lessons = await self._lessons(who)
        await self._people.slash(who, "course open", channel="courses", **lessons[lesson])
        if stars is not None:
            await self._people.slash(
                who, "course rate", channel="courses", lesson=lessons[lesson]["lesson"], stars=stars
            )

    async def _lessons(self, who: str) -> list[dict[str, str]]:
        course = (await self._people.choices(who, "course open", "course"))[0]["value"]
        choices = await self._people.choices(who, "course open", "lesson", course=course)
        return [{"course": course, "lesson": choice["value"]} for choice in choices]

    async def _host(self, start: datetime, event: scenario.ScenarioEvent) -> None:
        day = start + timedelta(days=event.day)
        await self._people.slash(
            "max",
            "host create",
            channel="staff",
            kind=event.kind,
            title=event.title,
            when=f"{day:%Y-%m-%d} {event.at}",
            length=str(event.minutes),
            channel_="Classroom",
        )

    async def _guild(self) -> str:
        return str((await self._people.world())["guild"]["id"])


async def pay(link: str) -> None:
    """Pay at the till as a person with a browser would: open the page, press its button."""
    async with aiohttp.ClientSession() as session:
        async with session.get(link) as page:
            action, fields = form(await page.text(), "pay")
        async with session.post(
            str(page.url.join(URL(action))), data=fields, allow_redirects=False
        ) as answer:
            answer.raise_for_status()


class _Form(HTMLParser):
    """The action and the hidden inputs of the form with one id."""

    def __init__(self, id_: str) -> None:
        super().__init__()
        self._id = id_
        self._inside = False
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and attributes.get("id") == self._id:
            self._inside, self.action = True, attributes.get("action", "")
        elif tag == "input" and self._inside and attributes.get("name"):
            self.fields[attributes["name"]] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"


def form(html: str, id_: str) -> tuple[str, dict[str, str]]:
    """(action, hidden fields) of a page's form. LookupError when the page has none of that id."""
    parser = _Form(id_)
    parser.feed(html)
    if parser.action is None:
        raise LookupError(f"no form #{id_} on this page")
    return parser.action, parser.fields


def zipped(folder: Path) -> bytes:
    """The folder as a zip, the same bytes each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix()), path.read_bytes())
    return buffer.getvalue()
