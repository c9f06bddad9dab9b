"""A crowd that writes so many messages a second; each slice of them is stored and dispatched as one batch."""

from __future__ import annotations

import asyncio
import random
import time

from sandbox import snowflake
from sandbox.clock import iso
from sandbox.crowd.voices import Voice, Voices
from sandbox.crowd.words import sayings
from sandbox.gateway.hub import Hub
from sandbox.wire import Json
from sandbox.world.batch import Batch
from sandbox.world.guild import Guild
from sandbox.world.world import World

_SLICE, _PAUSE = 256, 0.005
_MOST_BEHIND = 4 * 2**20  # bytes; the crowd waits for a client that does not keep up
_MOST_DEBT = 1.0  # seconds; a crowd that is further behind does not catch up


class Crowd:
    """`rate` messages a second (0: as fast as the clients read), `count` in all (0: without end).

    The seed alone decides who writes what and where; the rate decides when.
    """

    def __init__(
        self, world: World, hub: Hub, guild: Guild, *, rate: float, seed: int = 0, count: int = 0
    ) -> None:
        self._world, self._hub, self._guild = world, hub, guild
        self.rate, self.seed, self.count = rate, seed, count
        self._voices = Voices(world, guild, seed)
        self._words = sayings(seed)
        self._who, self._where, self._what = (random.Random(f"{seed}/{n}") for n in range(3))
        self.sent = 0
        self._began = self._cpu = 0.0
        self._ended: tuple[float, float] | None = None

    async def run(self) -> None:
        """Write messages, once a session has begun."""
        await self._hub.begun.wait()
        self._began, self._cpu = time.monotonic(), time.process_time()
        debt_from, said = self._began, 0
        try:
            while not self.count or self.sent < self.count:
                await self._patience()
                now = time.monotonic()
                due = int((now - debt_from) * self.rate) - said if self.rate else _SLICE
                if due > self.rate * _MOST_DEBT + _SLICE:
                    debt_from, said, due = now, 0, _SLICE
                due = min(due, _SLICE, self.count - self.sent if self.count else _SLICE)
                if due > 0:
                    said += due
                    self.say(due)
                await asyncio.sleep(0 if due == _SLICE else _PAUSE)
        finally:
            self._ended = time.monotonic(), time.process_time()
            self._voices.close()

    def as_json(self) -> Json:
        """The crowd's progress, and the share of a core that the whole sandbox has used meanwhile."""
        now, cpu = self._ended or (time.monotonic(), time.process_time())
        seconds = now - self._began if self._began else 0.0
        return {
            "running": bool(self._began) and self._ended is None,
            "rate": self.rate,
            "seed": self.seed,
            "sent": self.sent,
            "seconds": round(seconds, 3),
            "per_second": round(self.sent / seconds, 1) if seconds else 0.0,
            "core_share": round((cpu - self._cpu) / seconds, 3) if seconds else 0.0,
        }

    async def _patience(self) -> None:
        for session in self._hub.sessions():
            if session.link:
                await session.link.room(_MOST_BEHIND)

    def say(self, number: int) -> None:
        """Store, commit and dispatch the next messages."""
        voices = self._voices
        places = len(voices.channels)
        who = self._who.choices(voices.people, cum_weights=voices.weights, k=number)
        where = [int(self._where.random() * places) for _ in range(number)]
        what = self._what.choices(self._words, k=number)
        said: list[tuple[Voice, int, bytes]] = []
        for user_id, place, words in zip(who, where, what, strict=True):
            voice = voices.of(user_id)
            if voice.places:
                said.append((voice, place if place in voice.places else voice.places[0], words))
        self.sent += number
        if said:
            self._keep(said)

    def _keep(self, said: list[tuple[Voice, int, bytes]]) -> None:
        world, channels = self._world, self._voices.channels
        first = max(world.snowflakes.last + 1, snowflake.at(world.clock.now()))
        world.snowflakes.last = last = first + len(said) - 1
        numbers = [int(channel["id"]) for channel in channels]
        world.messages.put_all(
            [
                (numbers[place], n, None, b'["%b",%b]' % (voice.id.encode(), words))
                for n, (voice, place, words) in enumerate(said, first)
            ]
        )
        for n, (_, place, _) in enumerate(said, first):
            channels[place]["last_message_id"] = str(n)
        keys = [channel["id"].encode() for channel in channels]
        moments = {
            ms: iso(snowflake.moment(ms << 22)).encode() for ms in range(first >> 22, (last >> 22) + 1)
        }

        def encoded(*, blank: bool = False) -> list[bytes]:
            return [
                b'{"id":"%d","channel_id":"%b","content":%b,"timestamp":"%b",%b'
                % (n, keys[place], b'""' if blank else words, moments[n >> 22], voice.common)
                for n, (voice, place, words) in enumerate(said, first)
            ]

        places = [place for _, place, _ in said]
        world.tell_batch(Batch(self._guild.id, channels, places, encoded(), lambda: encoded(blank=True)))
        world.commit()
