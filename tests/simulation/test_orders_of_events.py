"""Six events of a provider in all their 720 orders, each with and without one of them doubled: always the same end."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.db import Database
from bot.memberships.access.store import entitlements
from bot.memberships.catalog.store import tiers
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import orders
from bot.memberships.orders.tables import ledger, payment
from bot.money import Money
from bot.payments.port import Fact, FactKind
from bot.work import Queue
from tests.blank import blank
from tests.second_opinion.opinion import Second, agree
from tests.simulation.fake_server import GUILD
from tests.simulation.inline import Inline
from tests.simulation.loop import START
from tests.simulation.runner import MEMORY
from tests.simulation.second import listed
from tests.simulation.shelf import PRICES, TIERS

SIX = (
    FactKind.DECLINED,
    FactKind.PAID,
    FactKind.EXPIRED,
    FactKind.REFUNDED,
    FactKind.DISPUTED,
    FactKind.DISPUTE_WON,
)
SIX_TO_THE_LOSS = (
    FactKind.DECLINED,
    FactKind.PAID,
    FactKind.EXPIRED,
    FactKind.REFUNDED,
    FactKind.DISPUTED,
    FactKind.DISPUTE_LOST,
)


class Row:
    """One order after the other in one database, each told its events in another order."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(blank())
        self.db = Database(path, self._connect)
        self.path = path
        self._clock = SystemClock()
        self.settling = Settlement(self._clock, Queue(self.db, self._clock))
        self.number = 0
        self._happened: list[Fact] = []

    async def _connect(self) -> Inline:
        return await Inline(self.path, lambda _: None).open()

    async def furnish(self) -> None:
        async with self.db.write() as tx:
            await tiers.add(tx, TIERS[0][0], "gold", START, 0)
            await tiers.add_price(tx, GUILD, PRICES[0], START)

    async def told(self, kinds: Sequence[FactKind]) -> dict[str, Any]:
        """A new order, told these events one by one; all that is left of it."""
        self.number += 1
        order = await self._order(self.number)
        for kind in kinds:
            self._happened.append(_fact(order, kind))
            async with self.db.write() as tx:
                await self.settling.settle(tx, "bank", self._happened[-1:])
        return await self._end(order)

    def agrees(self) -> None:
        """The second opinion on all these orders is the same."""
        second = Second(now=self._clock.now(), listing=["bank"], reported=listed(self._happened))
        agree(self.path, second)

    async def _order(self, number: int) -> Order:
        price = PRICES[0]
        order = Order(
            id=number,
            guild_id=GUILD,
            user_id=number,
            tier=TIERS[0][0],
            price_id=price.id,
            state=OrderStatus.PENDING,
            provider="bank",
            ref=f"co_{number}",
            duration=price.duration,
            price=price.money,
            renewal=None,
            credit=Money(0, "USD"),
            replaces=None,
            follows=None,
            phase=None,
            created_at=START,
            expires_at=START + timedelta(minutes=30),
        )
        async with self.db.write() as tx:
            await orders.add(tx, order)
        return order

    async def _end(self, order: Order) -> dict[str, Any]:
        async with self.db.read() as db:
            found = await orders.find(db, GUILD, order.id)
            entitlement = await entitlements.find(db, GUILD, order_id=order.id)
            booked = select(ledger.c.account, func.sum(ledger.c.delta)).where(ledger.c.order_id == order.id)
            facts = select(payment.c.kind).where(payment.c.order_id == order.id)
            return {
                "order": found and found.state,
                "right": _standing(entitlement),
                "ledger": sorted(tuple(row) for row in await db.execute(booked.group_by(ledger.c.account))),
                "facts": sorted((await db.execute(facts)).scalars()),
            }


def _standing(entitlement: Entitlement | None) -> EntitlementStatus | None:
    """None as well for what was revoked: heard of before the payment, the refund leaves nothing to revoke."""
    return (
        None if entitlement is None or entitlement.status is EntitlementStatus.REVOKED else entitlement.status
    )


def _fact(order: Order, kind: FactKind) -> Fact:
    paid = Fact(
        kind=FactKind.PAID,
        object_id=f"pay_{order.id}",
        guild_id=GUILD,
        order_id=order.id,
        ref=order.ref or "",
        money=order.price,
        at=START,
    )
    about = paid.object_id
    return {
        FactKind.DECLINED: replace(paid, kind=kind, object_id=f"att_{order.id}"),
        FactKind.PAID: paid,
        FactKind.EXPIRED: replace(paid, kind=kind, object_id=f"order:{order.id}"),
        FactKind.REFUNDED: replace(
            paid, kind=kind, object_id=f"re_{order.id}", money=Money(400, "USD"), payment_id=about
        ),
        FactKind.DISPUTED: replace(paid, kind=kind, object_id=f"dp_{order.id}", payment_id=about),
        FactKind.DISPUTE_WON: replace(paid, kind=kind, object_id=f"dp_{order.id}", payment_id=about),
        FactKind.DISPUTE_LOST: replace(paid, kind=kind, object_id=f"dp_{order.id}", payment_id=about),
    }[kind]


def doubled(kinds: Sequence[FactKind], dice: random.Random) -> list[FactKind]:
    """One of them comes a second time, at any later place."""
    found = list(kinds)
    which = dice.randrange(len(found))
    found.insert(dice.randint(which + 1, len(found)), found[which])
    return found


async def _all_the_same(tmp_path: Path, told: Iterable[Sequence[FactKind]], state: OrderStatus) -> int:
    # Other runs on this machine have folders of the same name: the process makes the file its own.
    row = Row((MEMORY if MEMORY.is_dir() else tmp_path) / f"{tmp_path.name}-{os.getpid()}.db")
    try:
        await row.furnish()
        ends = [(kinds, await row.told(kinds)) for kinds in told]
        row.agrees()
    finally:
        await row.db.close()
        for file in row.path.parent.glob(f"{row.path.name}*"):
            file.unlink()
    for kinds, end in ends:
        assert end == ends[0][1], (kinds, end, ends[0])
    assert ends[0][1]["order"] is state
    return len(ends)


EVERY = [pytest.param(1, marks=pytest.mark.thorough), 11]
"""All 720 orders, or each eleventh of them, which changes both the first events and the last."""


@pytest.mark.parametrize("every", EVERY)
async def test_720_orders_of_six_events_end_the_same(tmp_path: Path, every: int) -> None:
    told = list(permutations(SIX))[::every]

    assert await _all_the_same(tmp_path, told, OrderStatus.PAID) == len(told)


@pytest.mark.parametrize("every", EVERY)
async def test_720_orders_with_one_event_doubled_end_the_same(tmp_path: Path, every: int) -> None:
    dice = random.Random(720)

    told = [doubled(kinds, dice) for kinds in permutations(SIX_TO_THE_LOSS)][::every]

    assert await _all_the_same(tmp_path, told, OrderStatus.REFUNDED) == len(told)


@pytest.mark.long
async def test_all_15120_orders_with_one_event_doubled_end_the_same(tmp_path: Path) -> None:
    """Each of the six doubled, in every distinct order of the seven."""
    told = [
        list(order)
        for twice in SIX_TO_THE_LOSS
        for order in dict.fromkeys(permutations([*SIX_TO_THE_LOSS, twice]))
    ]

    assert await _all_the_same(tmp_path, told, OrderStatus.REFUNDED) == 15_120
