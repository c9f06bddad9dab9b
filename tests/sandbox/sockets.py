"""A gateway client of one's own: plain JSON or zlib-stream, nothing hidden by a library."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import aiohttp

from sandbox.app import Sandbox


class Socket:
    """Frames as they come; a close code where the connection ends."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, streamed: bool = False) -> None:
        self.socket = socket
        self._inflate = zlib.decompressobj() if streamed else None
        self.packed = 0  # frames that were compressed on their own

    async def next(self, patience: float = 3) -> Any:
        assert not self.socket.closed, "the connection is closed: nothing more comes"
        message = await asyncio.wait_for(self.socket.receive(), patience)
        if message.type is aiohttp.WSMsgType.BINARY and self._inflate:
            return json.loads(self._inflate.decompress(message.data))
        if message.type is aiohttp.WSMsgType.BINARY:
            self.packed += 1
            return json.loads(zlib.decompress(message.data))
        return json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else message.data

    async def until(self, kind: str) -> Any:
        while (frame := await self.next())["t"] != kind:
            pass
        return frame

    async def rest(self, patience: float = 0.2) -> list[Any]:
        """What still comes before it is quiet, or closed."""
        frames: list[Any] = []
        try:
            while not self.socket.closed:
                frames.append(await self.next(patience))
        except TimeoutError:
            pass
        return frames

    async def send(self, op: int, data: Any) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, intents: int, **more: Any) -> Any:
        assert (await self.next())["op"] == 10
        token = more.pop("token", "sandbox.lyceum")
        await self.send(2, {"token": token, "intents": intents, "properties": {}, **more})
        return (await self.until("READY"))["d"]


async def connect(sandbox: Sandbox, session: aiohttp.ClientSession, query: str = "v=10") -> Socket:
    return Socket(
        await session.ws_connect(f"{sandbox.gateway_url}?{query}", max_msg_size=0),
        streamed="zlib-stream" in query,
    )
