"""The jobs that move an event through its states: doors open, begin, finish."""

from __future__ import annotations

import structlog

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction
from bot.events import store
from bot.events.event import Event, EventState
from bot.events.voice_attendance import VoiceAttendance
from bot.ports import ChatServer
from bot.work import Job, Queue

log = structlog.get_logger(__name__)


class Lifecycle:
    """Handlers of event.doors, event.begin and event.finish. They leave a cancelled event as it is."""

    def __init__(
        self, db: Database, clock: Clock, queue: Queue, server: ChatServer, attendance: VoiceAttendance
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._attendance = attendance

    async def open_doors(self, job: Job) -> None:
        """Ten minutes before the start: record the presence of everybody in the channel."""
        event = await self._event(job)
        if event.open and event.voice_channel_id is not None and self._clock.now() < event.closes_at:
            await self._attendance.record_present(event.guild_id, event.voice_channel_id)

    async def begin(self, job: Job) -> None:
        """Set the event live, on its card and in Discord. If its end has passed too, `finish` does the rest."""
        event = await self._event(job)
        if self._clock.now() >= event.ends_at:
            return
        async with self._db.write() as tx:
            if await store.set_state(tx, event.guild_id, event.id, [EventState.SCHEDULED], EventState.LIVE):
                await self._queue.enqueue(tx, "event.card", event.guild_id, str(event.id))
        await self._tell_discord(event, running=True)

    async def finish(self, job: Job) -> None:
        """Ten minutes after the end: measure attendance and update the card."""
        event = await self._event(job)
        async with self._db.write() as tx:
            if await store.set_state(tx, event.guild_id, event.id, store.OPEN, EventState.OVER):
                came = await self._attendance.measure(tx, event)
                await store.record_attendance(tx, event.guild_id, event.id, came)
                await self._attendance.forget(tx, event)
                await self._queue.enqueue(tx, "event.card", event.guild_id, str(event.id))
            point("finish.before_commit")
        point("finish.measured")
        await self._tell_discord(event, running=False)

    async def _tell_discord(self, event: Event, *, running: bool) -> None:
        """Start or end Discord's event in a voice channel. Discord does this by itself only for events at an address.

        Discord cancels an event that nobody started after some hours (its documentation, "Status Update Automation").
        """
        if event.voice_channel_id is None:
            return
        event = await self._reload(event)
        shall_run = event.state == EventState.LIVE
        if event.discord_event_id is None or event.state == EventState.CANCELLED or shall_run != running:
            return
        try:
            await self._server.set_event_running(event.guild_id, event.discord_event_id, running)
        except NeedsAction as error:  # not needed: Discord ends its event by itself, only later
            log.warning("Discord's event was left as it is", event=event.id, finding=error.finding)

    async def _reload(self, event: Event) -> Event:
        async with self._db.read() as db:
            return await store.find(db, event.guild_id, event.id) or event

    async def _event(self, job: Job) -> Event:
        async with self._db.read() as db:
            event = await store.find(db, job.guild_id, int(job.key))
        assert event is not None  # noqa: S101 # the same transaction made the event and its work; neither is deleted
        return event
