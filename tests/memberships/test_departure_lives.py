"""Lives by the dice: people buy, renew, dispute, leave, are banned, return, become staff. Two rules must hold in all.

Nobody is removed who has, or will have, a membership, or who is staff. Whoever is away while their subscription would
charge again is on record as told to staff.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.departures.departure import Cause
from bot.memberships.departures.store import departures
from bot.memberships.model import (
    RENEWING,
    BillingKind,
    EntitlementStatus,
    ExpiryAction,
    Order,
    OrderStatus,
    Price,
)
from bot.memberships.orders.store import orders
from bot.outbox.tables import outbox
from bot.payments.port import FactKind, Phase
from bot.work import Job
from tests.memberships.shop import (
    ANN,
    BOB,
    CID,
    DAY,
    GUILD,
    HELPER,
    OLIVIA,
    SILVER,
    Shop,
    opened,
)

PEOPLE = (ANN, BOB, CID)
WORDS = ("end", "keep", "ask")
RUNNING = (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)


class Wrong(AssertionError):
    """One of the two rules does not hold."""


class Life:
    """One seed: what people do, and how often what the rules are about really happened."""

    def __init__(self, shop: Shop, dice: random.Random) -> None:
        self.shop = shop
        self.dice = dice
        self.tally: Counter[str] = Counter()
        self._count = 0
        self._acts: list[Callable[[int], Awaitable[object]]] = [
            self.buy,
            self.buy,
            self.subscribe,
            self.subscribe,
            self.leave,
            self.leave,
            self.come_back,
            self.keep,
            self.dispute,
            self.refund,
            self.grant,
            self.promote,
        ]
        shop.server.kick = self._kick  # type: ignore[method-assign] # Discord, asked whether it should
        shop.server.role(HELPER, "Helper", 3, dangerous=("manage_messages",))

    async def open_shop(self) -> None:
        """Gold and Silver are sold for days and by subscription; the end of either removes."""
        self.prices: list[Price] = []
        for name, role, days in (("Gold", 50, 30), ("Silver", SILVER, 12)):
            await self.shop.tier(name, role, days=days)
            await self.shop.terms(name, after=ExpiryAction.KICK, grace_days=self.dice.choice([0, 2]))
            self.prices.append(await self.shop.price(name, "15", months=1, way=BillingKind.RECURRING))

    async def play(self, acts: int) -> None:
        await self.open_shop()
        for _ in range(acts):
            act = self.dice.choice(self._acts)
            try:
                await act(self.dice.choice(PEOPLE))
            except UserError:
                self.tally["refused"] += 1
            await self.shop.worker.run_due()
            await self.turn(self.dice.choice([timedelta(hours=1), 3 * DAY, 9 * DAY]))
        await self.shop.service.role_audit.schedule([GUILD])
        await self.shop.turn(timedelta(minutes=5))
        await self.check_told()

    async def turn(self, by: timedelta) -> None:
        """Time goes on day by day, and the bank renews what is due, or cannot."""
        goal = self.shop.now() + by
        while self.shop.now() < goal:
            await self.shop.turn(min(DAY, goal - self.shop.now()))
            await self.renew_due()

    async def renew_due(self) -> None:
        for ref, subscription in list(self.shop.provider.subscriptions.items()):
            facts = self.shop.provider.known[ref]
            ends = max((fact.period.ends_at for fact in facts if fact.period), default=None)
            if ends is None or ends > self.shop.now():
                continue
            async with self.shop.db.read() as db:
                order = await orders.find(db, GUILD, facts[0].order_id)
            assert order is not None
            if subscription.phase is Phase.ENDING:
                await self.shop.phase(order, Phase.ENDED)
            elif subscription.phase in RENEWING and self.dice.random() < 0.7:
                self.shop.provider.subscriptions[ref] = replace(subscription, phase=Phase.ACTIVE)
                await self.shop.renew(order)
                self.tally["renewed"] += 1
            elif subscription.phase in RENEWING:
                await self.shop.phase(order, Phase.PAST_DUE)

    async def buy(self, user: int) -> None:
        self._count += 1
        plan = self.dice.choice(["Gold", "Silver"])
        product, _ = await self.shop.service.catalog.product(GUILD, plan)
        order = (await self.shop.bill(user, plan, product.prices[0])).order
        await self.shop.settle(self.shop.paid(order, f"pay_{self._count}"))

    async def subscribe(self, user: int) -> None:
        price = self.dice.choice(self.prices)
        plan = "Gold" if price is self.prices[0] else "Silver"
        await self.shop.subscribe(user, plan, price)  # also by whoever is away: a link works anywhere

    async def leave(self, user: int) -> None:
        if self.shop.server.held.pop(user, None) is None:
            return
        cause = self.dice.choice([None, *Cause])
        if cause is Cause.BAN:
            self.shop.server.bans.add(user)
        if cause is not None:  # else Lyceum was off
            heard = self.dice.sample([cause, Cause.LEAVE], 2)
            for one in heard:
                await self.shop.service.departures.heard(GUILD, user, one)
        self.tally["left"] += 1

    async def come_back(self, user: int) -> None:
        if user not in self.shop.server.held:
            self.shop.server.bans.discard(user)
            self.shop.server.held[user] = set()
            self.shop.server.joined[user] = self.shop.now()
            if self.dice.random() < 0.7:
                await self.shop.service.member_joined(GUILD, user)
            await self._keep(user)

    async def keep(self, _user: int) -> None:
        """Everybody who is here keeps what was ended."""
        here = [user for user in PEOPLE if user in self.shop.server.held]
        for user in here:
            await self._keep(user)

    async def _keep(self, user: int) -> None:
        for held in (await self.shop.service.renewals.endings(GUILD, user)).held:
            if held.phase is Phase.ENDING and held.order is not None:
                await self.shop.service.renewals.keep(GUILD, user, held.order.id)
                self.tally["kept"] += 1

    async def dispute(self, user: int) -> None:
        for order in await self._paid(user):
            paid = next(
                fact for fact in self.shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID
            )
            disputed = replace(
                paid, kind=FactKind.DISPUTED, object_id=f"dp_{order.id}", payment_id=paid.object_id
            )
            await self.shop.settle(disputed)

    async def refund(self, user: int) -> None:
        for order in await self._paid(user):
            await self.shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for it")

    async def grant(self, user: int) -> None:
        days = self.dice.choice(["2", "20"])
        staff = Staff(OLIVIA, True)
        await self.shop.service.access_admin.grant(GUILD, user, "Gold", days, "helped a lot", staff)

    async def promote(self, user: int) -> None:
        if user in self.shop.server.held:
            self.shop.server.held[user] ^= {HELPER}

    async def check_told(self) -> None:
        """Every subscription that goes on without its payer is on a card that was sent."""
        async with self.shop.db.read() as db:
            renewing = await departures.renewing(db, GUILD)
            sent = select(outbox.c.key).where(outbox.c.kind == "departure", outbox.c.state == "sent")
            cards = set((await db.execute(sent)).scalars())
            for order in renewing:
                if order.payer in self.shop.server.held:
                    continue
                known = await departures.open_of(db, GUILD, order.payer)
                told = await departures.of_departure(db, GUILD, known.id) if known else {}
                if order.order_id not in told or str(told[order.order_id].notice) not in cards:
                    raise Wrong(f"{order.payer} is away and pays on, and nobody was told")
                self.tally["pays on, told"] += 1
        self.tally["told"] += len(cards)

    async def _paid(self, user: int) -> list[Order]:
        async with self.shop.db.read() as db:
            mine = await orders.of_member(db, GUILD, user)
        return [order for order in mine if order.state is OrderStatus.PAID][:1]

    async def _kick(self, guild_id: int, user_id: int, reason: str) -> None:
        now: datetime = self.shop.now()
        async with self.shop.db.read() as db:
            held = await entitlements.of_member(db, GUILD, user_id)
        if any(one.status in RUNNING and one.held_until > now for one in held):
            raise Wrong(f"{user_id} was removed, and has a membership")
        if HELPER in self.shop.server.held.get(user_id, set()):
            raise Wrong(f"{user_id} was removed, and is staff")
        self.shop.server.held.pop(user_id, None)
        self.tally["removed"] += 1


async def live(folder: Path, seeds: Iterable[int], bug: Callable[[Life], None] | None = None) -> Counter[str]:
    """Play these seeds; the tally of all. Wrong at the first in which a rule does not hold."""
    total: Counter[str] = Counter()
    for seed in seeds:
        dice = random.Random(seed)
        settings = {f"MEMBERSHIPS__{cause.name}": dice.choice(WORDS) for cause in Cause}
        (folder / str(seed)).mkdir()
        async with opened(folder / str(seed), **settings) as shop:
            life = Life(shop, dice)
            if bug is not None:
                bug(life)
            await life.play(acts=12)
            if "work failed unexpectedly" in str(await shop.stuck()):
                raise Wrong("work failed")
        total += life.tally
    return total


async def test_nobody_is_removed_wrongly_and_nobody_pays_on_untold(tmp_path: Path) -> None:
    total = await live(tmp_path, (6, 13))

    assert total["left"] and total["renewed"] and total["told"] and total["removed"], total


@pytest.mark.thorough
async def test_in_many_lives_too(tmp_path: Path) -> None:
    total = await live(tmp_path, range(100, 120))

    assert min(total[what] for what in ("removed", "told", "pays on, told")) > 0, total


def removes_at_once(life: Life) -> None:
    """The end of any membership removes, without a look at anything else."""

    async def kick(job: Job) -> None:
        async with life.shop.db.read() as db:
            ended = await entitlements.find(db, job.guild_id, id_=int(job.key))
        assert ended is not None
        try:
            await life.shop.server.kick(job.guild_id, ended.user_id, "over")
        except Wrong as error:
            life.tally[str(error).partition(", and ")[2]] += 1

    life.shop.worker.handlers["member.kick"] = kick


def trusts_events(life: Life) -> None:
    """Nobody looks who is away: only events count."""

    async def seen(guild_id: int, watched: set[int], present: set[int]) -> None:
        return

    life.shop.service.departures.seen = seen  # type: ignore[method-assign]


async def test_control_without_another_look_members_and_staff_are_removed(tmp_path: Path) -> None:
    total = await live(tmp_path, (2, 9), removes_at_once)

    assert total["has a membership"] and total["is staff"], total


async def test_control_with_events_alone_some_pay_on_untold(tmp_path: Path) -> None:
    with pytest.raises(Wrong, match="pays on"):
        await live(tmp_path, (5,), trusts_events)
