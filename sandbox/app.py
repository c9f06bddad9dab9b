"""The composition root of the sandbox, for a process of its own or for a test."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.clock import Clock
from sandbox.control.serve import add_routes as add_control
from sandbox.control.watch import Watchers
from sandbox.crowd.crowds import Crowds
from sandbox.faults.order import Faults
from sandbox.gateway.hub import Hub
from sandbox.gateway.serve import Gateway
from sandbox.interactions.registry import Interactions
from sandbox.limits import Limits
from sandbox.parts import Parts
from sandbox.rest.serve import add_routes as add_rest
from sandbox.wire import encode
from sandbox.world import seeds
from sandbox.world.store import Store
from sandbox.world.world import World


class Sandbox:
    """`async with Sandbox(folder) as sandbox: sandbox.url`. A world that is already in the folder goes on."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int = 0,
        fresh: bool = False,
        empty: bool = False,
        clock: datetime | None = None,
        started_by: str = "hand",
        answer_seconds: float = 3.0,
        token_seconds: float = 900.0,
        resume_seconds: float = 180.0,
        heartbeat_ms: int = 41250,
        guilds: int = 1,
        identify_seconds: float = 0.0,
        limits: bool = True,
    ) -> None:
        self._dir, self._port, self._started_by = data_dir, port, started_by
        data_dir.mkdir(parents=True, exist_ok=True)
        if fresh:
            for file in data_dir.glob("world.db*"):
                file.unlink()
        self._store = Store(data_dir / "world.db")
        self.world = World(self._store, Clock.frozen(clock or datetime.now(UTC)))
        if not self.world.guilds:
            (seeds.bare if empty else seeds.demo)(self.world)
            seeds.further(self.world, guilds)
        faults = Faults()
        self.hub = Hub(self.world, resume_seconds, faults)
        self.interactions = Interactions(self.world, answer_seconds, token_seconds)
        self.parts = Parts(
            world=self.world,
            hub=self.hub,
            interactions=self.interactions,
            crowds=Crowds(self.world, self.hub),
            faults=faults,
            limits=Limits(on=limits),
        )
        if self.parts.record.on:
            self.hub.note = self.parts.record.note_dispatch
        self._gateway = Gateway(self.world, self.hub, heartbeat_ms, identify_seconds)
        self._watchers = Watchers(self.parts)
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def gateway_url(self) -> str:
        """The address of the gateway, for clients."""
        return self._gateway.url

    async def start(self) -> None:
        """Bind the port and write the address to `sandbox.json`."""
        app = web.Application(client_max_size=110 * 2**20)
        app.router.add_get("/gateway/", self._gateway.handle)
        app.router.add_get("/gateway", self._gateway.handle)
        add_rest(app, self.parts)
        add_control(app, self.parts, self._watchers)
        runner = self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self._port).start()
        port: int = runner.addresses[0][1]
        self.url = self.parts.url = f"http://127.0.0.1:{port}"
        self.world.messages.at(self.url)
        self._gateway.url = f"ws://127.0.0.1:{port}/gateway/"
        note = {"pid": os.getpid(), "url": self.url, "started_by": self._started_by}
        (self._dir / "sandbox.json").write_bytes(encode(note))

    async def stop(self) -> None:
        """Disconnect all clients, commit and close the store."""
        await self.parts.crowds.stop()
        self.hub.close()
        await self._watchers.close()
        await self.parts.followers.close()
        if self._runner:
            await self._runner.cleanup()
        self.parts.record.close()
        (self._dir / "sandbox.json").unlink(missing_ok=True)
        self._store.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
