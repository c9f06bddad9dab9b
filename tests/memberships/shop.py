"""A shop on a real database, with a Discord server and a payment provider in memory."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.cards import Text
from bot.db import Database
from bot.memberships.access.store import entitlements
from bot.memberships.access.tables import breaker, entitlement, grant
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.model import Order, Price, Tier
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.store import ledger, orders
from bot.memberships.wiring import wire
from bot.money import Money
from bot.outbox.tables import outbox
from bot.payments.port import (
    Fact,
    FactKind,
    PaymentProvider,
    Phase,
    Subscription,
    Unmatched,
)
from bot.work.store import EPOCH
from bot.work.tables import work
from bot.work.worker import Worker
from tests.blank import prepare
from tests.core import core
from tests.memberships.fake_provider import FakeProvider
from tests.memberships.fake_server import (
    ANN,
    BOB,
    BOSS,
    CID,
    DAY,
    GOLD,
    GUILD,
    HELPER,
    LYCEUM,
    MONDAY,
    OLIVIA,
    OTHER,
    SILVER,
    FakeServer,
)
from tests.memberships.reading import Killed, actions, killed_at, shown

__all__ = [
    "ANN",
    "BOB",
    "BOSS",
    "CID",
    "DAY",
    "GOLD",
    "GUILD",
    "HELPER",
    "LYCEUM",
    "MONDAY",
    "OLIVIA",
    "OTHER",
    "SILVER",
    "FakeProvider",
    "FakeServer",
    "Killed",
    "Shop",
    "actions",
    "killed_at",
    "opened",
    "shown",
]


class Shop:
    """The services of memberships, and what tests ask of the database."""

    def __init__(self, db: Database) -> None:
        self.moment = MONDAY
        self.db = db
        self.server = FakeServer()
        self.provider = FakeProvider(now=self.now)
        self.providers: dict[str, PaymentProvider] = {"bank": self.provider}
        self.address = "https://shop.example"
        self.strays: list[Unmatched] = []
        self.core = core(db, self, self.server)
        self.queue = self.core.queue
        self.service, wiring = wire(
            self.core,
            providers=self.providers,
            unmatched=self._unmatched_payments,
            address=lambda: self.address,
        )
        self.worker = Worker(db, self, self.queue, dict(wiring.handlers))

    async def _unmatched_payments(self, guild_id: int) -> list[Unmatched]:
        return self.strays if guild_id == GUILD else []

    def now(self) -> datetime:
        return self.moment

    async def tier(self, name: str = "Gold", role: int = GOLD, price: str = "19.00", days: int = 30) -> Tier:
        made = await self.service.catalog.create(
            GUILD,
            name=name,
            price=price,
            currency="USD",
            days=days,
            role_id=role,
            actor=OLIVIA,
            owner=True,
        )
        return made.tier

    async def order(self, user: int = ANN, plan: str = "Gold") -> Order:
        return (await self.bill(user, plan)).order

    async def bill(self, user: int = ANN, plan: str = "Gold", price: Price | None = None) -> PendingOrder:
        """The pay card."""
        told = await self.service.buy(GUILD, user, plan, None if price is None else str(price.id))
        assert isinstance(told, PendingOrder), told
        return told

    async def price(self, plan: str, price: str, **span: Any) -> Price:
        """Another way to buy a tier."""
        told: dict[str, Any] = {"currency": "USD", "days": None, "months": None, "way": None} | span
        before = {one.id for product in await self.service.catalog.products(GUILD) for one in product.prices}
        product = await self.service.catalog.add_price(GUILD, plan, price=price, actor=OLIVIA, **told)
        [made] = [one for one in product.prices if one.id not in before]
        return made

    async def terms(self, plan: str, **edit: Any) -> None:
        """The tier gives something else from now on."""
        proposal = await self.service.tier_editing.propose(GUILD, plan, TierEdit(**edit), OLIVIA, True)
        if proposal.draft is not None:
            await self.service.tier_editing.apply(
                GUILD, proposal.draft, everybody=False, actor=OLIVIA, owner=True
            )

    async def subscribe(self, user: int = ANN, plan: str = "Gold", price: Price | None = None) -> Order:
        """From the order to the role, and the bank goes on charging."""
        order = (await self.bill(user, plan, price)).order
        ref = order.ref or ""
        self.provider.subscriptions[ref] = Subscription(ref, Phase.ACTIVE, f"cus_{user}")
        self.provider.take(order, ref, order.price, self.moment)
        return await self.news(order)

    async def news(self, order: Order) -> Order:
        """A webhook says that something is new there, and all that follows is done."""
        await self.service.checkouts.refresh(await self.look(order))
        await self.worker.run_due()
        return await self.look(order)

    async def phase(self, order: Order, phase: Phase) -> Order:
        """The bank sees the subscription otherwise from now on."""
        ref = order.ref or ""
        self.provider.subscriptions[ref] = Subscription(ref, phase, self.provider.customer(ref))
        return await self.news(order)

    async def renew(self, order: Order) -> Order:
        """The next period is paid."""
        ref = order.ref or ""
        paid = [fact.period.ends_at for fact in self.provider.known[ref] if fact.period]
        assert order.renewal is not None
        self.provider.take(order, ref, order.renewal, max(paid, default=self.moment), renewal=bool(paid))
        return await self.news(order)

    async def notices(self) -> list[tuple[str, str]]:
        """(what about, what became of it) of every reminder, in time."""
        async with self.db.read() as db:
            notices = select(outbox).where(outbox.c.kind == "notice").order_by(outbox.c.at, outbox.c.key)
            rows = (await db.execute(notices)).all()
        return [(row.key.split(":", 1)[1].rpartition(":")[0], row.reason or row.state) for row in rows]

    def said(self) -> list[str]:
        """The titles of the direct messages."""
        return [
            str(card.blocks[0].text)
            for _, card in self.server.letters.values()
            if isinstance(card.blocks[0], Text)
        ]

    def paid(self, order: Order, id_: str = "pay_1", **other: Any) -> Fact:
        """The bank takes the money; nobody is told yet."""
        fact = Fact(
            kind=FactKind.PAID,
            object_id=id_,
            guild_id=GUILD,
            order_id=order.id,
            ref=order.ref or "",
            money=order.price,
            at=self.moment,
        )
        fact = replace(fact, **other)
        self.provider.known.setdefault(order.ref or "", []).append(fact)
        return fact

    def refunded(self, payment: Fact, id_: str = "re_1", **other: Any) -> Fact:
        fact = replace(payment, kind=FactKind.REFUNDED, object_id=id_, payment_id=payment.object_id)
        return replace(fact, **other)

    async def settle(self, *facts: Fact) -> bool:
        async with self.db.write() as tx:
            return await self.service.settlement.settle(tx, "bank", facts)

    async def buy(self, user: int = ANN, plan: str = "Gold", id_: str = "pay_1") -> Order:
        """From the order to the role."""
        order = await self.order(user, plan)
        await self.settle(self.paid(order, id_))
        await self.worker.run_due()
        return await self.look(order)

    async def turn(self, by: timedelta) -> None:
        """The clock goes on, and what falls due on the way is done at its own time."""
        goal = self.moment + by
        while (due := await self.worker.next_due()) is not None and due <= goal:
            before = self.moment
            self.moment = max(due, before)
            await self.worker.run_due()
            if await self.worker.next_due() == due:
                break
        self.moment = goal
        await self.worker.run_due()

    async def patience(self) -> None:
        """As if every backoff were over."""
        async with self.db.write() as tx:
            await tx.execute(update(work).values(not_before=EPOCH))
            await tx.execute(update(breaker).values(probe_at=EPOCH))
        await self.worker.run_due()

    async def look(self, order: Order) -> Order:
        async with self.db.read() as db:
            found = await orders.find(db, GUILD, order.id)
        assert found is not None
        return found

    async def held_entitlements(self, user: int = ANN) -> list[tuple[str, datetime, datetime]]:
        async with self.db.read() as db:
            found = await entitlements.of_member(db, GUILD, user)
        return [(held.status.value, held.starts_at, held.ends_at) for held in found]

    async def balances(self) -> dict[str, list[Money]]:
        async with self.db.read() as db:
            return await ledger.balances(db, GUILD)

    async def stuck(self) -> list[str]:
        async with self.db.read() as db:
            return [row.kind for row in await db.execute(select(work.c.kind).where(work.c.state == "stuck"))]

    async def rows(self) -> dict[str, int]:
        """How many entitlements and grants there are in all."""
        async with self.db.read() as db:
            return {
                "entitlement": len((await db.execute(select(entitlement.c.id))).all()),
                "grant": len((await db.execute(select(grant.c.role_id))).all()),
            }


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Shop]:
    path = folder / "shop.db"
    prepare(path)
    db = Database(path)
    try:
        yield Shop(db)
    finally:
        await db.close()
