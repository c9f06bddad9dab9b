"""One socket of a client: frames go out in order, compressed with one context if the client asked so."""

from __future__ import annotations

import asyncio
import zlib
from collections import deque

from aiohttp import web

from sandbox.wire import encode


class Link:
    """Frames are queued by `send` and written by `pump`, so nobody who changes the world waits for a client."""

    def __init__(
        self, socket: web.WebSocketResponse, transport: asyncio.Transport | None, *, compressed: bool
    ) -> None:
        self.socket = socket
        self._transport = transport
        self._deflate = zlib.compressobj(1) if compressed else None
        self._frames: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._close: int | None = None
        self.mute = False  # a zombie: open, and nothing comes through

    def send(self, frame: bytes) -> None:
        """Queue an encoded frame."""
        if self.mute:
            return
        self._frames.append(frame)
        self._wake.set()

    def say(self, op: int, data: object = None) -> None:
        """Queue a frame that is no dispatch."""
        self.send(encode({"op": op, "d": data, "s": None, "t": None}))

    def close(self, code: int) -> None:
        """Close the socket with this code after what is queued."""
        self._close = code
        self._wake.set()

    def cut(self) -> None:
        """Break the connection without a word, as a bad network does."""
        if self._transport is not None:
            self._transport.abort()

    @property
    def closing(self) -> bool:
        """Will `pump` still say goodbye?"""
        return self._close is not None

    async def pump(self) -> None:
        """Write what is queued until the link is closed."""
        while not self.socket.closed:
            await self._wake.wait()
            self._wake.clear()
            while self._frames:
                await self._write(self._frames.popleft())
            if self._close is not None:
                await self.socket.close(code=self._close)

    async def _write(self, frame: bytes) -> None:
        if self._deflate is None:
            await self.socket.send_str(frame.decode())
        else:
            await self.socket.send_bytes(
                self._deflate.compress(frame) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
            )
