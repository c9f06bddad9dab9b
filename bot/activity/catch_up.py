"""When Lyceum connects to a guild, what it missed there is counted from history; what history lacks becomes a gap."""

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

_RETRY_AFTER = 60.0  # seconds

log = structlog.get_logger(__name__)


class CatchUp:
    """Knows which guilds are heard, and runs the tasks that read back what was missed in them."""

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
        """How much is still to catch up: read-backs, guilds that are not back yet, a lost session."""
        return len(self._tasks) + len(self._expected) + (self._lost_at is not None)

    def connected(self) -> None:
        """A new session began: freeze every mark before its first live message is counted."""
        self._cancel()
        lost, self._lost_at = self._lost_at or self._clock.now(), None
        for guild_id in self._hearing:
            self._heard_until[guild_id] = lost
            self._recorder.presence.pause(guild_id, lost)
        self._expected |= self._hearing
        self._hearing = set()
        self._recorder.hold()
        self._update_complete()

    def ready(self) -> None:
        """Every reachable guild has arrived; Lyceum left the others, or Discord cannot reach them."""
        self._expected.clear()
        self._update_complete()

    def disconnected(self) -> None:
        """The session is lost. discord.py reports every failed attempt to connect; only the first report sets the time."""
        self._lost_at = self._lost_at or self._clock.now()
        self._update_complete()

    def resumed(self) -> None:
        """The session goes on; Discord sends the missed events again."""
        self._lost_at = None
        self._update_complete()

    def left(self, guild_id: int) -> None:
        """Nothing more is heard of this guild."""
        if guild_id in self._hearing:
            self._hearing.discard(guild_id)
            self._heard_until[guild_id] = self._clock.now()
            self._recorder.presence.pause(guild_id, self._clock.now())
            self._recorder.hold(guild_id)

    def arrived(self, guild_id: int) -> None:
        """From now on everything in this guild is heard; read back what was missed."""
        now = self._clock.now()
        if guild_id not in self._hearing:
            self._recorder.hold(guild_id)
        self._run((guild_id, 0), lambda: self._catch_up(guild_id, now))
        self._expected.discard(guild_id)
        self._update_complete()

    def appeared(self, place: Place) -> bool:
        """A channel is new to us: read its history too. False while its guild is not there."""
        here_since = self._server.here_since(place[0])
        if here_since is None:
            return False
        self._read_back.ensure_mark(place, here_since)
        now = self._clock.now()
        self._run(place, lambda: self._read_back.channel(place, here_since, now))
        return True

    async def done(self) -> None:
        """Wait until everything that was missed is read back."""
        await self._complete.wait()

    async def stop(self) -> None:
        """Break off; the marks say how far each channel was read."""
        if self._hearing and self._lost_at is None:
            self._lost_at = self._clock.now()
        tasks = list(self._tasks.values())
        self._cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cancel(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks = {}

    def _update_complete(self) -> None:
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
                    await asyncio.sleep(_RETRY_AFTER)

        task = asyncio.create_task(run(), name=f"catch up {place[0]} {place[1]}")
        self._tasks[place] = task
        self._update_complete()
        task.add_done_callback(lambda ended: self._ended(place, ended))

    def _ended(self, place: Place, task: asyncio.Task[None]) -> None:
        if self._tasks.get(place) is task:
            del self._tasks[place]
            self._update_complete()

    async def _catch_up(self, guild_id: int, now: datetime) -> None:
        away_since = self._heard_until.get(guild_id)
        here_since = self._server.here_since(guild_id) or now
        async with self._db.write() as tx:
            if away_since is not None and away_since < now:
                await store.add_gap(tx, guild_id, 0, away_since, now, "away")
            await store.heard(tx, [guild_id], now)
        self._heard_until.pop(guild_id, None)
        self._hearing.add(guild_id)  # only now: a flush would move "heard until" past the gap
        await self._reconcile_voice(guild_id, away_since or now, now)
        counted = await self._read_back.guild(guild_id, here_since, away_since or here_since, now)
        humans = await self._take_over_members(guild_id, now)
        log.info(
            "a guild is up to date", guild=guild_id, away_since=away_since, messages=counted, members=humans
        )

    async def _reconcile_voice(self, guild_id: int, last_seen: datetime, now: datetime) -> None:
        """Take over who is in voice now; anybody no longer there is taken to have left when last seen."""
        voices = {voice.user_id: voice for voice in self._server.voices(guild_id)}
        async with self._db.read() as db:
            known = await people_store.people(db, guild_id, list(voices))
        for user_id in list(voices):
            person = known[user_id] if user_id in known else await self._server.member(guild_id, user_id)
            if person is None or person.bot:
                del voices[user_id]
        for voice in voices.values():
            self._read_back.ensure_mark(
                (guild_id, voice.channel_id), self._server.here_since(guild_id) or now
            )
        states = {user_id: (voice.channel_id, voice.listening) for user_id, voice in voices.items()}
        self._recorder.presence.reconcile(guild_id, states, now, last_seen=last_seen)

    async def _take_over_members(self, guild_id: int, now: datetime) -> int:
        async def take_over() -> int:
            return await members.take_over(self._db, self._server, guild_id, now)

        try:
            return await patiently(take_over, f"the members of {guild_id}")
        except NeedsAction as error:
            log.warning("the list of members is closed to Lyceum", guild=guild_id, finding=error.finding)
            return 0
