"""A session: numbered dispatches, kept so that a client that lost its socket can resume."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence

from sandbox.gateway.link import Link
from sandbox.wire import Json, decode, encode

Observer = Callable[[str, str, int, Json, int], None]
"""Called with each dispatch: application, kind, number, data, and how many of the kind went at once."""

_MOST_KEPT = 100_000
_MOST_BYTES = 32 * 2**20


class Session:
    """The session that an IDENTIFY began; `link` is None while the client is away."""

    def __init__(
        self,
        application_id: str,
        intents: int,
        shard: tuple[int, int] | None = None,
        large_threshold: int = 50,
    ) -> None:
        self.id = secrets.token_hex(16)
        self.application_id = application_id
        self.intents = intents
        self.named_shard = shard
        self.shard = shard or (0, 1)
        self.large_threshold = large_threshold
        self.link: Link | None = None
        self.note: Callable[[str, Json], None] | None = None
        self.observers: list[Observer] = []
        self.lost_at: float | None = None
        self._seq = 0
        self._gone = 0  # the newest number that is no longer kept
        self._kept: deque[tuple[int, bytes]] = deque()
        self._bytes = 0

    def has_guild(self, guild_id: str) -> bool:
        """Does the server belong to this shard?"""
        return (int(guild_id) >> 22) % self.shard[1] == self.shard[0]

    def dispatch(self, kind: str, data: Json) -> None:
        """Number, keep and send an event."""
        if self.note:
            self.note(kind, data)
        self._seq += 1
        for observe in self.observers:
            observe(self.application_id, kind, self._seq, data, 1)
        self._pass_on([encode({"op": 0, "d": data, "s": self._seq, "t": kind})])

    def dispatch_all(self, kind: str, bodies: Sequence[bytes]) -> None:
        """Number, keep and send many events of a kind, whose data are already encoded."""
        if self.note and bodies:
            self.note(kind, decode(bodies[0]))
        head, tail = b'{"op":0,"d":', b',"t":"%b"}' % kind.encode()
        first = self._seq + 1
        self._seq += len(bodies)
        for observe in self.observers if bodies else ():
            observe(self.application_id, kind, self._seq, decode(bodies[-1]), len(bodies))
        self._pass_on([b'%b%b,"s":%d%b' % (head, body, n, tail) for n, body in enumerate(bodies, first)])

    def _pass_on(self, frames: list[bytes]) -> None:
        """Keep and send the frames with the newest numbers."""
        self._kept.extend(zip(range(self._seq - len(frames) + 1, self._seq + 1), frames, strict=True))
        self._bytes += sum(map(len, frames))
        while len(self._kept) > _MOST_KEPT or self._bytes > _MOST_BYTES:
            self._forget_oldest()
        if self.link:
            self.link.send_all(frames)

    def _forget_oldest(self) -> None:
        self._gone, frame = self._kept.popleft()
        self._bytes -= len(frame)

    def heard(self, seq: int | None) -> None:
        """Drop the events up to this number: the client has them and will not ask for them again."""
        while seq is not None and self._kept and self._kept[0][0] <= seq:
            self._forget_oldest()

    def lose(self) -> None:
        """Note that the socket is gone; later events wait for a resume."""
        self.link = None
        self.lost_at = time.monotonic()

    def knows(self, seq: int) -> bool:
        """Was this number ever given out?"""
        return 0 <= seq <= self._seq

    def resume(self, link: Link, seq: int) -> bool:
        """Send the events after `seq` again, then RESUMED; False if some of them are no longer kept."""
        if seq < self._gone:
            return False
        self.heard(seq)
        self.link, self.lost_at = link, None
        link.send_all([frame for _, frame in self._kept])
        self.dispatch("RESUMED", {})
        return True
