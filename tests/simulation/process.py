"""The bot's production services, alive between two deaths, on one database file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

from bot import crashpoints
from bot.db import Database
from bot.memberships import wiring as memberships
from bot.payments import wiring as payments
from bot.wiring import merged
from bot.work.worker import Worker
from tests.core import core
from tests.simulation.fake_provider import Letter, SimulatedProvider
from tests.simulation.fake_server import GUILD, SimulatedServer
from tests.simulation.inline import Inline
from tests.simulation.life import Life, ProcessKilled

ROUNDS = 10
Mutation = Callable[["SimulatedProcess"], None]


class Disk:
    """The database file that outlives every process, and who is using it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.life = Life(None)
        self._open: list[Inline] = []
        self.db = Database(path, self._connect)
        self.view = Database(path, self._look)  # of those who look from outside, and never die

    async def _connect(self) -> Inline:
        made = await Inline(self.path, lambda when: self.life.step(f"database.{when}")).open()
        self._open.append(made)
        return made

    async def _look(self) -> Inline:
        return await Inline(self.path, lambda _: None).open()

    async def pull_the_plug(self) -> None:
        """Every connection is gone, and with it whatever was not committed."""
        self.life = Life(None)
        for connection in self._open:
            await connection.close()
        self._open.clear()
        await self.db._readers.dispose(close=False)
        await self.db._writer.dispose(close=False)


class SimulatedProcess:
    """One life. `now` is the time, of the community and real alike."""

    def __init__(
        self,
        disk: Disk,
        server: SimulatedServer,
        provider: SimulatedProvider,
        life: Life,
        now: Callable[[], datetime],
        mutation: Mutation | None,
    ) -> None:
        self.life = disk.life = server.life = provider.life = life
        self.server = server
        self.provider = provider
        self.now = now
        self.db = disk.db
        base = core(self.db, self, server)
        self.queue = base.queue
        self.service, membership = memberships.wire(
            base,
            providers={"bank": provider},
            unmatched=payments.unmatched(base),
            address=lambda: "",
        )
        self.intake, inbox = payments.wire_inbox(base, {"bank": provider}, self.service.order_callbacks)
        self.handlers = dict(merged(membership, inbox).handlers)
        self.worker = Worker(self.db, self, self.queue, self.handlers)
        self.tasks: list[asyncio.Task[None]] = []  # for a bug that leaves some
        self.receive: Callable[[Letter], Coroutine[Any, Any, None]] = self._receive
        if mutation is not None:
            mutation(self)

    async def start(self, *, reconcile: bool) -> None:
        """What a start does: take over the dead one's work and, with the reconciler, look at everybody."""
        crashpoints.watch(self.life.point)
        await self.worker.recover()
        if reconcile:
            await self.reconcile()

    async def reconcile(self) -> None:
        """Look at everybody's roles."""
        await self.service.role_audit.schedule([GUILD])

    async def work(self, letters: list[Letter], *, poll: bool) -> None:
        """All that is to be done now, at the same time: webhooks, due work, polling. ProcessKilled when it dies of it."""
        async with asyncio.TaskGroup() as tasks:
            for letter in letters:
                tasks.create_task(self._deliver(letter))
            tasks.create_task(self.worker.run_due())
            if poll:
                tasks.create_task(self._poll())
        await self.worker.run_due()

    async def _poll(self) -> None:
        """Rounds come every twenty seconds; here as many at once as there is to ask, while the bank answers."""
        for _ in range(ROUNDS):
            if not await self.service.polling.tick():
                break

    async def _deliver(self, letter: Letter) -> None:
        letter.tries += 1
        await self.receive(letter)
        self.provider.acknowledged.add(letter.event_id)
        letter.delivered = True

    async def _receive(self, letter: Letter) -> None:
        """As the web server does it: an answer only when this returned."""
        await self.intake.receive(self.provider, [], json.dumps({"id": letter.event_id}).encode())


async def bury(disk: Disk) -> None:
    """Nothing of the dead process runs on."""
    crashpoints.watch(None)
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await disk.pull_the_plug()


def killed(error: BaseException) -> bool:
    """Is this a death, alone or in a group of them?"""
    if isinstance(error, ProcessKilled):
        return True
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())  # of a group
    return any(killed(one) for one in inner)
