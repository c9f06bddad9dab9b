"""`WS /sandbox/events`: everything that changes, for the page; with `?dispatches=1` also every dispatch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from aiohttp import web

from sandbox.parts import Parts
from sandbox.wire import Json, encode
from sandbox.world.batch import Batch
from sandbox.world.events import Event

_MOST_BEHIND = 10_000
_MOST_SHOWN = 16_384  # bytes of a dispatch; the GUILD_CREATE of a large server is cut

Queue = asyncio.Queue[str]


class Watchers:
    """The open pages; nothing is encoded while no page is open."""

    def __init__(self, parts: Parts) -> None:
        self._queues: dict[web.WebSocketResponse, Queue] = {}
        self._curious: dict[web.WebSocketResponse, Queue] = {}
        self._observers = parts.hub.observers
        parts.world.listeners.append(self._event)
        parts.world.batch_listeners.append(self._batch)
        parts.log.listeners.append(self._log)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one page from connecting to leaving."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        queue: Queue = asyncio.Queue(_MOST_BEHIND)
        self._queues[socket] = queue
        if request.query.get("dispatches") == "1":
            self._look_on(socket, queue)
        writer = asyncio.create_task(self._write(socket, queue))
        try:
            async for _ in socket:
                pass
        finally:
            del self._queues[socket]
            self._look_away(socket)
            writer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writer
        return socket

    async def close(self) -> None:
        """Disconnect all pages."""
        for socket in list(self._queues):
            await socket.close(code=1001)

    @staticmethod
    async def _write(socket: web.WebSocketResponse, queue: Queue) -> None:
        with contextlib.suppress(ConnectionError):
            while not socket.closed:
                await socket.send_str(await queue.get())

    def _look_on(self, socket: web.WebSocketResponse, queue: Queue) -> None:
        if not self._curious:
            self._observers.append(self._dispatch)
        self._curious[socket] = queue

    def _look_away(self, socket: web.WebSocketResponse) -> None:
        if self._curious.pop(socket, None) is not None and not self._curious:
            self._observers.remove(self._dispatch)

    def _event(self, event: Event) -> None:
        if event.type == "INTERACTION_CREATE":  # only the application may see its token
            return
        self._send({"type": event.type, "data": event.data})

    def _batch(self, batch: Batch) -> None:
        for event in batch.events() if self._queues else ():
            self._event(event)

    def _log(self, entry: Json) -> None:
        self._send({"type": "LOG", "data": entry})

    def _dispatch(self, application_id: str, kind: str, number: int, data: Json, count: int) -> None:
        shown: Json | None = {**data, "token": "***"} if "token" in data else data
        size = len(encode(shown))
        if size > _MOST_SHOWN:
            shown = None
        entry: Json = {
            "application": application_id,
            "t": kind,
            "s": number,
            "d": shown,
            "size": size,
            "n": count,
        }
        self._pass_on({"type": "DISPATCH", "data": entry}, self._curious.values())

    def _send(self, body: Json) -> None:
        if self._queues:
            self._pass_on(body, self._queues.values())

    @staticmethod
    def _pass_on(body: Json, queues: Iterable[Queue]) -> None:
        text = encode(body).decode()
        for queue in queues:
            with contextlib.suppress(asyncio.QueueFull):  # a page that fell behind reloads
                queue.put_nowait(text)
