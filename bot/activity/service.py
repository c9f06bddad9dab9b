"""Activity: counts what members do, exactly once, and says what could not be counted.

The gateway's events come in through the plain functions (`message`, `reacted`, …), which touch memory
only; `flush` writes. A gateway session has three stages: `connected` (events may have been missed before it),
`arrived` (a guild is available: read back what was missed), `disconnected`.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from bot.activity import optout, people_store, store
from bot.activity.buckets import week_of
from bot.activity.catch_up import CatchUp
from bot.activity.figures import CoverageFigures, Gap, InteractionFigures
from bot.activity.flush import write
from bot.activity.presence import Session
from bot.activity.recorder import CountBatch, MemberJoined, MemberLeft, Place, Recorder
from bot.activity.rules import message_counts, session_counts
from bot.clock import Clock
from bot.db import Database
from bot.ids import DISCORD_EPOCH
from bot.ports import ChatServer

HEARD_EVERY = timedelta(minutes=1)  # how often a quiet guild's "heard until" is stored

log = structlog.get_logger(__name__)


class Meetings(Protocol):
    """The part of events that concerns voice."""

    async def claims(self, guild_id: int, channel_id: int, start: datetime, end: datetime) -> bool:
        """Whether an event ran in the channel at that time: the session is then participation, not an interaction."""
        ...

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        """Somebody is now in this voice channel, or in none."""
        ...


class Activity:
    """Every guild's counts."""

    def __init__(
        self, db: Database, clock: Clock, zone: ZoneInfo, server: ChatServer, meetings: Meetings
    ) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._server = server
        self._meetings = meetings
        self._recorder = Recorder(zone)
        self._catch_up = CatchUp(db, clock, server, self._recorder)
        self._flushing = asyncio.Lock()
        self._stored_at = DISCORD_EPOCH
        self._tasks: set[asyncio.Task[None]] = set()

    # --- running ----------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take over what the last process had counted. To be called before signing in."""
        async with self._db.read() as db:
            self._recorder.restore(await store.marks(db))
            sessions = [
                Session(
                    guild_id=r.guild_id,
                    user_id=r.user_id,
                    channel_id=r.channel_id,
                    since=r.since,
                    listening=True,
                    company=timedelta(seconds=r.company_s),
                    company_since=r.company_since,
                )
                for r in await store.open_sessions(db)
            ]
            watches = await store.watches(db)
        self._recorder.presence.restore(sessions)
        self._catch_up.restore({guild_id: until for guild_id, (_, until) in watches.items()})

    async def flush(self, *, idle: bool = False) -> None:
        """Write all that is counted; with `idle` also when nothing is, so that "heard until" is stored.

        It goes on to its end even when the caller is cancelled.
        """
        task = asyncio.create_task(self._flush(idle), name="flush")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.shield(task)

    async def beat(self) -> None:
        """The flush that a timer calls: what cannot be written now is kept for the next one."""
        now = self._clock.now()
        try:
            await self.flush(idle=now - self._stored_at >= HEARD_EVERY)
        except Exception:  # a full disk must not end the counting
            log.exception("counts could not be stored; they are kept in memory")

    async def stop(self) -> None:
        """Store everything. To be called after the gateway is closed."""
        await self._catch_up.stop()
        await self.flush(idle=True)

    async def caught_up(self) -> None:
        """Wait until there is a session and everything that was missed is read back."""
        await self._catch_up.done()

    @property
    def unflushed(self) -> int:
        """Events that are not stored yet, and read-backs that are not done: 0 means that everything is counted."""
        return self._recorder.unflushed + self._catch_up.open

    @property
    def last_event_id(self) -> int | None:
        """The highest id of a message that was counted."""
        return self._recorder.last_event_id

    # --- the gateway's events: memory only ------------------------------------------------------------------

    def connected(self) -> None:
        """A new session began: everything since the last one was missed."""
        self._catch_up.connected()

    def ready(self) -> None:
        """All guilds of the session have arrived."""
        self._catch_up.ready()

    def arrived(self, guild_id: int) -> None:
        """The guild is available: read back what was missed, in the background."""
        self._catch_up.arrived(guild_id)

    def resumed(self) -> None:
        """The session goes on; Discord sends again what was missed."""
        self._catch_up.resumed()

    def disconnected(self) -> None:
        """Nothing is heard from now on."""
        self._catch_up.disconnected()

    def left(self, guild_id: int) -> None:
        """Lyceum is not in the guild any more."""
        self._catch_up.left(guild_id)

    def message(
        self, guild_id: int, channel_id: int, message_id: int, user_id: int, *, human: bool, ordinary: bool
    ) -> None:
        """A message arrived, maybe not for the first time."""
        if self._has_mark((guild_id, channel_id)):
            counts = message_counts(
                human=human, ordinary=ordinary, message_id=message_id, channel_id=channel_id
            )
            self._recorder.message((guild_id, channel_id), message_id, user_id, counts=counts)

    def reacted(
        self, guild_id: int, channel_id: int, message_id: int, user_id: int, emoji: str, *, human: bool
    ) -> None:
        """Somebody gave a reaction."""
        if human and self._has_mark((guild_id, channel_id)):
            self._recorder.reaction((guild_id, channel_id), message_id, user_id, emoji, self._clock.now())

    def thread_opened(self, guild_id: int, thread_id: int, user_id: int, at: datetime) -> None:
        """Somebody opened a thread or wrote a forum post."""
        if self._has_mark((guild_id, thread_id)):
            self._recorder.thread((guild_id, thread_id), user_id, at)

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, *, human: bool, listening: bool
    ) -> None:
        """Somebody is now in this voice channel, or in none."""
        at = self._clock.now()
        if human and (channel_id is None or self._has_mark((guild_id, channel_id))):
            self._recorder.presence.move(guild_id, user_id, channel_id, at, listening=listening)
        await self._meetings.voice(guild_id, user_id, channel_id, at, human)

    def member_joined(self, guild_id: int, user_id: int, *, bot: bool, joined_at: datetime) -> None:
        """Somebody joined."""
        self._recorder.person(MemberJoined(guild_id, user_id, bot, joined_at))

    def member_left(self, guild_id: int, user_id: int) -> None:
        """Somebody left."""
        self._recorder.person(MemberLeft(guild_id, user_id, self._clock.now()))

    # --- asking ---------------------------------------------------------------------------------------------

    async def interactions(self, guild_id: int, start: datetime, end: datetime) -> InteractionFigures:
        """The stored counts of the hours that begin in `[start, end)`."""
        weeks = start == week_of(start, self._zone) and end == week_of(end, self._zone)
        async with self._db.read() as db:
            row = await (store.week_sums if weeks else store.hour_sums)(db, guild_id, start, end)
        return InteractionFigures(row.messages, row.reactions, row.threads, row.voice, row.active_members)

    async def humans(self, guild_id: int, at: datetime) -> int:
        """Human members at that moment, without those who opted out."""
        async with self._db.read() as db:
            return await people_store.humans(db, guild_id, at)

    async def coverage(self, guild_id: int, start: datetime, end: datetime) -> CoverageFigures:
        """What is missing in the window, and how many people opted out."""
        async with self._db.read() as db:
            rows = await store.gaps(db, guild_id, start, end)
            watched = (await store.watches(db)).get(guild_id)
            opted_out = await people_store.opted_out(db, guild_id)
        gaps = [Gap(max(r.since, start), min(r.until, end), r.reason, r.channel_id or None) for r in rows]
        begun = watched[0] if watched else end
        if begun > start:
            gaps.insert(0, Gap(start, min(begun, end), "before", None))
        return CoverageFigures(start, end, tuple(gaps), opted_out)

    async def optout(self, guild_id: int, user_id: int) -> bool:
        """Count nothing of this member from now on, and leave earlier counts out of all figures. False if already so."""
        return await self._opt(guild_id, user_id, out=True)

    async def optin(self, guild_id: int, user_id: int) -> bool:
        """Count this member again, their counts from before the opt-out included. False if already so."""
        return await self._opt(guild_id, user_id, out=False)

    # --- inside ---------------------------------------------------------------------------------------------

    def _has_mark(self, place: Place) -> bool:
        return self._recorder.mark(place) is not None or self._catch_up.appeared(place)

    async def _opt(self, guild_id: int, user_id: int, *, out: bool) -> bool:
        await self.flush()
        async with self._db.write() as tx:
            return await optout.opt(tx, guild_id, user_id, self._zone, out=out)

    async def _flush(self, idle: bool) -> None:
        async with self._flushing:
            now = self._clock.now()
            batch = self._recorder.take()
            if not batch and not idle:
                return
            try:
                await self._write(batch, now)
            except BaseException:
                self._recorder.put_back(batch)
                raise

    async def _write(self, batch: CountBatch, now: datetime) -> None:
        claimed = [session for session in batch.sessions if await self._claimed(session)]
        async with self._db.write() as tx:
            channel_nos = await write(tx, batch, self._zone, claimed)
            await store.heard(tx, *self._catch_up.heard(now))
        self._recorder.stored(batch, channel_nos)
        self._stored_at = now

    async def _claimed(self, session: Session) -> bool:
        if session.ended_at is None or not session_counts(session.company):
            return False
        return await self._meetings.claims(
            session.guild_id, session.channel_id, session.since, session.ended_at
        )
