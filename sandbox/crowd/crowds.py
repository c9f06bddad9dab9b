"""The crowd that writes now; there is at most one."""

from __future__ import annotations

import asyncio
import contextlib

from sandbox.crowd.crowd import Crowd
from sandbox.gateway.hub import Hub
from sandbox.world import find
from sandbox.world.world import World


class Crowds:
    """Starts a crowd in the background, and stops it."""

    def __init__(self, world: World, hub: Hub) -> None:
        self._world, self._hub = world, hub
        self._task: asyncio.Task[None] | None = None
        self.crowd: Crowd | None = None

    def start(self, rate: float, seed: int = 0, count: int = 0) -> None:
        """Start a crowd; an earlier one stops."""
        if self._task:
            self._task.cancel()
        self.crowd = Crowd(self._world, self._hub, find.guild(self._world), rate=rate, seed=seed, count=count)
        self._task = asyncio.create_task(self.crowd.run())

    async def stop(self) -> None:
        """Stop the crowd."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
