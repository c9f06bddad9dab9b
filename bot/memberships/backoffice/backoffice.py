"""What owners see of orders: the list, what needs them, one order in full, and where all the money is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.audit import AuditAction, Entry, reading, record
from bot.clock import Clock
from bot.db import Database, Reader
from bot.errors import Problem, UserError
from bot.ids import DISCORD_EPOCH
from bot.memberships.access.store import entitlements
from bot.memberships.backoffice import books_store
from bot.memberships.backoffice import store as unmatched
from bot.memberships.backoffice.reading import readable, readable_facts
from bot.memberships.backoffice.totals import Totals, totals
from bot.memberships.model import FOREVER, Entitlement, Order, OrderStatus, Parts, Search
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.order_state import order_state, overdrawn
from bot.memberships.orders.parts import standing
from bot.memberships.orders.refunds import held_payments
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders
from bot.memberships.orders.store.ledger import Booking
from bot.payments.port import Fact, FactKind, PaymentProvider, Unmatched, by_hand
from bot.work import Queue

PAGE = 10
PICKED = 100
"""As many orders are offered to pick from."""
ABOUT_MONEY = (
    "order.review",
    "order.refund",
    "order.settle",
    "order.judge",
    "discount.judge",
    "order.expire",
    "order.close",
    "order.deliver",
    "departure.end",
    "member.kick",
    "books.compare",
    "subscription.end",
    "subscription.stop",
)
CAME_BACK_FOR = timedelta(days=30)
"""How long a failed refund stays on the list, unless it is made again."""
DISPUTED_FOR = timedelta(days=60)
"""How long money that went back twice stays on the list after its dispute was opened or decided."""

UnmatchedPayments = Callable[[int], Awaitable[Sequence[Unmatched]]]
"""Gives the events of providers that match no order of this guild."""


@dataclass(frozen=True)
class Waiting:
    """Something that needs the owner: `finding` says what to do, `problem` what the other side answered."""

    finding: str
    order: Order | None
    problem: Problem | None = None

    @property
    def detail(self) -> str:
        """What the other side answered, untranslated."""
        return self.problem.sentence if self.problem else ""


@dataclass(frozen=True, kw_only=True)
class OrderListing:
    """Page `number` (from 0) of `pages`. `waiting` and `unmatched_payments` do not depend on the search."""

    search: Search
    number: int
    pages: int
    total: int
    orders: tuple[Order, ...]
    waiting: tuple[Waiting, ...]
    unmatched_payments: tuple[Unmatched, ...]


@dataclass(frozen=True, kw_only=True)
class OrderDetail:
    """Everything that is known about one order. `refundable`: some of its money can be given back.

    `parts` are what was noted by hand, and `correctable`: there is such a note. `overdue`: a part of the price is
    held, and the time for the rest is over.
    """

    order: Order
    facts: tuple[Fact, ...]
    bookings: tuple[Booking, ...]
    entitlement: Entitlement | None
    notes: tuple[Entry, ...]
    refundable: bool
    by_hand: bool
    play_money: bool
    parts: Parts | None
    correctable: bool
    overdue: bool


class Backoffice:
    """The commands of /order that change no order."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        checkouts: Checkouts,
        unmatched_payments: UnmatchedPayments,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settlement = settlement
        self._checkouts = checkouts
        self._unmatched_payments = unmatched_payments

    async def listing(self, guild_id: int, search: Search, number: int = 0) -> OrderListing:
        """One page of the orders that match; the last page when `number` is beyond it."""
        unmatched_payments = await self.unmatched_payments(guild_id)
        async with self._db.read() as db:
            total = await orders.count(db, guild_id, search)
            pages = max(1, -(-total // PAGE))
            number = max(0, min(number, pages - 1))
            page = await orders.search(db, guild_id, search, PAGE, number * PAGE)
            waiting = [*await self._waiting(db, guild_id), *await _differing(db, guild_id)]
        return OrderListing(
            search=search,
            number=number,
            pages=pages,
            total=total,
            orders=tuple(page),
            waiting=tuple(waiting),
            unmatched_payments=tuple(unmatched_payments),
        )

    async def unmatched_payments(self, guild_id: int) -> list[Unmatched]:
        """Payments that match no order and that no owner has closed yet, newest first."""
        payments = await self._unmatched_payments(guild_id)
        async with self._db.read() as db:
            closed = await unmatched.closed(db, guild_id, list(map(unmatched_id, payments)))
        return [payment for payment in payments if unmatched_id(payment) not in closed]

    async def close_unmatched(self, guild_id: int, id_: str, actor: int, reason: str) -> None:
        """Take an unmatched payment off the list; the log keeps the owner's reason."""
        now = self._clock.now()
        matching = [
            payment for payment in await self.unmatched_payments(guild_id) if unmatched_id(payment) == id_
        ]
        async with self._db.write() as tx:
            if not matching or await unmatched.closed(tx, guild_id, [id_]):
                raise UserError("This is not on the list any more. /order list shows what is.")
            await unmatched.close(tx, guild_id, id_, matching[0], actor=actor, reason=reason, now=now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.STRAY_CLOSED,
                subject=guild_id,
                stray=id_,
                provider=matching[0].provider,
                object=matching[0].object_id,
                reason=reason,
            )

    async def detail(self, guild_id: int, number: str) -> OrderDetail:
        """One order in full. UserError when there is none."""
        async with self._db.read() as db:
            order = await self.find(db, guild_id, number)
            facts = await ledger.facts(db, guild_id, order.id)
            bookings = await ledger.bookings(db, guild_id, order.id)
            entitlement = await entitlements.find(db, guild_id, order_id=order.id)
            notes = await reading.about(db, guild_id, [order.id, *([entitlement.id] if entitlement else [])])
        provider = self._providers.get(order.provider)
        parts = order_state(self._settlement.due(order), facts).parts
        open_ = order.state in (OrderStatus.CREATED, OrderStatus.PENDING)
        return OrderDetail(
            order=order,
            facts=tuple(sorted(facts, key=lambda fact: (fact.at, fact.object_id))),
            bookings=tuple(bookings),
            entitlement=entitlement,
            notes=tuple(notes),
            refundable=bool(held_payments(facts)),
            by_hand=by_hand(provider) is not None,
            play_money=provider is not None and provider.play_money,
            parts=parts,
            correctable=parts is not None and bool(standing(facts)),
            overdue=open_
            and parts is not None
            and parts.incomplete
            and order.expires_at <= self._clock.now(),
        )

    async def refresh(self, guild_id: int, number: str) -> OrderDetail:
        """Fetch the order's state from its provider, then show it. RetryLater when the provider does not answer."""
        async with self._db.read() as db:
            order = await self.find(db, guild_id, number)
        await self._checkouts.refresh(order)
        return await self.detail(guild_id, number)

    async def totals(self, guild_id: int) -> list[Totals]:
        """Where all the money is, one line per currency."""
        async with self._db.read() as db:
            facts = await ledger.facts_by_order(db, guild_id)
            all_orders = await orders.between(db, guild_id, DISCORD_EPOCH, FOREVER)
            balances = await ledger.balances(db, guild_id)
        clearing: Counter[str] = Counter()
        for account, sums in balances.items():
            if account.startswith("clearing:"):
                clearing.update({money.currency: money.amount for money in sums})
        paid_orders = (
            (self._settlement.due(order), facts[order.id]) for order in all_orders if order.id in facts
        )
        return totals(paid_orders, clearing)

    async def choices(self, guild_id: int, buyers: Collection[int] | None = None) -> list[Order]:
        """The latest hundred orders (of these buyers) to pick from, newest first."""
        return await self._latest(guild_id, list(OrderStatus), buyers)

    async def refundable(self, guild_id: int, buyers: Collection[int] | None = None) -> list[Order]:
        """Orders of which money may be given back, newest first."""
        return await self._latest(guild_id, [OrderStatus.PAID, OrderStatus.REVIEW], buyers)

    async def unmarked(self, guild_id: int, buyers: Collection[int] | None = None) -> list[Order]:
        """Orders that only the owner can mark as paid, newest first."""
        open_ = [
            OrderStatus.CREATED,
            OrderStatus.PENDING,
            OrderStatus.EXPIRED,
            OrderStatus.CANCELLED,
            OrderStatus.REFUNDED,
        ]
        return await self._latest(guild_id, open_, buyers, self._unreported())

    async def marked(self, guild_id: int, buyers: Collection[int] | None = None) -> list[Order]:
        """Orders for which the owner may have noted money, newest first."""
        noted = [
            OrderStatus.CREATED,
            OrderStatus.PENDING,
            OrderStatus.PAID,
            OrderStatus.REVIEW,
            OrderStatus.REFUNDED,
        ]
        return await self._latest(guild_id, noted, buyers, self._unreported())

    async def _latest(
        self,
        guild_id: int,
        states: Sequence[OrderStatus],
        buyers: Collection[int] | None,
        providers: Collection[str] | None = None,
    ) -> list[Order]:
        async with self._db.read() as db:
            return await orders.latest(db, guild_id, states, PICKED, providers, buyers)

    async def notes(self, guild_id: int, number: str) -> list[Fact]:
        """The payments and refunds that stand as noted for an order, the last one first; none for any other text."""
        async with self._db.read() as db:
            order = await orders.numbered(db, guild_id, number)
            if order is None or order.provider not in self._unreported():
                return []
            return standing(await ledger.facts(db, guild_id, order.id))[::-1]

    def _unreported(self) -> list[str]:
        return [name for name, provider in self._providers.items() if by_hand(provider)]

    async def find(self, db: Reader, guild_id: int, number: str) -> Order:
        """The order of that number. UserError when there is none."""
        order = await orders.numbered(db, guild_id, number)
        if order is None:
            raise UserError("There is no such order here. Pick one from the list that appears while typing.")
        return order

    async def _waiting(self, db: Reader, guild_id: int) -> list[Waiting]:
        waiting: list[Waiting] = []
        stuck_orders: set[int] = set()
        for stuck in await self._queue.stuck(db, guild_id, ABOUT_MONEY):
            number = str(stuck.payload.get("order") or (stuck.key if stuck.kind != "order.settle" else ""))
            order = await readable(orders.numbered(db, guild_id, number))
            stuck_orders |= {order.id} if order else set()
            waiting.append(Waiting(stuck.problem.finding, order, stuck.problem))
        in_review = await orders.latest(db, guild_id, [OrderStatus.REVIEW], 25)
        failed = await ledger.came_back(db, guild_id, self._clock.now() - CAME_BACK_FOR)
        disputed = await ledger.disputed(db, guild_id, self._clock.now() - DISPUTED_FOR)
        facts = await readable_facts(db, guild_id, {*failed, *disputed, *(order.id for order in in_review)})
        for order in in_review:
            # Without stuck work, the refund is under way or the order was judged just now and its work has not run yet.
            if order.id not in facts:
                waiting.append(Waiting("work-failed", order))
            elif order.id not in stuck_orders:
                odd = order_state(self._settlement.due(order), facts[order.id]).odd
                waiting.append(Waiting("payment-mismatch" if odd else "refund-under-way", order))
        return (
            waiting
            + [
                Waiting("refund-came-back", await readable(orders.find(db, guild_id, order_id)))
                for order_id in sorted(failed)
                if came_back(facts.get(order_id, []))
            ]
            + [
                Waiting("payment-overdrawn", await readable(orders.find(db, guild_id, order_id)))
                for order_id in sorted(disputed)
                if overdrawn(facts.get(order_id, []))
            ]
            + [
                # Its own money is not disputed, so it rests because its credit lost what backed it.
                Waiting("credit-lost", order)
                for order in await orders.resting_for_ever(db, guild_id)
                if (funding := await readable(self._settlement.backing.funding(db, order))) is not None
                and not funding.undecided
            ]
        )


async def _differing(db: Reader, guild_id: int) -> list[Waiting]:
    """The orders in which the books are not what their provider lists."""
    order_ids = {one.order_id for one in await books_store.differing(db, guild_id)}
    return [
        Waiting("books-differ", await readable(orders.find(db, guild_id, order_id)))
        for order_id in sorted(order_ids)
    ]


def unmatched_id(payment: Unmatched) -> str:
    """The id of an unmatched payment in a button: an event id may be too long for one."""
    return hashlib.sha256(f"{payment.provider}:{payment.event_id}".encode()).hexdigest()[:20]


def came_back(facts: Sequence[Fact]) -> bool:
    """Did a refund fail that was not made again since, of money that is still held? Pure."""
    held_ids = {payment.object_id for payment, _ in held_payments(list(facts))}
    return any(
        fact.payment_id in held_ids
        and not any(
            other.kind is FactKind.REFUNDED and other.payment_id == fact.payment_id and other.at > fact.at
            for other in facts
        )
        for fact in facts
        if fact.kind is FactKind.REFUND_FAILED
    )
