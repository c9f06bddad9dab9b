"""Messages that were written while Lyceum was away are read from the channels' history, by the same rules.

Live messages arrive meanwhile; the channel's mark makes sure that each is counted once, whichever
way it comes first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import structlog

from bot.activity import store
from bot.activity.recorder import Place, Recorder
from bot.activity.rules import message_counts
from bot.db import Database
from bot.errors import NeedsAction, RetryLater
from bot.ids import snowflake_at, snowflake_time
from bot.ports import ChatServer, MessageChannel

NEWEST = 2**63 - 1
FOREVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
_AT_ONCE = 4  # channels; Discord limits each route by itself
_LONGEST_WAIT = 300.0

T = TypeVar("T")

log = structlog.get_logger(__name__)


class ReadBack:
    """Reads channels from their marks on. A channel that cannot be read becomes a gap."""

    def __init__(self, db: Database, server: ChatServer, recorder: Recorder) -> None:
        self._db = db
        self._server = server
        self._recorder = recorder
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def guild(self, guild_id: int, here_since: datetime, away_since: datetime, now: datetime) -> int:
        """Read every channel that we may read; returns how many messages that counted."""

        async def list_channels() -> list[MessageChannel]:
            return await self._server.message_channels(guild_id, away_since)

        channels = await patiently(list_channels, f"the channels of {guild_id}")
        for channel in channels:
            if channel.opened is not None and channel.opened.at >= here_since:
                self.ensure_mark((guild_id, channel.id), here_since)
                self._recorder.thread((guild_id, channel.id), channel.opened.by, channel.opened.at)
        unreadable = [channel.id for channel in channels if not channel.readable]
        await self._add_forbidden(guild_id, unreadable, here_since)
        readable = [(guild_id, channel.id) for channel in channels if channel.readable]
        return sum(await asyncio.gather(*(self.channel(place, here_since, now) for place in readable)))

    async def channel(self, place: Place, here_since: datetime, now: datetime) -> int:
        """Read one channel from its mark to its end, then let its mark follow live messages."""
        self.ensure_mark(place, here_since)
        mark = self._recorder.mark(place)
        assert mark is not None  # noqa: S101 # ensured above
        began = mark.upto

        async def read() -> int:
            return await self._read(place, mark.upto)

        async with self._slots:
            try:
                counted = await patiently(read, f"channel {place[1]}")
            except NeedsAction as error:
                counted = 0
                if error.finding != "gone":
                    await self._add_gap(place, snowflake_time(began), now)
            else:
                async with self._db.write() as tx:
                    await store.close_gaps(tx, *place, snowflake_time(began))
        self._recorder.release(place)
        if counted:
            log.info("messages were read back", guild=place[0], channel=place[1], messages=counted)
        return counted

    def ensure_mark(self, place: Place, here_since: datetime) -> None:
        """Give a new channel a mark at its beginning, but not before Lyceum joined the guild."""
        if self._recorder.mark(place) is None:
            self._recorder.appear(place, max(snowflake_at(here_since), place[1] - 1))

    async def _read(self, place: Place, after: int) -> int:
        counted = 0
        async for message in self._server.history(*place, after=after, until=NEWEST):
            counts = message_counts(
                human=message.human, ordinary=message.ordinary, message_id=message.id, channel_id=place[1]
            )
            counted += self._recorder.message(place, message.id, message.author_id, counts=counts)
            self._recorder.reached(place, message.id)
        return counted

    async def _add_forbidden(self, guild_id: int, channels: list[int], here_since: datetime) -> None:
        """Store a gap without an end for each of these channels; it is closed once the channel can be read."""
        if not channels:
            return
        async with self._db.write() as tx:
            for channel_id in channels:
                mark = self._recorder.mark((guild_id, channel_id))
                since = snowflake_time(mark.upto) if mark else max(here_since, snowflake_time(channel_id))
                await store.add_gap(tx, guild_id, channel_id, since, FOREVER, "forbidden")

    async def _add_gap(self, place: Place, since: datetime, until: datetime) -> None:
        async with self._db.write() as tx:
            await store.add_gap(tx, *place, since, until, "forbidden")
        log.warning("a channel's history may not be read", guild=place[0], channel=place[1])


async def patiently(ask: Callable[[], Awaitable[T]], what: str) -> T:
    """Ask until Discord answers, waiting longer each time."""
    wait = 1.0
    while True:
        try:
            return await ask()
        except RetryLater as error:
            log.info("reading back waits", what=what, reason=str(error))
            await asyncio.sleep(wait if error.after is None else error.after.total_seconds())
            wait = min(wait * 2, _LONGEST_WAIT)
