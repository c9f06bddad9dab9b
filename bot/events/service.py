"""What people do with events: plan, cancel, say that they come, list."""

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
from bot.events.event import Event, EventKind, EventState, HeldEvent, Listed, Roster
from bot.events.times import read_length, read_moment
from bot.events.voice_attendance import VoiceAttendance
from bot.i18n import stamp
from bot.ids import new_id
from bot.names import holds
from bot.outbox import Channels, ChannelSetting
from bot.settings import CommunitySettings
from bot.work import Queue


class EventAccess(Protocol):
    """bot/memberships, as far as events need it."""

    async def opens_events(self, guild_id: int, user_id: int) -> bool:
        """Has the member a membership now that opens events for members?"""
        ...

    async def event_plans(self, guild_id: int) -> list[str]:
        """The names of what is on sale and opens them."""
        ...


class Events:
    """Every verb takes the guild; every refusal is a UserError that says what to do."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        channels: Channels,
        doors: VoiceAttendance,
        access: EventAccess,
        community: CommunitySettings,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._channels = channels
        self._doors = doors
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
        """Plan an event; announcing, reminding and measuring it are work that falls due.

        `when` and `length` are as people write them. Refused: the past, no place or two, a taken channel.
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
            said_wall=moment.wall.isoformat(timespec="minutes"),
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
            await self._plan(tx, event)
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
        """Call an event off: its card says so and Discord's scheduled event goes."""
        async with self._db.write() as tx:
            event = await _find(tx, guild_id, event_id)
            if not await store.set_state(tx, guild_id, event.id, store.OPEN, EventState.CANCELLED):
                raise UserError(
                    "“{title}” is over or cancelled already. What to do: nothing; /event list shows what comes.",
                    title=plain(event.title),
                )
            await self._doors.forget(tx, event)
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
        """Sign a member up. Twice is harmless: the second time the answer is False. Members' events are for members."""
        admitted = await self._access.opens_events(guild_id, user_id)
        async with self._db.write() as tx:
            event = await _open_event(tx, guild_id, event_id)
            if event.members_only and not (admitted or user_id == event.host_id):
                raise await self._for_members(event)
            fresh = await store.sign_up(tx, guild_id, event.id, user_id, self._clock.now())
            if fresh:
                await self._queue.enqueue(tx, "event.card", guild_id, str(event.id))
        return event, fresh

    async def _for_members(self, event: Event) -> UserError:
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
        """Take a member off the list; False when they were not on it."""
        async with self._db.write() as tx:
            event = await _open_event(tx, guild_id, event_id)
            was = await store.sign_off(tx, guild_id, event.id, user_id)
            if was:
                await self._queue.enqueue(tx, "event.card", guild_id, str(event.id))
        return event, was

    async def upcoming(self, guild_id: int, user_id: int, limit: int) -> list[Listed]:
        """What runs and comes, soonest first, as this member sees it."""
        async with self._db.read() as db:
            events = await store.upcoming(db, guild_id, self._clock.now(), limit)
            ids = [event.id for event in events]
            counts = await store.count_goers(db, guild_id, ids)
            mine = await store.going_to(db, guild_id, user_id, ids)
        return [Listed(event, counts.get(event.id, 0), event.id in mine) for event in events]

    async def choices(self, guild_id: int, text: str, *, upcoming: bool) -> list[Event]:
        """Events whose title contains `text`, for autocomplete: at most 25."""
        async with self._db.read() as db:
            now = self._clock.now()
            found = await (
                store.upcoming(db, guild_id, now, 100) if upcoming else store.latest(db, guild_id, 100)
            )
        return [event for event in found if holds(event.title, text)][:25]

    async def roll(self, guild_id: int, event_id: str) -> Roster:
        """Who said they would come and who came."""
        async with self._db.read() as db:
            event = await _find(db, guild_id, event_id)
            goers = await store.sign_ups(db, guild_id, event.id)
            return Roster(event, tuple(goers), tuple(await store.attendees(db, guild_id, event.id)))

    async def held(self, guild_id: int, start: datetime, end: datetime) -> list[HeldEvent]:
        """The events that ended within `[start, end)`, with their attendances: one per member and event."""
        async with self._db.read() as db:
            return await store.held(db, guild_id, start, end)

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        """A member is now in this voice channel, or in none."""
        await self._doors.voice(guild_id, user_id, channel_id, at, human)

    async def claims(self, guild_id: int, channel_id: int, start: datetime, end: datetime) -> bool:
        """Whether an event ran in that channel during `[start, end)`: such a stay is participation, nothing else."""
        async with self._db.read() as db:
            return await store.overlapping(db, guild_id, channel_id, start, end) is not None

    async def _plan(self, tx: Writer, event: Event) -> None:
        """Everything that will have to happen, each at its time."""
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
        other = await store.the_same(tx, event)
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


def _one_line(words: str) -> str:
    """Spaces in one form, invisible and reordering characters gone."""
    return "".join(character for character in re.sub(r"\s+", " ", words) if character.isprintable()).strip()
