"""One schedule: people, money, time, faults and deaths from a seed, then calm, then the reckoning."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select, type_coerce

from bot.db.types import Utc
from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.catalog.store import tiers
from bot.memberships.reminders import store as notices
from bot.work import store
from bot.work.tables import work
from tests.simulation.acts import act
from tests.simulation.fake_provider import SimulatedProvider
from tests.simulation.fake_server import GUILD, SimulatedServer
from tests.simulation.invariants import check
from tests.simulation.life import Life, mortal
from tests.simulation.loop import START, VirtualLoop
from tests.simulation.options import Options, Tally
from tests.simulation.process import Disk, Mutation, SimulatedProcess, bury, killed
from tests.simulation.shelf import LIFETIME, PRICES, QUARTERLY, TIERS, TRIAL


class Schedule:
    """Plays one seed. `trace` is what happened, without ids: the same seed gives the same trace."""

    def __init__(self, options: Options, folder: Path, mutation: Mutation | None = None) -> None:
        self.options = options
        self.tally = Tally(schedules=1)
        self.dice = random.Random(options.seed)
        self.trace: list[str] = []
        self.asked: set[str] = set()  # payments that an owner wanted to give back
        self.parts: dict[int, int] = {}  # partial refunds that an owner asked for, by order
        self.server = SimulatedServer(options, self.dice, self.tally, self.now)
        self.provider = SimulatedProvider(options, self.dice, self.tally, self.now)
        self.disk = Disk(folder / "simulated.db")
        self._mutation = mutation
        self._kills = options.kills
        self._process: SimulatedProcess | None = None

    def now(self) -> datetime:
        """The virtual moment."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop.moment

    async def play(self) -> Tally:
        """From an empty shop to the reckoning; AssertionError names what does not hold."""
        random.seed(self.options.seed)
        self.server.held = {user + 1: set() for user in range(self.options.members)}
        await self._open_shop()
        for _ in range(self.options.actions):
            await self._turn(self._pause())
            await self._safely(act(self))
            await self._safely(self._work())
        await self._recover()
        await check(self)
        if self.options.seed % 2:
            await self._turn(timedelta(days=45))  # what was bought runs out
            await self._recover()
            await check(self)
        self.tally.notices = len(self.server.directs)
        self.tally.hours = (self.now() - START) / timedelta(hours=1)
        return self.tally

    async def close(self) -> None:
        """Nothing is left running or open."""
        await bury(self.disk)
        await self.disk.view.close()

    async def _open_shop(self) -> None:
        async with self.disk.view.write() as tx:
            for tier, key in TIERS:
                await tiers.add(tx, tier, key, self.now(), 0)
            for price in (*PRICES, TRIAL, LIFETIME, QUARTERLY):
                await tiers.add_price(tx, GUILD, price, self.now())
            for user in self.server.held:
                if self.dice.random() < 0.6:
                    await notices.allow(tx, GUILD, user, self.now())
        await self._live()

    async def _live(self) -> None:
        """The next process starts; it may die of that already."""
        life = mortal(self.dice) if self._kills > 0 else Life(None)
        self._process = SimulatedProcess(
            self.disk, self.server, self.provider, life, self.now, self._mutation
        )
        await self._safely(self._process.start(reconcile=self.options.reconciler))

    @property
    def process(self) -> SimulatedProcess:
        """Whoever lives now."""
        assert self._process is not None
        return self._process

    async def _safely(self, doing: Awaitable[object]) -> None:
        """Do it; when the process dies of it, the next one takes over."""
        life = self.process.life
        try:
            await doing
        except (UserError, RetryLater, NeedsAction) as error:
            self.note(type(error).__name__)  # somebody reads a sentence
        except BaseException as error:
            if not killed(error):
                raise
        if life.dead:
            self._kills -= 1
            self.tally.kills += 1
            self.tally.points[life.died_at] = self.tally.points.get(life.died_at, 0) + 1
            self.note(f"died at {life.died_at}")
            await bury(self.disk)
            await self._live()

    async def _work(self) -> None:
        now = self.now()
        letters = [one for one in self.provider.letters if not one.delivered and one.due <= now]
        self.dice.shuffle(letters)
        for letter in letters:
            letter.due = now + timedelta(minutes=5 * (letter.tries + 1))  # if it is not taken
        await self.process.work(letters, poll=self.options.polling)

    def _pause(self) -> timedelta:
        dice = self.dice
        return dice.choice(
            [
                timedelta(0),
                timedelta(seconds=dice.randint(1, 90)),
                timedelta(minutes=dice.randint(2, 50)),
                timedelta(hours=dice.randint(1, 30)),
                timedelta(days=dice.randint(2, 14)),
            ]
        )

    async def _sleep_through(self, goal: datetime) -> None:
        """The machine is off until then: it takes all that time at once, and what came long before is not repeated."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        self.note("away")
        self.tally.away += 1
        await bury(self.disk)
        while loop.moment < goal:
            loop.go(min([goal, *(due for due in self.provider.renewals() if due > loop.moment)]))
            self.provider.renew_due()
        if self.options.polling:
            self.provider.give_up(goal)
        await self._live()
        await self._safely(self._work())

    async def _turn(self, by: timedelta) -> None:
        """Time goes on; what falls due on the way happens at its own time."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        goal = loop.moment + by
        if by > timedelta(days=1) and self.dice.random() < self.options.away:
            await self._sleep_through(goal)
        while loop.moment < goal:
            loop.go(min(goal, max(await self._next(), loop.moment + timedelta(seconds=1))))
            self.provider.renew_due()
            await self._safely(self._work())

    async def _next(self) -> datetime:
        now = self.now()
        soon = [one.due for one in self.provider.letters if not one.delivered]
        async with self.disk.view.read() as db:
            ahead = await store.next_after(db, now)
            again = select(type_coerce(func.max(work.c.not_before, work.c.leased_until), Utc())).where(
                work.c.state == "open", work.c.due <= now
            )
            soon += [moment for moment in (ahead, *(await db.execute(again)).scalars()) if moment]
        soon += self.provider.renewals()
        if self.options.lost_webhooks and now < self.provider.last_event + timedelta(days=2):
            soon.append(now + timedelta(hours=12))  # polling must get its chance
        return min([one for one in soon if one > now], default=now + timedelta(days=400))

    async def _recover(self) -> None:
        """No more faults or deaths. Everything that waits gets its chance."""
        self.server.calm = self.provider.calm = True
        self.server.forbidden = False
        self.server.deleted.clear()
        self.process.life.spare()
        for letter in self.provider.letters:
            letter.due = min(letter.due, self.now())
        self._kills = 0
        await self._safely(self.process.service.roles_changed(GUILD))
        for _ in range(4):  # backoff is an hour at most, polling six
            await self._safely(self._work())
            await self._turn(timedelta(hours=7))
        if self.options.reconciler:
            await self._safely(self.process.reconcile())
            await self._safely(self._work())

    def note(self, what: str) -> None:
        self.trace.append(f"{(self.now() - START).total_seconds():.3f} {what}")
