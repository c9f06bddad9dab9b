"""`WS /sandbox/events`: everything that changes, for the page."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from sandbox.parts import Parts
from sandbox.wire import Json, encode
from sandbox.world.batch import Batch
from sandbox.world.events import Event

_MOST_BEHIND = 10_000


class Watchers:
    """The open pages. Nothing is encoded while there are none."""

    def __init__(self, parts: Parts) -> None:
        self._queues: dict[web.WebSocketResponse, asyncio.Queue[str]] = {}
        parts.world.listeners.append(self._event)
        parts.world.batch_listeners.append(self._batch)
        parts.log.listeners.append(self._log)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One page from connecting to leaving."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        queue: asyncio.Queue[str] = asyncio.Queue(_MOST_BEHIND)
        self._queues[socket] = queue
        writer = asyncio.create_task(self._write(socket, queue))
        try:
            async for _ in socket:
                pass
        finally:
            del self._queues[socket]
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    async def close(self) -> None:
        """Say goodbye to all."""
        for socket in list(self._queues):
            await socket.close(code=1001)

    @staticmethod
    async def _write(socket: web.WebSocketResponse, queue: asyncio.Queue[str]) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await socket.send_str(await queue.get())

    def _event(self, event: Event) -> None:
        if event.type == "INTERACTION_CREATE":  # its token is the application's alone
            return
        self._send({"type": event.type, "data": event.data})

    def _batch(self, batch: Batch) -> None:
        for event in batch.events() if self._queues else ():
            self._event(event)

    def _log(self, entry: Json) -> None:
        self._send({"type": "LOG", "data": entry})

    def _send(self, body: Json) -> None:
        if not self._queues:
            return
        text = encode(body).decode()
        for queue in self._queues.values():
            with contextlib.suppress(asyncio.QueueFull):  # a page that fell behind reloads
                queue.put_nowait(text)
