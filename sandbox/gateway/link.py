"""One socket of a client: frames go out in order, compressed with one context if the client asked for it."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections import deque
from collections.abc import Iterable

from aiohttp import web

from sandbox.wire import encode

_TEXT, _BINARY = 1, 2
_TOGETHER = 256 * 1024  # bytes handed to the system in one piece
_FULL = 1024 * 1024  # bytes in the system's buffer
_LARGE = 2048  # bytes from which a packet is worth compressing on its own
_MOST_BEHIND = 256 * 2**20

REASONS = {
    4001: "Unknown opcode.",
    4002: "Error while decoding payload.",
    4003: "Not authenticated.",
    4004: "Authentication failed.",
    4005: "Already authenticated.",
    4007: "Invalid seq.",
    4008: "Rate limited.",
    4009: "Session timed out.",
    4010: "Invalid shard.",
    4011: "Sharding required.",
    4012: "Invalid API version.",
    4013: "Invalid intent(s).",
    4014: "Disallowed intent(s).",
}


class Link:
    """One socket. `send` queues frames and `pump` writes them, so no change of the world waits for a client.

    `packed`: each large packet is compressed on its own, as a client may ask in IDENTIFY.
    """

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compressed: bool
    ) -> None:
        self.socket = socket
        self._transport = transport
        self._deflate = zlib.compressobj(1) if compressed else None
        self.packed = False
        self._frames: deque[bytes] = deque()
        self._behind = 0
        self._wake = asyncio.Event()
        self._close: int | None = None
        self.mute = False  # a zombie: open, and nothing comes through

    def send(self, frame: bytes) -> None:
        """Queue an encoded frame."""
        self.send_all((frame,))

    def send_all(self, frames: Iterable[bytes]) -> None:
        """Queue encoded frames."""
        if self.mute:
            return
        fresh = list(frames)
        self._frames.extend(fresh)
        self._behind += sum(map(len, fresh))
        if self._behind > _MOST_BEHIND:  # the client does not read; Discord disconnects such clients, too
            self.cut()
        self._wake.set()

    def say(self, op: int, data: object = None) -> None:
        """Queue a frame that is not a dispatch."""
        self.send(encode({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int) -> None:
        """Close the socket with this code after the queued frames."""
        self._close = code
        self._wake.set()

    def cut(self) -> None:
        """Break the connection without a word, as a bad network does."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def close_code(self) -> int | None:
        """The code with which we close the socket, None while we do not."""
        return self._close

    @property
    def behind(self) -> int:
        """The number of bytes that the client has not yet taken."""
        return self._behind + (self._transport.get_write_buffer_size() if self._transport else 0)

    @property
    def open(self) -> bool:
        """Can anything still be written?"""
        return not self.socket.closed and self._transport is not None and not self._transport.is_closing()

    async def room(self, most: int = _FULL) -> None:
        """Wait until the client is at most so many bytes behind, or gone."""
        pause = 0.001
        while self.open and self.behind > most:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)

    async def pump(self) -> None:
        """Write queued frames until the link is closed."""
        while self.open:
            await self._wake.wait()
            self._wake.clear()
            while self._frames and self.open:
                self._write()
                await self._buffered()
            if self._close is not None:
                reason = REASONS.get(self._close, "").encode()
                await self.socket.close(code=self._close, message=reason)

    async def _buffered(self) -> None:
        pause = 0.001
        while self._transport is not None and self._transport.get_write_buffer_size() > _FULL and self.open:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 0.05)

    def _write(self) -> None:
        """Write some of the frames: whole websocket messages, many in one piece."""
        pieces: list[bytes] = []
        size = 0
        while self._frames and size < _TOGETHER:
            frame = self._frames.popleft()
            self._behind -= len(frame)
            kind = _TEXT
            if self._deflate is not None:
                frame, kind = self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH), _BINARY
            elif self.packed and len(frame) > _LARGE:
                frame, kind = zlib.compress(frame, 1), _BINARY
            pieces.append(_header(kind, len(frame)))
            pieces.append(frame)
            size += len(frame)
        if self._transport is not None:
            self._transport.write(b"".join(pieces))


def _header(kind: int, size: int) -> bytes:
    """The head of an unmasked, unfragmented websocket message (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x80 | kind, size))
    if size < 65536:
        return struct.pack("!BBH", 0x80 | kind, 126, size)
    return struct.pack("!BBQ", 0x80 | kind, 127, size)
