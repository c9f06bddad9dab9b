"""What members see of an event: Discord's scheduled event, the card with its buttons, the reminder. Each is posted by a job."""

from __future__ import annotations

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction
from bot.events import cards, store
from bot.events.event import Event, EventState
from bot.i18n import Catalog
from bot.outbox import ChannelSetting, Outbox, OutboxKey
from bot.ports import ChatServer, ServerEvent
from bot.work import Job, Queue


class Announcer:
    """Handlers of event.publish, event.card and event.remind. Each acts on the event's current state and may run twice."""

    def __init__(
        self, db: Database, clock: Clock, queue: Queue, server: ChatServer, texts: Catalog, outbox: Outbox
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._texts = texts
        self._outbox = outbox

    async def publish(self, job: Job) -> None:
        """Make Discord's scheduled event and post the card; for a cancelled event remove the scheduled event.

        Each is tried even when the other fails with NeedsAction.
        """
        event = await self._event(job)
        first_error: NeedsAction | None = None
        for step in (
            (self._withdraw,) if event.state == EventState.CANCELLED else (self._post, self._schedule)
        ):
            try:
                await step(event)
            except NeedsAction as error:
                first_error = first_error or error
        if first_error is not None:
            raise first_error

    async def card(self, job: Job) -> None:
        """Bring the card up to date. A card that somebody deleted is not posted again."""
        event = await self._event(job)
        if event.card_channel_id is None or event.card_message_id is None:
            return  # publish shows the newest state itself
        async with self._db.read() as db:
            going = len(await store.sign_ups(db, event.guild_id, event.id))
            came = len(await store.attendees(db, event.guild_id, event.id))
        shown = cards.public(self._texts.community, event, going, came)
        await self._server.edit(event.guild_id, event.card_channel_id, event.card_message_id, shown)

    async def remind(self, job: Job) -> None:
        """Post the reminder exactly once, or record why it was skipped."""
        event = await self._event(job)
        minutes: int = job.payload["minutes"]
        begun = self._clock.now() >= event.starts_at
        await self._outbox.post(
            OutboxKey(event.guild_id, "event.remind", f"{event.id}:{minutes}"),
            cards.reminder(self._texts.community, event, minutes, begun=begun),
            to=event.card_channel_id or ChannelSetting.EVENTS,
            marker=cards.reminder_action(event, minutes),
            unless=self._skip_reason(event),
        )

    def _skip_reason(self, event: Event) -> str | None:
        if event.state == EventState.CANCELLED:
            return "cancelled"
        return "late" if event.state == EventState.OVER or self._clock.now() >= event.ends_at else None

    async def _schedule(self, event: Event) -> None:
        """Make Discord's scheduled event, unless the event has begun: Discord refuses a start in the past."""
        if event.discord_event_id is not None or self._clock.now() >= event.starts_at or not event.open:
            return
        server_event = self._server_event(event)
        try:
            discord_event_id = await self._server.find_event(event.guild_id, server_event)
            if discord_event_id is None:
                discord_event_id = await self._server.create_event(event.guild_id, server_event)
        except NeedsAction as error:
            if error.finding != "missing-permission":
                raise
            raise NeedsAction(
                "create-events",
                "Lyceum may not make scheduled events: give its role the permission Create Events.",
            ) from error
        point("publish.created")
        async with self._db.write() as tx:
            await store.set_discord_event(tx, event.guild_id, event.id, discord_event_id)

    async def _withdraw(self, event: Event) -> None:
        discord_event_id = event.discord_event_id or await self._server.find_event(
            event.guild_id, self._server_event(event)
        )
        if discord_event_id is not None:
            await self._server.cancel_event(event.guild_id, discord_event_id)
            async with self._db.write() as tx:
                await store.set_discord_event(tx, event.guild_id, event.id, None)

    async def _post(self, event: Event) -> None:
        """Post the card. If the event changes meanwhile, an edit follows."""
        if event.card_message_id is not None or not event.open:
            return
        async with self._db.read() as db:
            going = len(await store.sign_ups(db, event.guild_id, event.id))
        posted = await self._outbox.post(
            OutboxKey(event.guild_id, "event.card", str(event.id)),
            cards.public(self._texts.community, event, going, 0),
            to=ChannelSetting.EVENTS,
            marker=cards.going_action(event),
        )
        assert posted is not None  # noqa: S101 # post() without `unless` always posts
        async with self._db.write() as tx:
            await store.set_card(tx, event.guild_id, event.id, posted.channel_id, posted.message_id)
            current = await store.find(tx, event.guild_id, event.id)
            if (
                current is None
                or current.state != event.state
                or len(await store.sign_ups(tx, event.guild_id, event.id)) != going
            ):
                await self._queue.enqueue(tx, "event.card", event.guild_id, str(event.id))

    def _server_event(self, event: Event) -> ServerEvent:
        described = cards.description(self._texts.community, event)
        place = (event.voice_channel_id, event.address)
        return ServerEvent(event.title, described, event.starts_at, event.ends_at, *place)

    async def _event(self, job: Job) -> Event:
        async with self._db.read() as db:
            event = await store.find(db, job.guild_id, int(job.payload.get("event", job.key)))
        assert event is not None  # noqa: S101 # the same transaction made the event and its work; neither is deleted
        return event
