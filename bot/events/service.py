"""What people do with events: plan, cancel, sign up, list."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.audit import AuditAction, record
from bot.cards import plain
from bot.clock import Clock
from bot.db import Database, Reader, Writer
from bot.errors import UserError
from bot.events import store
from bot.events.event import Event, EventKind, EventState, HeldEvent, ListedEvent, Roster
from bot.events.lengths import read_length
from bot.events.times import read_moment
from bot.events.voice_attendance import VoiceAttendance
from bot.i18n import stamp
from bot.ids import new_id
from bot.names import holds
from bot.outbox import Channels, ChannelSetting
from bot.settings import CommunitySettings
from bot.work import Queue


class EventAccess(Protocol):
    """The part of bot/memberships that events use."""

    async def opens_events(self, guild_id: int, user_id: int) -> bool:
        """Whether the member has a membership now that opens members-only events."""
        ...

    async def event_plans(self, guild_id: int) -> list[str]:
        """The names of the plans on sale that open members-only events."""
        ...


class Events:
    """Every method takes the guild; every refusal is a UserError that says what to do."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        channels: Channels,
        attendance: VoiceAttendance,
        access: EventAccess,
        community: CommunitySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._channels = channels
        self._attendance = attendance
        self._access = access
        self._community = community

    async def create(
        self,
        guild_id: int,
        host_id: int,
        *,
        kind: EventKind,
        title: str,
        when: str,
        length: str,
        voice_channel_id: int | None,
        address: str | None,
        members_only: bool = False,
    ) -> Event:
        """Plan an event and queue the jobs that announce it, remind of it and measure attendance.

        `when` and `length` are as people write them. Refused: a time in the past, no place or two places, a taken channel.
        """
        now = self._clock.now()
        moment = read_moment(when, now, self._community.timezone)
        title, address = _one_line(title), _one_line(address or "") or None
        if not title:
            raise UserError("An event needs a title. What to do: write one of 1 to 100 characters.")
        if (voice_channel_id is None) == (address is None):
            raise UserError(
                "An event has one place. What to do: pick a voice channel, or write an address; not both."
            )
        if await self._channels.find(guild_id, ChannelSetting.EVENTS) is None:
            raise UserError(
                "There is no channel #{channel} to announce events in. "
                "What to do: make it, or name another one in the setting community.events_channel.",
                channel=self._channels.name(ChannelSetting.EVENTS),
            )
        event = Event(
            guild_id=guild_id,
            id=new_id(),
            kind=kind,
            title=title,
            starts_at=moment.at,
            ends_at=moment.at + read_length(length),
            said_wall=moment.local_time.isoformat(timespec="minutes"),
            said_zone=moment.zone,
            voice_channel_id=voice_channel_id,
            address=address,
            host_id=host_id,
            state=EventState.SCHEDULED,
            discord_event_id=None,
            card_channel_id=None,
            card_message_id=None,
            created_at=now,
            members_only=members_only,
        )
        async with self._db.write() as tx:
            await _refuse_clash(tx, event)
            await store.add(tx, event)
            await self._queue_jobs(tx, event)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=host_id,
                action=AuditAction.EVENT_CREATED,
                subject=event.id,
                title=event.title,
            )
        return event

    async def cancel(self, guild_id: int, event_id: str, actor: int) -> Event:
        """Cancel an event: its card says so and Discord's scheduled event is removed."""
        async with self._db.write() as tx:
            event = await _find(tx, guild_id, event_id)
            if not await store.set_state(tx, guild_id, event.id, store.OPEN, EventState.CANCELLED):
                raise UserError(
                    "“{title}” is over or cancelled already. What to do: nothing; /event list shows what comes.",
                    title=plain(event.title),
                )
            await self._attendance.forget(tx, event)
            await self._queue.enqueue(tx, "event.publish", guild_id, str(event.id))
            await self._queue.enqueue(tx, "event.card", guild_id, str(event.id))
            await record(
                tx,
                guild_id=guild_id,
                at=self._clock.now(),
                actor=actor,
                action=AuditAction.EVENT_CANCELLED,
                subject=event.id,
                title=event.title,
            )
        return replace(event, state=EventState.CANCELLED)

    async def going(self, guild_id: int, event_id: str, user_id: int) -> tuple[Event, bool]:
        """Sign a member up; False when they were signed up already. UserError when the event is for members only and they are none."""
        is_member = await self._access.opens_events(guild_id, user_id)
        async with self._db.write() as tx:
            event = await _open_event(tx, guild_id, event_id)
            if event.members_only and not (is_member or user_id == event.host_id):
                raise await self._members_only_error(event)
            fresh = await store.sign_up(tx, guild_id, event.id, user_id, self._clock.now())
            if fresh:
                await self._queue.enqueue(tx, "event.card", guild_id, str(event.id))
        return event, fresh

    async def _members_only_error(self, event: Event) -> UserError:
        plans = " / ".join(plain(name, 60) for name in await self._access.event_plans(event.guild_id))
        if not plans:
            return UserError(
                "“{title}” is for members, and no plan that opens it is on sale. Ask the host.",
                title=plain(event.title),
            )
        return UserError(
            "“{title}” is for members: {plans}. Get it with /membership buy, then press again.",
            title=plain(event.title),
            plans=plans,
        )

    async def not_going(self, guild_id: int, event_id: str, user_id: int) -> tuple[Event, bool]:
        """Remove a member's sign-up; False when there was none."""
        async with self._db.write() as tx:
            event = await _open_event(tx, guild_id, event_id)
            removed = await store.sign_off(tx, guild_id, event.id, user_id)
            if removed:
                await self._queue.enqueue(tx, "event.card", guild_id, str(event.id))
        return event, removed

    async def upcoming(self, guild_id: int, user_id: int, limit: int) -> list[ListedEvent]:
        """Live and scheduled events, soonest first, as this member sees them."""
        async with self._db.read() as db:
            events = await store.upcoming(db, guild_id, self._clock.now(), limit)
            ids = [event.id for event in events]
            counts = await store.count_sign_ups(db, guild_id, ids)
            going_to = await store.going_to(db, guild_id, user_id, ids)
        return [ListedEvent(event, counts.get(event.id, 0), event.id in going_to) for event in events]

    async def choices(self, guild_id: int, text: str, *, upcoming: bool) -> list[Event]:
        """Events whose title contains `text`, for autocomplete: at most 25."""
        async with self._db.read() as db:
            now = self._clock.now()
            events = await (
                store.upcoming(db, guild_id, now, 100) if upcoming else store.latest(db, guild_id, 100)
            )
        return [event for event in events if holds(event.title, text)][:25]

    async def roster(self, guild_id: int, event_id: str) -> Roster:
        """The members who signed up and those who came."""
        async with self._db.read() as db:
            event = await _find(db, guild_id, event_id)
            sign_ups = await store.sign_ups(db, guild_id, event.id)
            return Roster(event, tuple(sign_ups), tuple(await store.attendees(db, guild_id, event.id)))

    async def held(self, guild_id: int, start: datetime, end: datetime) -> list[HeldEvent]:
        """The events that ended within `[start, end)`, with their attendances: one per member and event."""
        async with self._db.read() as db:
            return await store.held(db, guild_id, start, end)

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        """A member is now in this voice channel, or in none."""
        await self._attendance.voice(guild_id, user_id, channel_id, at, human)

    async def claims(self, guild_id: int, channel_id: int, start: datetime, end: datetime) -> bool:
        """Whether an event ran in the channel during `[start, end)`. Time there counts as participation and nothing else."""
        async with self._db.read() as db:
            return await store.overlapping(db, guild_id, channel_id, start, end) is not None

    async def _queue_jobs(self, tx: Writer, event: Event) -> None:
        """Queue every job of the event at its time."""
        key, guild_id = str(event.id), event.guild_id
        await self._queue.enqueue_once(tx, "event.publish", guild_id, key)
        minutes = event.reminder_minutes
        due = event.starts_at - timedelta(minutes=minutes)
        await self._queue.enqueue_once(
            tx, "event.remind", guild_id, f"{key}:{minutes}", due=due, event=event.id, minutes=minutes
        )
        if event.voice_channel_id is not None:
            await self._queue.enqueue_once(tx, "event.doors", guild_id, key, due=event.doors_at)
        await self._queue.enqueue_once(tx, "event.begin", guild_id, key, due=event.starts_at)
        await self._queue.enqueue_once(tx, "event.finish", guild_id, key, due=event.closes_at)


async def _refuse_clash(tx: Writer, event: Event) -> None:
    channel_id = event.voice_channel_id
    if channel_id is None:
        other = await store.find_duplicate(tx, event)
    else:
        other = await store.overlapping(tx, event.guild_id, channel_id, event.starts_at, event.ends_at)
    if other is not None:
        raise UserError(
            "“{title}” is planned there from {start} to {end}. What to do: choose another time or another place.",
            title=plain(other.title),
            start=stamp(other.starts_at),
            end=stamp(other.ends_at, "t"),
        )


async def _find(db: Reader, guild_id: int, event_id: str) -> Event:
    id_ = int(event_id) if re.fullmatch(r"[0-9]{1,19}", event_id) else 0
    event = await store.find(db, guild_id, id_) if 0 < id_ < 2**63 else None
    if event is None:
        raise UserError("There is no such event. What to do: pick one from the list that the option offers.")
    return event


async def _open_event(tx: Writer, guild_id: int, event_id: str) -> Event:
    event = await _find(tx, guild_id, event_id)
    if event.state == EventState.CANCELLED:
        raise UserError(
            "“{title}” was cancelled. What to do: /event list shows what comes.", title=plain(event.title)
        )
    if event.state == EventState.OVER:
        raise UserError(
            "“{title}” is over. What to do: /event list shows what comes.", title=plain(event.title)
        )
    return event


def _one_line(text: str) -> str:
    """The text on one line, without invisible and reordering characters."""
    return "".join(character for character in re.sub(r"\s+", " ", text) if character.isprintable()).strip()
