"""Presence in the voice channel of an event, from ten minutes before it to ten minutes after, stored durably.

Only time in which a member was seen counts. Time in which the bot was away is not guessed: an open span
ends at the last moment at which it was seen, and a new one begins when the bot is back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.db import Database, Writer
from bot.events import presence_store, store
from bot.events.attendance import attended
from bot.events.event import EARLY, LATE, Event


class VoiceChannels(Protocol):
    """The part of the chat server that VoiceAttendance uses."""

    async def in_voice(self, guild_id: int, channel_id: int) -> frozenset[int]:
        """The humans in a voice channel now."""
        ...


class VoiceAttendance:
    """Records presence from every voice state change; measures who attended."""

    def __init__(self, db: Database, clock: Clock, server: VoiceChannels) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._watched: set[int] = set()
        self._changes = 0

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        """A member is now in this channel, or in none. Repeating it changes nothing; bots do not count."""
        self._changes += 1
        if not human:
            return
        async with self._db.write() as tx:
            await presence_store.leave(tx, guild_id, user_id, at, but=channel_id)
            if channel_id is not None and channel_id in await store.channels_with_open_doors(
                tx, guild_id, at, EARLY, LATE
            ):
                await presence_store.enter(tx, guild_id, channel_id, user_id, at)

    async def resume(self, guild_id: int) -> None:
        """The bot sees the guild again: end the open spans and begin new ones for everybody who is there now."""
        async with self._db.write() as tx:
            await presence_store.close_open_spans(tx, guild_id)
            channels = await store.channels_with_open_doors(tx, guild_id, self._clock.now(), EARLY, LATE)
        for channel_id in sorted(channels):
            await self.record_present(guild_id, channel_id)
        self._watched.add(guild_id)

    def gateway_lost(self) -> None:
        """The gateway connection is lost: nobody is seen until `resume` or `session_resumed`."""
        self._watched.clear()

    def session_resumed(self, guild_ids: Iterable[int]) -> None:
        """The gateway is back with the same session, which replays every move in between."""
        self._watched.update(guild_ids)

    async def record_present(self, guild_id: int, channel_id: int) -> None:
        """Begin a span for everybody who is in the channel now."""
        while True:
            changes = self._changes
            present = await self._server.in_voice(guild_id, channel_id)
            async with self._db.write() as tx:
                if changes != self._changes:
                    continue  # somebody moved during the call to the server
                for user_id in sorted(present):
                    await presence_store.enter(tx, guild_id, channel_id, user_id, self._clock.now())
            return

    async def extend_presence(self) -> None:
        """Extend the open spans until now. Called regularly, so that a crash loses little."""
        if not self._watched:
            return
        async with self._db.read() as db:
            if not await presence_store.has_open_spans(db):
                return
        async with self._db.write() as tx:
            await presence_store.extend_open_spans(tx, self._watched, self._clock.now())

    async def measure(self, tx: Writer, event: Event) -> dict[int, timedelta]:
        """The members who attended, with their time. Nobody at an address, where nothing can be measured."""
        if event.voice_channel_id is None:
            return {}
        await presence_store.extend_open_spans(tx, self._watched, self._clock.now())
        spans = await presence_store.spans_in_channel(
            tx, event.guild_id, event.voice_channel_id, event.doors_at, event.closes_at
        )
        return attended(spans, event.starts_at, event.ends_at)

    async def forget(self, tx: Writer, event: Event) -> None:
        """Delete the spans in the event's channel that no open event needs."""
        if event.voice_channel_id is not None:
            start = await store.next_start(tx, event.guild_id, event.voice_channel_id)
            await presence_store.delete_spans(
                tx, event.guild_id, event.voice_channel_id, start - EARLY if start else None
            )
