"""A shop on a real database, with a small server and a small bank in memory."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from bot import crashpoints
from bot.cards import Card, Line, Row, Text
from bot.clock import real_now
from bot.db import Database
from bot.db.migrate import migrate
from bot.errors import NeedsAction, RetryLater, UserError
from bot.i18n import Texts
from bot.memberships.buying import Bill
from bot.memberships.edits import Edit
from bot.memberships.model import Order, Price, Span, Tier, Way
from bot.memberships.service import Memberships, Terms
from bot.memberships.store import books, entitlements, orders
from bot.memberships.tables import breaker, entitlement, grant, notice
from bot.money import Money
from bot.payments.port import (
    Checkout,
    Fact,
    Headers,
    InvalidWebhook,
    Kind,
    Notice,
    Pace,
    PaymentProvider,
    Period,
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
    closed: set[int] = field(default_factory=set[int])
    letters: dict[str, tuple[int, Card]] = field(default_factory=dict[str, tuple[int, Card]])
    shown: dict[tuple[int, int], Card] = field(default_factory=dict[tuple[int, int], Card])
    """What stands in the channels now, by (channel, message)."""

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
        if user_id not in self.held:
            return Delivery.GONE
        if user_id in self.closed:
            return Delivery.CLOSED
        self.letters.setdefault(key, (user_id, card))  # Discord's nonce
        return Delivery.SENT

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
    quoted: int = 0
    now: Callable[[], datetime] = lambda: MONDAY
    broken_card: bool = False
    lost_answers: int = 0

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
        if ref in self.subscriptions and not self.known[ref]:  # a change that has not come yet
            self.subscriptions[ref] = Subscription(ref, Phase.ENDED, "cus_1")

    async def quote_change(self, ref: str, to: Purchase) -> Money:
        if self.away:
            raise RetryLater("the bank is away")
        self.quoted += 1
        return self.proration

    async def change(self, ref: str, to: Purchase, *, at_once: bool) -> Checkout:
        """At once the difference is charged; else the new one waits for `renew`. The same order changes it once."""
        if self.away:
            raise RetryLater("the bank is away")
        if self.broken_card:
            raise UserError("Your card did not pay the difference, so nothing has changed.")
        new = f"co_{to.order_id}"
        if new in self.known:
            return Checkout(new, to.expires_at)
        self._change(ref, to, new, at_once=at_once)
        if self.lost_answers:
            self.lost_answers -= 1
            raise RetryLater("the line was cut", timedelta(0))
        return Checkout(new, to.expires_at)

    def _change(self, ref: str, to: Purchase, new: str, *, at_once: bool) -> None:
        self.changes.append((ref, to, at_once))
        self.known[new] = []
        self.subscriptions[new] = Subscription(new, Phase.ACTIVE, "cus_1")
        if at_once:
            self.subscriptions[ref] = Subscription(ref, Phase.ENDED, "cus_1")
            self.take(to, new, to.money, self.now())

    def take(
        self, of: Purchase | Order, ref: str, money: Money, starts: datetime, *, renewal: bool = False
    ) -> Fact:
        """A period of a subscription is paid."""
        months = of.months if isinstance(of, Purchase) else of.span.months
        order_id = of.order_id if isinstance(of, Purchase) else of.id
        period = Period(starts, Span(Way.RECURRING, months=months).end(starts))
        id_ = f"pay_{ref}_{len(self.known[ref])}"
        fact = Fact(Kind.PAID, id_, GUILD, order_id, ref, money, self.now(), None, period, renewal)
        self.known[ref].append(fact)
        return fact

    async def set_ending(self, ref: str, ending: bool) -> None:
        if self.away:
            raise RetryLater("the bank is away")
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
        self.bank = Bank(now=self.now)
        self.providers: dict[str, PaymentProvider] = {"bank": self.bank}
        self.address = "https://shop.example"
        self.strays: list[Unmatched] = []
        self.queue = Queue(db, self)
        self.service = Memberships(
            db, self, self.queue, cast("ChatServer", self.hall), Texts("en", ZoneInfo("UTC")),
            self.providers, Terms(30, 20.0, folder, address=lambda: self.address), self._strays,
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

    async def price(self, plan: str, price: str, **span: Any) -> Price:
        """Another way to buy a tier."""
        told: dict[str, Any] = {"currency": "USD", "days": None, "months": None, "way": None} | span
        before = {one.id for product in await self.service.tiers.products(GUILD) for one in product.prices}
        product = await self.service.tiers.add_price(GUILD, plan, price=price, actor=OLIVIA, **told)
        [made] = [one for one in product.prices if one.id not in before]
        return made

    async def terms(self, plan: str, **edit: Any) -> None:
        """The tier gives something else from now on."""
        proposal = await self.service.editing.propose(GUILD, plan, Edit(**edit), OLIVIA, True)
        if not proposal.saved:
            await self.service.editing.apply(GUILD, proposal.draft, everybody=False, actor=OLIVIA, owner=True)

    async def subscribe(self, user: int = ANN, plan: str = "Gold", price: Price | None = None) -> Order:
        """From the order to the role, and the bank goes on charging."""
        order = (await self.bill(user, plan, price)).order
        ref = order.ref or ""
        self.bank.subscriptions[ref] = Subscription(ref, Phase.ACTIVE, "cus_1")
        self.bank.take(order, ref, order.price, self.moment)
        return await self.news(order)

    async def news(self, order: Order) -> Order:
        """A webhook says that something is new there, and all that follows is done."""
        await self.service.buying.look(await self.look(order))
        await self.worker.run_due()
        return await self.look(order)

    async def phase(self, order: Order, phase: Phase) -> Order:
        """The bank sees the subscription otherwise from now on."""
        ref = order.ref or ""
        self.bank.subscriptions[ref] = Subscription(ref, phase, "cus_1")
        return await self.news(order)

    async def renew(self, order: Order) -> Order:
        """The next period is paid."""
        ref = order.ref or ""
        paid = [fact.period.ends_at for fact in self.bank.known[ref] if fact.period]
        assert order.renewal is not None
        self.bank.take(order, ref, order.renewal, max(paid, default=self.moment), renewal=bool(paid))
        return await self.news(order)

    async def notices(self) -> list[tuple[str, str]]:
        """(what about, what became of it) of every reminder, in time."""
        async with self.db.read() as db:
            rows = (await db.execute(select(notice).order_by(notice.c.at, notice.c.what))).all()
        return [(row.what.rpartition(":")[0], row.state) for row in rows]

    def said(self) -> list[str]:
        """The titles of the direct messages."""
        return [
            str(card.blocks[0].text)
            for _, card in self.hall.letters.values()
            if isinstance(card.blocks[0], Text)
        ]

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


class Killed(BaseException):
    """The process died there."""


@contextlib.contextmanager
def killed_at(name: str, count: int = 1) -> Iterator[None]:
    """Die the `count`-th time that this crash point is passed."""
    left = [count]

    def watch(passed: str) -> None:
        left[0] -= passed == name
        if passed == name and left[0] == 0:
            raise Killed(name)

    crashpoints.watch(watch)
    try:
        yield
    finally:
        crashpoints.watch(None)


def shown(card: Card) -> str:
    """The words of a card, and of its buttons."""
    words: list[str] = []
    for block in card.blocks:
        match block:
            case Text(text):
                words.append(text)
            case Line(text, button):
                words += [text, button.label]
            case Row(buttons):
                words += [button.label for button in buttons]
            case _:
                pass
    return "\n".join(words)


def actions(card: Card) -> list[str]:
    """What its buttons run."""
    rows = [block.buttons for block in card.blocks if isinstance(block, Row)]
    return [button.action for row in rows for button in row if button.action is not None]


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
