"""Who is in the voice channel of an event, from ten minutes before it to ten minutes after: kept durably, told honestly.

Only time in which somebody was seen to be there counts. What happened while the bot was away is not guessed:
an open stay then ends at the last moment at which it was seen, and a new one begins when the bot is back.
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


class Rooms(Protocol):
    """What doors ask of the chat server."""

    async def in_voice(self, guild_id: int, channel_id: int) -> frozenset[int]:
        """The humans in a voice channel now."""
        ...


class VoiceAttendance:
    """Takes every voice state change; measures who attended."""

    def __init__(self, db: Database, clock: Clock, server: Rooms) -> None:
        self._db = db
        self._clock = clock
        self._server = server
        self._watched: set[int] = set()
        self._changes = 0

    async def voice(
        self, guild_id: int, user_id: int, channel_id: int | None, at: datetime, human: bool
    ) -> None:
        """A member is now in this channel, or in none. Repeated news changes nothing; bots do not count."""
        self._changes += 1
        if not human:
            return
        async with self._db.write() as tx:
            await presence_store.leave(tx, guild_id, user_id, at, but=channel_id)
            if channel_id is not None and channel_id in await store.doors_open(tx, guild_id, at, EARLY, LATE):
                await presence_store.enter(tx, guild_id, channel_id, user_id, at)

    async def resume(self, guild_id: int) -> None:
        """The bot sees the guild again: end the stays it lost sight of, begin those of whoever is there now."""
        async with self._db.write() as tx:
            await presence_store.lose_sight(tx, guild_id)
            channels = await store.doors_open(tx, guild_id, self._clock.now(), EARLY, LATE)
        for channel_id in sorted(channels):
            await self.look_in(guild_id, channel_id)
        self._watched.add(guild_id)

    def lost_sight(self) -> None:
        """The gateway is gone: from here on nobody is seen until `resume` or `sees`."""
        self._watched.clear()

    def sees(self, guild_ids: Iterable[int]) -> None:
        """The gateway is back with the same session, so every move in between was told or will be."""
        self._watched.update(guild_ids)

    async def look_in(self, guild_id: int, channel_id: int) -> None:
        """Begin the stays of everybody who is in the channel now."""
        while True:
            changes = self._changes
            there = await self._server.in_voice(guild_id, channel_id)
            async with self._db.write() as tx:
                if changes != self._changes:
                    continue  # somebody moved while we asked
                for user_id in sorted(there):
                    await presence_store.enter(tx, guild_id, channel_id, user_id, self._clock.now())
            return

    async def see(self) -> None:
        """Whoever was there is still there. Called now and then, so that a crash loses little."""
        if not self._watched:
            return
        async with self._db.read() as db:
            if not await presence_store.anybody(db):
                return
        async with self._db.write() as tx:
            await presence_store.see(tx, self._watched, self._clock.now())

    async def measure(self, tx: Writer, event: Event) -> dict[int, timedelta]:
        """Who attended and for how long; nobody at an address, where nothing can be measured."""
        if event.voice_channel_id is None:
            return {}
        await presence_store.see(tx, self._watched, self._clock.now())
        told = await presence_store.in_channel(
            tx, event.guild_id, event.voice_channel_id, event.doors_at, event.closes_at
        )
        return attended(told, event.starts_at, event.ends_at)

    async def forget(self, tx: Writer, event: Event) -> None:
        """Delete the stays in the event's channel that no open event needs."""
        if event.voice_channel_id is not None:
            start = await store.next_start(tx, event.guild_id, event.voice_channel_id)
            await presence_store.forget(
                tx, event.guild_id, event.voice_channel_id, start - EARLY if start else None
            )
