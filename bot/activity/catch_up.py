"""A guild comes into hearing: what was missed since it was last heard becomes counts where it can, gaps where not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import structlog

from bot.activity import members, people_store, store
from bot.activity.readback import ReadBack, patiently
from bot.activity.recorder import Place, Recorder
from bot.clock import Clock
from bot.db import Database
from bot.errors import NeedsAction
from bot.ports import ChatServer

_AGAIN = 60.0  # seconds

log = structlog.get_logger(__name__)


class CatchUp:
    """Which guilds are heard, and what runs to make up for the time in which they were not."""

    def __init__(self, db: Database, clock: Clock, server: ChatServer, recorder: Recorder) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._recorder = recorder
        self._read_back = ReadBack(db, server, recorder)
        self._heard_until: dict[int, datetime] = {}
        self._hearing: set[int] = set()
        self._lost_at: datetime | None = None
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._expected: set[int] = set()
        self._complete = asyncio.Event()
        self._complete.set()

    def restore(self, heard_until: dict[int, datetime]) -> None:
        """Until when the last process heard each guild."""
        self._heard_until = dict(heard_until)
        for guild_id, until in heard_until.items():
            self._recorder.presence.pause(guild_id, until)

    def heard(self, now: datetime) -> tuple[set[int], datetime]:
        """The guilds of which everything was heard, and until when."""
        return self._hearing, self._lost_at or now

    @property
    def open(self) -> int:
        """How much has still to be made up for: read-backs, guilds that are not back yet, a lost session."""
        return len(self._tasks) + len(self._expected) + (self._lost_at is not None)

    def connected(self) -> None:
        """A new session: freeze every mark before the first live message of it is counted."""
        self._cancel()
        lost, self._lost_at = self._lost_at or self._clock.now(), None
        for guild_id in self._hearing:
            self._heard_until[guild_id] = lost
            self._recorder.presence.pause(guild_id, lost)
        self._expected |= self._hearing
        self._hearing = set()
        self._recorder.hold()
        self._note()

    def ready(self) -> None:
        """Every guild that is there has arrived; the others are not ours any more, or Discord has lost them."""
        self._expected.clear()
        self._note()

    def disconnected(self) -> None:
        """Discord reports every vain try to connect; the first report tells since when."""
        self._lost_at = self._lost_at or self._clock.now()
        self._note()

    def resumed(self) -> None:
        """Discord sends again what was missed."""
        self._lost_at = None
        self._note()

    def left(self, guild_id: int) -> None:
        """Nothing more is heard of this guild."""
        if guild_id in self._hearing:
            self._hearing.discard(guild_id)
            self._heard_until[guild_id] = self._clock.now()
            self._recorder.presence.pause(guild_id, self._clock.now())
            self._recorder.hold(guild_id)

    def arrived(self, guild_id: int) -> None:
        """From now on everything in this guild is heard; make up for what was not."""
        now = self._clock.now()
        if guild_id not in self._hearing:
            self._recorder.hold(guild_id)
        self._run((guild_id, 0), lambda: self._make_up(guild_id, now))
        self._expected.discard(guild_id)
        self._note()

    def appeared(self, place: Place) -> bool:
        """A channel is heard of for the first time: read it too. False while its guild is not there."""
        here_since = self._server.here_since(place[0])
        if here_since is None:
            return False
        self._read_back.known(place, here_since)
        now = self._clock.now()
        self._run(place, lambda: self._read_back.channel(place, here_since, now))
        return True

    async def done(self) -> None:
        """Wait until everything is made up for."""
        await self._complete.wait()

    async def stop(self) -> None:
        """Break off; the marks know how far it came."""
        if self._hearing and self._lost_at is None:
            self._lost_at = self._clock.now()
        tasks = list(self._tasks.values())
        self._cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks = {}

    def _note(self) -> None:
        if self.open:
            self._complete.clear()
        else:
            self._complete.set()

    def _run(self, place: Place, work: Callable[[], Awaitable[object]]) -> None:
        earlier = self._tasks.pop(place, None)
        if earlier is not None:
            earlier.cancel()

        async def run() -> None:
            while True:
                try:
                    await work()
                    return
                except Exception:  # a defect, a full disk, or something for the owner: counting live goes on
                    log.exception(
                        "what was missed could not be made up for", guild=place[0], channel=place[1] or None
                    )
                    await asyncio.sleep(_AGAIN)

        task = asyncio.create_task(run(), name=f"make up {place[0]} {place[1]}")
        self._tasks[place] = task
        self._note()
        task.add_done_callback(lambda ended: self._ended(place, ended))

    def _ended(self, place: Place, task: asyncio.Task[None]) -> None:
        if self._tasks.get(place) is task:
            del self._tasks[place]
            self._note()

    async def _make_up(self, guild_id: int, now: datetime) -> None:
        away_since = self._heard_until.get(guild_id)
        here_since = self._server.here_since(guild_id) or now
        async with self._db.write() as tx:
            if away_since is not None and away_since < now:
                await store.add_gap(tx, guild_id, 0, away_since, now, "away")
            await store.heard(tx, [guild_id], now)
        self._heard_until.pop(guild_id, None)
        self._hearing.add(guild_id)  # only now: a flush would move "heard until" past the gap
        await self._voices(guild_id, away_since or now, now)
        counted = await self._read_back.guild(guild_id, here_since, away_since or here_since, now)
        humans = await self._members(guild_id, now)
        log.info(
            "a guild is up to date", guild=guild_id, away_since=away_since, messages=counted, members=humans
        )

    async def _voices(self, guild_id: int, last_seen: datetime, now: datetime) -> None:
        """Who is in voice now; who is not any more left when they were last seen."""
        there = {voice.user_id: voice for voice in self._server.voices(guild_id)}
        async with self._db.read() as db:
            known = await people_store.people(db, guild_id, list(there))
        for user_id in list(there):
            person = known[user_id] if user_id in known else await self._server.member(guild_id, user_id)
            if person is None or person.bot:
                del there[user_id]
        for voice in there.values():
            self._read_back.known((guild_id, voice.channel_id), self._server.here_since(guild_id) or now)
        states = {user_id: (voice.channel_id, voice.listening) for user_id, voice in there.items()}
        self._recorder.presence.seen(guild_id, states, now, last_seen=last_seen)

    async def _members(self, guild_id: int, now: datetime) -> int:
        async def take_over() -> int:
            return await members.take_over(self._db, self._server, guild_id, now)

        try:
            return await patiently(take_over, f"the members of {guild_id}")
        except NeedsAction as error:
            log.warning("the list of members is closed to Lyceum", guild=guild_id, finding=error.finding)
            return 0
