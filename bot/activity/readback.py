"""What was said while nobody listened is read from the channels' history, by the same rules.

Live messages arrive meanwhile; the channel's mark sees to it that each is counted once, whichever
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
from bot.ports import ChatServer
from bot.ports import Place as Room

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
        """Read everything that the guild shows us; returns how many messages were counted by that."""

        async def rooms() -> list[Room]:
            return await self._server.places(guild_id, away_since)

        found = await patiently(rooms, f"the channels of {guild_id}")
        for room in found:
            if room.opened is not None and room.opened.at >= here_since:
                self.known((guild_id, room.id), here_since)
                self._recorder.thread((guild_id, room.id), room.opened.by, room.opened.at)
        await self._forbidden(guild_id, [room.id for room in found if not room.readable], here_since)
        readable = [(guild_id, room.id) for room in found if room.readable]
        return sum(await asyncio.gather(*(self.channel(place, here_since, now) for place in readable)))

    async def channel(self, place: Place, here_since: datetime, now: datetime) -> int:
        """Read one channel from its mark to its end, then let its mark follow live messages."""
        self.known(place, here_since)
        mark = self._recorder.mark(place)
        assert mark is not None  # noqa: S101 # made known above
        began = mark.upto

        async def read() -> int:
            return await self._read(place, mark.upto)

        async with self._slots:
            try:
                counted = await patiently(read, f"channel {place[1]}")
            except NeedsAction as error:
                counted = 0
                if error.finding != "gone":
                    await self._gap(place, snowflake_time(began), now)
            else:
                async with self._db.write() as tx:
                    await store.close_gaps(tx, *place, snowflake_time(began))
        self._recorder.release(place)
        if counted:
            log.info("messages were read back", guild=place[0], channel=place[1], messages=counted)
        return counted

    def known(self, place: Place, here_since: datetime) -> None:
        """A channel that appears first counts from its beginning, but not from before Lyceum came."""
        if self._recorder.mark(place) is None:
            self._recorder.appear(place, max(snowflake_at(here_since), place[1] - 1))

    async def _read(self, place: Place, after: int) -> int:
        counted = 0
        async for said in self._server.history(*place, after=after, until=NEWEST):
            counts = message_counts(
                human=said.human, ordinary=said.counts, message_id=said.id, channel_id=place[1]
            )
            counted += self._recorder.message(place, said.id, said.author_id, counts=counts)
            self._recorder.reached(place, said.id)
        return counted

    async def _forbidden(self, guild_id: int, channels: list[int], here_since: datetime) -> None:
        """As long as nobody lets us in, these channels are missing."""
        if not channels:
            return
        async with self._db.write() as tx:
            for channel_id in channels:
                mark = self._recorder.mark((guild_id, channel_id))
                since = snowflake_time(mark.upto) if mark else max(here_since, snowflake_time(channel_id))
                await store.add_gap(tx, guild_id, channel_id, since, FOREVER, "forbidden")

    async def _gap(self, place: Place, since: datetime, until: datetime) -> None:
        async with self._db.write() as tx:
            await store.add_gap(tx, *place, since, until, "forbidden")
        log.warning("a channel's history may not be read", guild=place[0], channel=place[1])


async def patiently(ask: Callable[[], Awaitable[T]], what: str) -> T:
    """Ask again and again, each time a little later, until Discord answers."""
    wait = 1.0
    while True:
        try:
            return await ask()
        except RetryLater as error:
            log.info("reading back waits", what=what, reason=str(error))
            await asyncio.sleep(wait if error.after is None else error.after.total_seconds())
            wait = min(wait * 2, _LONGEST_WAIT)
