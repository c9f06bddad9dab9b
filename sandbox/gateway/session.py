"""A session: numbered dispatches, kept so that a client that lost its socket can resume."""

from __future__ import annotations

import secrets
import time
from collections import deque

from sandbox.gateway.link import Link
from sandbox.wire import Json, encode

_MOST_KEPT = 100_000


class Session:
    """What one IDENTIFY began. `link` is None while the client is away."""

    def __init__(self, application_id: str, intents: int, shard: tuple[int, int]) -> None:
        self.id = secrets.token_hex(16)
        self.application_id = application_id
        self.intents = intents
        self.shard = shard
        self.link: Link | None = None
        self.lost_at: float | None = None
        self.overflowed = False
        self._seq = 0
        self._kept: deque[tuple[int, bytes]] = deque()

    def has_guild(self, guild_id: str) -> bool:
        """Is the server one of this shard's?"""
        return (int(guild_id) >> 22) % self.shard[1] == self.shard[0]

    def dispatch(self, kind: str, data: Json) -> None:
        """Number, keep and send an event."""
        self._seq += 1
        frame = encode({"op": 0, "d": data, "s": self._seq, "t": kind})
        self._kept.append((self._seq, frame))
        if len(self._kept) > _MOST_KEPT:
            self._kept.popleft()
            self.overflowed = self.link is None
        if self.link:
            self.link.send(frame)

    def heard(self, seq: int | None) -> None:
        """The client has everything up to this number; it will never ask for it again."""
        while seq is not None and self._kept and self._kept[0][0] <= seq:
            self._kept.popleft()

    def lose(self) -> None:
        """The socket is gone; events are kept from now on."""
        self.link = None
        self.lost_at = time.monotonic()

    def resume(self, link: Link, seq: int) -> bool:
        """Send again what came after `seq`, then RESUMED. False if that number never was."""
        if seq > self._seq or self.overflowed:
            return False
        self.heard(seq)
        self.link, self.lost_at = link, None
        for _, frame in self._kept:
            link.send(frame)
        self.dispatch("RESUMED", {})
        return True
