"""The socket: HELLO, IDENTIFY or RESUME, heartbeats and the few other requests of a client."""

from __future__ import annotations

import asyncio
import contextlib
import time

from aiohttp import WSMsgType, web

from sandbox.gateway.conversation import Conversation
from sandbox.gateway.hub import Hub
from sandbox.gateway.identify_limits import Spacing
from sandbox.gateway.link import Link
from sandbox.world.world import World

_TIMED_OUT, _BAD_VERSION, _DECODE = 4009, 4012, 4002


class Gateway:
    """The handler of `/gateway`. A client that misses two heartbeats is disconnected; its session stays.

    `identify_seconds`: how far apart two IDENTIFYs of a shard group must be; Discord's 5, or 0 for no limit.
    """

    def __init__(
        self, world: World, hub: Hub, heartbeat_ms: int = 41250, identify_seconds: float = 0.0
    ) -> None:
        self.world, self.hub, self.heartbeat_ms = world, hub, heartbeat_ms
        self.spacing = Spacing(identify_seconds)
        self.url = ""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one socket from upgrade to end."""
        socket = web.WebSocketResponse(max_msg_size=2**20, compress=False)
        await socket.prepare(request)
        compress = request.query.get("compress")
        link = Link(socket, request.transport, compressed=compress == "zlib-stream")
        pump = asyncio.create_task(link.pump())
        conversation = Conversation(self.world, self.hub, link, self.spacing, self.url)
        try:
            if request.query.get("v", "10") not in ("9", "10"):
                link.close(_BAD_VERSION)
            elif compress not in (None, "zlib-stream") or request.query.get("encoding", "json") != "json":
                link.close(_DECODE)  # neither ETF nor zstd is spoken here
            else:
                link.say(10, {"heartbeat_interval": self.heartbeat_ms})
                await self._listen(link, conversation)
        finally:
            conversation.end(socket.close_code)
            if link.close_code is None:
                pump.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError, TimeoutError):
                await asyncio.wait_for(pump, 2)
        return socket

    async def _listen(self, link: Link, conversation: Conversation) -> None:
        """Handle frames until the client goes or misses its heartbeats; other frames do not count as heartbeats."""
        patience = self.heartbeat_ms / 1000 * 2
        while True:
            left = conversation.beat_at + patience - time.monotonic()
            try:
                message = await link.socket.receive(timeout=max(left, 0.001))
            except TimeoutError:
                link.close(_TIMED_OUT)
                return
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                return
            conversation.frame(message.data)
            self.world.commit()
