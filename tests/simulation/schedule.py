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
from bot.memberships.model import After, Price, Span, Terms, Tier, Way
from bot.memberships.store import orders, tiers
from bot.money import Money
from bot.work import store
from bot.work.tables import work
from tests.simulation.bank import Bank
from tests.simulation.hall import GOLD, GUILD, HELPER, PLUS, SILVER, Hall
from tests.simulation.invariants import check
from tests.simulation.life import Life, mortal
from tests.simulation.loop import START, VirtualLoop
from tests.simulation.options import Options, Tally
from tests.simulation.process import Disk, Mutation, Process, bury, killed

TIERS = (
    (Tier(1, GUILD, "Gold", "", 1, None, None, False, Terms(1, (GOLD,))), "gold"),
    # Holds Gold's role too: ending one of the two must not take it from the other.
    (Tier(2, GUILD, "Plus", "", 2, None, None, False, Terms(1, (GOLD, PLUS), grace_days=3)), "plus"),
    (
        Tier(3, GUILD, "Silver", "", 3, None, None, False, Terms(1, (SILVER,), after=After.FALLBACK, after_role_id=HELPER)),
        "silver",
    ),
)  # fmt: skip
PRICES = (
    Price(11, 1, Span(Way.ONCE, 30), Money(1900, "USD")),
    Price(12, 1, Span(Way.RECURRING, months=1), Money(1500, "USD")),
    Price(21, 2, Span(Way.ONCE, 10), Money(900, "USD")),
    Price(31, 3, Span(Way.PREPAID, months=1), Money(500, "JPY")),
)


class Schedule:
    """Plays one seed. `trace` is what happened, without ids: the same seed gives the same trace."""

    def __init__(self, options: Options, folder: Path, mutation: Mutation | None = None) -> None:
        self.options = options
        self.tally = Tally(schedules=1)
        self.dice = random.Random(options.seed)
        self.trace: list[str] = []
        self.asked: set[str] = set()  # payments that an owner wanted to give back
        self.parts: dict[int, int] = {}  # partial refunds that an owner asked for, by order
        self.hall = Hall(options, self.dice, self.tally)
        self.bank = Bank(options, self.dice, self.tally, self.now)
        self.folder = folder
        self.disk = Disk(folder / "simulated.db")
        self._mutation = mutation
        self._kills = options.kills
        self._process: Process | None = None

    def now(self) -> datetime:
        """The virtual moment."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        return loop.moment

    async def play(self) -> Tally:
        """From an empty shop to the reckoning; AssertionError names what does not hold."""
        random.seed(self.options.seed)
        self.hall.held = {user + 1: set() for user in range(self.options.members)}
        await self._open_shop()
        for _ in range(self.options.actions):
            await self._turn(self._pause())
            await self._safely(self._act())
            await self._safely(self._work())
        await self._recover()
        await check(self)
        if self.options.seed % 2:
            await self._turn(timedelta(days=45))  # what was bought runs out
            await self._recover()
            await check(self)
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
            for price in PRICES:
                await tiers.add_price(tx, GUILD, price, self.now())
        await self._live()

    async def _live(self) -> None:
        """The next process starts; it may die of that already."""
        life = mortal(self.dice) if self._kills > 0 else Life(None)
        self._process = Process(self.disk, self.hall, self.bank, life, self.now, self.folder, self._mutation)
        await self._safely(self._process.start(reconcile=self.options.reconciler))

    @property
    def process(self) -> Process:
        """Whoever lives now."""
        assert self._process is not None
        return self._process

    async def _safely(self, doing: Awaitable[object]) -> None:
        """Do it; when the process dies of it, the next one takes over."""
        life = self.process.life
        try:
            await doing
        except (UserError, RetryLater, NeedsAction) as error:
            self._note(type(error).__name__)  # somebody reads a sentence
        except BaseException as error:
            if not killed(error):
                raise
        if life.dead:
            self._kills -= 1
            self.tally.kills += 1
            self.tally.points[life.died_at] = self.tally.points.get(life.died_at, 0) + 1
            self._note(f"died at {life.died_at}")
            await bury(self.disk)
            await self._live()

    async def _work(self) -> None:
        now = self.now()
        letters = [one for one in self.bank.letters if not one.delivered and one.due <= now]
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

    async def _turn(self, by: timedelta) -> None:
        """Time goes on; what falls due on the way happens at its own time."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        goal = loop.moment + by
        while loop.moment < goal:
            loop.go(min(goal, max(await self._next(), loop.moment + timedelta(seconds=1))))
            self.bank.renew_due()
            await self._safely(self._work())

    async def _next(self) -> datetime:
        now = self.now()
        soon = [one.due for one in self.bank.letters if not one.delivered]
        async with self.disk.view.read() as db:
            ahead = await store.next_after(db, now)
            again = select(type_coerce(func.max(work.c.not_before, work.c.leased_until), Utc())).where(
                work.c.state == "open", work.c.due <= now
            )
            soon += [moment for moment in (ahead, *(await db.execute(again)).scalars()) if moment]
        soon += self.bank.renewals()
        if self.options.lost_webhooks and now < self.bank.last_event + timedelta(days=2):
            soon.append(now + timedelta(hours=12))  # polling must get its chance
        return min([one for one in soon if one > now], default=now + timedelta(days=400))

    async def _recover(self) -> None:
        """No more faults or deaths. Everything that waits gets its chance."""
        self.hall.calm = self.bank.calm = True
        self.hall.forbidden = False
        self.process.life.spare()
        for letter in self.bank.letters:
            letter.due = min(letter.due, self.now())
        self._kills = 0
        await self._safely(self.process.service.roles_changed(GUILD))
        for _ in range(4):  # backoff is an hour at most, polling six
            await self._safely(self._work())
            await self._turn(timedelta(hours=7))
        if self.options.reconciler:
            await self._safely(self.process.reconcile())
            await self._safely(self._work())

    def _note(self, what: str) -> None:
        self.trace.append(f"{(self.now() - START).total_seconds():.3f} {what}")

    # --- what people do

    async def _act(self) -> None:
        acts = [
            (8, self._buy), (8, self._pay), (2, self._pay_wrong), (2, self._pay_twice), (1, self._decline),
            (2, self._refund_at_the_bank), (2, self._refund_by_the_owner), (2, self._dispute), (4, self._forbid),
            *([(3, self._by_hand), (2, self._leave_and_return)] if self.options.reconciler else []),
        ]  # fmt: skip
        [act] = self.dice.choices([act for _, act in acts], [weight for weight, _ in acts])
        self._note(act.__name__)
        await act()

    def _somebody(self) -> int:
        return self.dice.randint(1, self.options.members)

    async def _buy(self) -> None:
        price = self.dice.choice(PRICES)
        tier = next(tier for tier, _ in TIERS if tier.id == price.tier_id)
        bill = await self.process.service.buying.buy(tier, price, self._somebody())
        self.bank.tills[bill.checkout.ref].shown = True
        paid = self.bank.pay(bill.checkout.ref) if self.dice.random() < 0.7 else None
        if (
            paid is not None and self.dice.random() < 0.15
        ):  # regretted at once: which of the two is heard of first?
            self.asked.add(paid.object_id)
            self.bank.give_back(paid.object_id)

    def _open(self) -> str | None:
        shown = [ref for ref, till in self.bank.tills.items() if till.shown]
        return self.dice.choice(shown) if shown else None

    async def _pay(self) -> None:
        ref = self._open()
        if ref is not None and not any(fact.ref == ref for fact in self.bank.payments()):
            self.bank.pay(ref)

    async def _pay_twice(self) -> None:
        ref = self._open()
        if ref is not None:
            self.bank.pay(ref)

    async def _pay_wrong(self) -> None:
        ref = self._open()
        if ref is not None and self.bank.tills[ref].purchase.renewal is None:
            asked = self.bank.tills[ref].purchase.money
            self.bank.pay(
                ref, self.dice.choice([Money(asked.amount - 1, asked.currency), Money(asked.amount, "EUR")])
            )

    async def _decline(self) -> None:
        ref = self._open()
        if ref is not None:
            self.bank.decline(ref)

    async def _refund_at_the_bank(self) -> None:
        paid = self.bank.returnable()
        if paid:
            chosen = self.dice.choice(paid).object_id
            self.asked.add(chosen)
            self.bank.give_back(chosen, self.dice.choice([1.0, 1.0, 0.4]))

    async def _refund_by_the_owner(self) -> None:
        paid = self.bank.returnable()
        if paid:
            chosen = self.dice.choice(paid)
            async with self.disk.view.read() as db:
                order = await orders.find(db, GUILD, chosen.order_id)
            if order is not None:
                self.asked.update(fact.object_id for fact in paid if fact.order_id == order.id)
                part = str(Money(chosen.money.amount // 4, chosen.money.currency).decimal())
                part_asked = self.dice.choice([None, part])
                await self.process.service.refunds.ask(GUILD, str(order.id), 9, "asked for", part_asked)
                if part_asked is not None:
                    self.parts[chosen.order_id] = self.parts.get(chosen.order_id, 0) + 1

    async def _dispute(self) -> None:
        paid = self.bank.returnable()
        if paid:
            self.bank.dispute(self.dice.choice(paid).object_id, won=self.dice.choice([True, False, None]))

    async def _forbid(self) -> None:
        if self.options.forbidden:
            self.hall.forbidden = not self.hall.forbidden
            if not self.hall.forbidden:
                await self.process.service.roles_changed(GUILD)

    async def _by_hand(self) -> None:
        user, role = self._somebody(), self.dice.choice([GOLD, HELPER, HELPER])
        if user not in self.hall.held:
            return
        if role in self.hall.held[user]:
            self.hall.held[user].discard(role)
            self.hall.foreign.discard((user, role))
        elif role == HELPER:
            self.hall.held[user].add(role)
            self.hall.foreign.add((user, role))

    async def _leave_and_return(self) -> None:
        user = self._somebody()
        if user in self.hall.held:
            self.hall.leave(user)
        else:
            self.hall.held[user] = set()
            await self.process.service.returned(GUILD, user)
