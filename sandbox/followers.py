"""The bots that follow the community's clock.

A follower holds `WS /sandbox/clock/follow`. On connecting and at each change it gets
`{turn, base, real, speed}` and answers `{turn, done: true}` when it has set its own clock and done the work
that fell due. Both sides compute `base + (time.time() - real) * speed`, so they agree.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.clock import Clock
from sandbox.wire import decode, encode

_PATIENCE = 10.0


class Followers:
    """The sockets of the bots that follow the clock."""

    def __init__(self) -> None:
        self._done: dict[web.WebSocketResponse, int] = {}
        self._changed = asyncio.Condition()

    async def follow(self, clock: Clock) -> bool:
        """Send the present time to all followers; True when all of them report done in time."""
        turn = clock.turn
        sockets = list(self._done)
        if not sockets:
            return False
        frame = encode(clock.as_json()).decode()
        await asyncio.gather(*(socket.send_str(frame) for socket in sockets), return_exceptions=True)

        def all_done() -> bool:
            return all(self._done.get(socket, turn) >= turn for socket in sockets)

        try:
            async with asyncio.timeout(_PATIENCE), self._changed:
                await self._changed.wait_for(all_done)
        except TimeoutError:
            return False
        return any(socket in self._done for socket in sockets)

    async def serve(self, clock: Clock, request: web.Request) -> web.WebSocketResponse:
        """Serve one follower from connecting to leaving."""
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        self._done[socket] = -1
        try:
            await socket.send_str(encode(clock.as_json()).decode())
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._note(socket, message.data)
        finally:
            async with self._changed:
                del self._done[socket]
                self._changed.notify_all()
        return socket

    async def close(self) -> None:
        """Disconnect all followers."""
        for socket in list(self._done):
            await socket.close(code=1001)

    async def _note(self, socket: web.WebSocketResponse, text: str) -> None:
        try:
            answer: Any = decode(text)
            turn_number = int(answer["turn"]) if answer.get("done") else -1
        except (ValueError, KeyError, TypeError, AttributeError):
            return
        async with self._changed:
            self._done[socket] = max(turn_number, self._done[socket])
            self._changed.notify_all()
