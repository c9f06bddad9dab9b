"""A shop on a real database, with a small server and a small bank in memory."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot.cards import Card
from bot.clock import real_now
from bot.db import Database
from bot.db.migrate import migrate
from bot.errors import NeedsAction, RetryLater
from bot.i18n import Texts
from bot.memberships.buying import Bill
from bot.memberships.model import Order, Price, Tier
from bot.memberships.service import Memberships, Terms
from bot.memberships.store import books, entitlements, orders
from bot.memberships.tables import breaker, entitlement, grant
from bot.money import Money
from bot.payments.manual import ManualProvider
from bot.payments.port import (
    Checkout,
    Fact,
    Headers,
    InvalidWebhook,
    Kind,
    Notice,
    Pace,
    Phase,
    Purchase,
    Snapshot,
    Subscription,
    Unmatched,
)
from bot.ports import ChatServer, Delivery, Person, Role
from bot.work import Queue
from bot.work.store import EPOCH
from bot.work.tables import work
from bot.work.worker import Handler, Worker

GUILD, OTHER = 7, 8
ANN, BOB, CID, OLIVIA = 1, 2, 3, 9
GOLD, SILVER, HELPER, BOSS, LYCEUM = 50, 51, 52, 60, 55
MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass
class Hall:
    """A server: who is in it, who holds which role. `forbidden` and `failures` make Discord say no."""

    held: dict[int, set[int]] = field(
        default_factory=lambda: {ANN: set(), BOB: set(), CID: set(), OLIVIA: set()}
    )
    all_roles: dict[int, Role] = field(default_factory=dict[int, Role])
    forbidden: set[int] = field(default_factory=set[int])
    failures: int = 0
    listings: int = 0
    calls: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    edits: list[Card] = field(default_factory=list[Card])
    posts: dict[str, Card] = field(default_factory=dict[str, Card])
    shown: dict[tuple[int, int], Card] = field(default_factory=dict[tuple[int, int], Card])
    """What stands in the channels now, by (channel, message)."""
    letters: list[tuple[int, Card]] = field(default_factory=list[tuple[int, Card]])
    delivery: Delivery = Delivery.SENT

    def __post_init__(self) -> None:
        for id_, name, position in (
            (GOLD, "Gold", 2),
            (SILVER, "Silver", 1),
            (HELPER, "Helper", 3),
            (BOSS, "Boss", 20),
        ):
            self.role(id_, name, position)

    def role(self, id_: int, name: str, position: int, **more: Any) -> None:
        self.all_roles[id_] = replace(Role(id_, name, position, False, False, ()), **more)

    def guild_name(self, guild_id: int) -> str | None:
        return "Gophers" if guild_id == GUILD else None

    async def roles(self, guild_id: int) -> list[Role]:
        return list(self.all_roles.values()) if guild_id == GUILD else []

    async def own_top_position(self, guild_id: int) -> int:
        return 10

    async def member(self, guild_id: int, user_id: int) -> Person | None:
        if guild_id != GUILD or user_id not in self.held:
            return None
        return Person(user_id, False, MONDAY, frozenset(self.held[user_id]))

    async def add_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        self._answer("add", user_id, role_id)
        self.held[user_id].add(role_id)

    async def remove_role(self, guild_id: int, user_id: int, role_id: int, reason: str) -> None:
        self._answer("remove", user_id, role_id)
        self.held[user_id].discard(role_id)

    async def members(self, guild_id: int) -> AsyncIterator[Person]:
        self.listings += 1
        for user_id in sorted(self.held):
            yield Person(user_id, False, MONDAY, frozenset(self.held[user_id]))

    async def channel_named(self, guild_id: int, name: str) -> int | None:
        return 70 if name == "staff" else None

    async def post(self, guild_id: int, channel_id: int, card: Card, *, key: str) -> int:
        self.posts.setdefault(key, card)
        message_id = 1000 + list(self.posts).index(key)
        self.shown[channel_id, message_id] = card
        return message_id

    async def edit(self, guild_id: int, channel_id: int, message_id: int, card: Card) -> bool:
        there = (channel_id, message_id) in self.shown
        if there:
            self.shown[channel_id, message_id] = card
        return there

    async def direct(self, guild_id: int, user_id: int, card: Card, *, key: str) -> Delivery:
        self.letters.append((user_id, card))
        return self.delivery

    async def edit_answer(self, token: str, card: Card) -> bool:
        self.edits.append(card)
        return True

    def _answer(self, verb: str, user_id: int, role_id: int) -> None:
        self.calls.append((verb, user_id, role_id))
        if role_id in self.forbidden:
            raise NeedsAction("missing-permission", "Lyceum lacks a permission, or its role is too low.")
        if self.failures:
            self.failures -= 1
            raise RetryLater("Discord answered 503", timedelta(0))


@dataclass
class Bank:
    """A provider that knows what tests tell it. `away`: it does not answer."""

    known: dict[str, list[Fact]] = field(default_factory=dict[str, list[Fact]])
    refunds: list[str] = field(default_factory=list[str])
    asked: int = 0
    away: bool = False
    name: str = "bank"
    play_money: bool = False
    acknowledgement: bytes = b"ok"
    listens: bool = True
    by_hand: bool = False
    subscriptions: dict[str, Subscription] = field(default_factory=dict[str, Subscription])
    closed: list[str] = field(default_factory=list[str])
    changes: list[tuple[str, Purchase, bool]] = field(default_factory=list[tuple[str, Purchase, bool]])
    proration: Money = field(default_factory=lambda: Money(1000, "USD"))

    def supports(self, money: Money, pace: Pace) -> bool:
        return money.currency != "XXX"

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        if self.away:
            raise RetryLater("the bank is away")
        self.known.setdefault(f"co_{purchase.order_id}", [])
        return Checkout(
            f"co_{purchase.order_id}", purchase.expires_at, url=f"https://bank.example/{purchase.order_id}"
        )

    def verify(self, headers: Headers, body: bytes, now: datetime) -> Notice:
        raise InvalidWebhook("this bank sends none")

    async def fetch(self, ref: str) -> Snapshot:
        self.asked += 1
        if self.away:
            raise RetryLater("the bank is away")
        return Snapshot(tuple(self.known[ref]), self.subscriptions.get(ref))

    async def whose(self, about: str) -> tuple[int, int] | None:
        found = [fact for facts in self.known.values() for fact in facts if fact.object_id == about]
        return (found[0].guild_id, found[0].order_id) if found else None

    async def close_checkout(self, ref: str) -> None:
        self.closed.append(ref)

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        return self.proration

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        self.changes.append((ref, to, at_once))
        self.known.setdefault(f"co_{to.order_id}", [])
        return Checkout(f"co_{to.order_id}", to.expires_at)

    async def set_ending(self, ref: str, ending: bool) -> None:
        phase = Phase.ENDING if ending else Phase.ACTIVE
        self.subscriptions[ref] = Subscription(f"sub_{ref}", phase, "cus_1")

    async def portal(self, customer: str, back: str) -> str | None:
        return f"https://bank.example/portal/{customer}"

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Idempotent by key, like every bank's."""
        [paid] = [fact for facts in self.known.values() for fact in facts if fact.object_id == payment_id]
        given = replace(
            paid, kind=Kind.REFUNDED, object_id=f"re_{payment_id}", money=money, payment_id=payment_id
        )
        if key not in self.refunds:
            self.refunds.append(key)
            self.known[paid.ref].append(given)
        return (given,)


class Shop:
    """The services of memberships, and what tests ask of the database."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.moment = MONDAY
        self.db = db
        self.hall = Hall()
        self.bank = Bank()
        self.manual = ManualProvider("To Olivia, account 12345", ["USD"])
        self.address = "https://shop.example"
        self.strays: list[Unmatched] = []
        self.queue = Queue(db, self)
        self.service = Memberships(
            db, self, self.queue, cast("ChatServer", self.hall), Texts("en", ZoneInfo("UTC")),
            {"bank": self.bank, "manual": self.manual},
            Terms(30, 20.0, folder, address=lambda: self.address), self._strays,
        )  # fmt: skip
        handlers: dict[str, Handler] = {
            "order.expire": self.service.buying.expire,
            "order.refund": self.service.refunds.refund,
            "order.review": self.service.refunds.review,
            "order.change": self.service.changing.change,
            "subscription.end": self.service.renewals.end,
            "role.sync": self.service.reconciler.sync,
            "access.audit": self.service.audit.run,
            "access.refused": self.service.breaker.tell,
            "access.release": self.service.reconciler.again,
            "entitlement.start": self.service.reconciler.start,
            "entitlement.end": self.service.reconciler.end,
            "entitlement.remind": self.service.reminders.remind,
            "shop.update": self.service.shop_cards.update,
            "tier.suspended": self.service.role_safety.tell,
            "card.update": self.service.pay_cards.update,
        }
        self.worker = Worker(db, self, self.queue, handlers)

    async def _strays(self, guild_id: int) -> list[Unmatched]:
        return self.strays if guild_id == GUILD else []

    def now(self) -> datetime:
        return self.moment

    async def tier(self, name: str = "Gold", role: int = GOLD, price: str = "19.00", days: int = 30) -> Tier:
        made = await self.service.tiers.create(
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

    async def bill(self, user: int = ANN, plan: str = "Gold", price: Price | None = None) -> Bill:
        """The pay card."""
        told = await self.service.buy(GUILD, user, plan, None if price is None else str(price.id))
        assert isinstance(told, Bill), told
        return told

    def paid(self, order: Order, id_: str = "pay_1", **other: Any) -> Fact:
        """The bank takes the money; nobody is told yet."""
        fact = Fact(Kind.PAID, id_, GUILD, order.id, order.ref or "", order.price, self.moment)
        fact = replace(fact, **other)
        self.bank.known.setdefault(order.ref or "", []).append(fact)
        return fact

    def refunded(self, payment: Fact, id_: str = "re_1", **other: Any) -> Fact:
        fact = replace(payment, kind=Kind.REFUNDED, object_id=id_, payment_id=payment.object_id)
        return replace(fact, **other)

    async def settle(self, *facts: Fact) -> bool:
        async with self.db.write() as tx:
            return await self.service.settling.settle(tx, "bank", facts)

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

    async def rights(self, user: int = ANN) -> list[tuple[str, datetime, datetime]]:
        async with self.db.read() as db:
            found = await entitlements.of_member(db, GUILD, user)
        return [(right.standing.value, right.starts_at, right.ends_at) for right in found]

    async def balances(self) -> dict[str, list[Money]]:
        async with self.db.read() as db:
            return await books.balances(db, GUILD)

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


@functools.cache
def blank() -> bytes:
    """An empty database of this version's schema."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "blank.db"
        migrate(path, real_now())
        return path.read_bytes()


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncGenerator[Shop]:
    path = folder / "shop.db"
    if not path.exists():
        path.write_bytes(blank())
    db = Database(path)
    yield Shop(db, folder)
    await db.close()
