"""The owner's desk: every order, what needs the owner, what one order is made of, and where all the money is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.audit import AuditAction, Entry, reading, record
from bot.clock import Clock
from bot.db import Database, Reader
from bot.errors import Problem, UserError
from bot.ids import DISCORD_EPOCH
from bot.memberships.access.store import entitlements
from bot.memberships.backoffice import store as unmatched
from bot.memberships.backoffice.totals import Totals, totals
from bot.memberships.model import FOREVER, Entitlement, Order, OrderStatus, Search
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.refunds import held_payments
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders
from bot.memberships.orders.store.ledger import Booking
from bot.payments.port import Fact, FactKind, PaymentProvider, Unmatched, by_hand
from bot.work import Queue

PAGE = 10
ABOUT_MONEY = ("order.review", "order.refund", "order.settle", "order.expire")
CAME_BACK_FOR = timedelta(days=30)
"""A refund that came back is on the list so long, unless it is made again."""

UnmatchedPayments = Callable[[int], Awaitable[Sequence[Unmatched]]]
"""What providers reported about no order of this guild."""


@dataclass(frozen=True)
class Waiting:
    """Something that needs the owner: the finding says what to do, `problem` what the other side said."""

    finding: str
    order: Order | None
    problem: Problem | None = None

    @property
    def detail(self) -> str:
        """What the other side said, in the language of the source."""
        return self.problem.sentence if self.problem else ""


@dataclass(frozen=True, kw_only=True)
class OrderListing:
    """One page of orders, `number` of `pages` from 0. What needs the owner comes first, whatever was searched for."""

    search: Search
    number: int
    pages: int
    total: int
    orders: tuple[Order, ...]
    waiting: tuple[Waiting, ...]
    unmatched_payments: tuple[Unmatched, ...]


@dataclass(frozen=True, kw_only=True)
class OrderDetail:
    """Everything that is known about one order. `refundable`: something of it can be given back."""

    order: Order
    facts: tuple[Fact, ...]
    bookings: tuple[Booking, ...]
    entitlement: Entitlement | None
    notes: tuple[Entry, ...]
    refundable: bool
    by_hand: bool
    playing: bool


class Backoffice:
    """The verbs of /order that change no order."""

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
        """One page of the orders that fit; the last one when there are not so many."""
        unmatched_payments = await self.unmatched_payments(guild_id)
        async with self._db.read() as db:
            total = await orders.count(db, guild_id, search)
            pages = max(1, -(-total // PAGE))
            number = max(0, min(number, pages - 1))
            found = await orders.search(db, guild_id, search, PAGE, number * PAGE)
            waiting = await self._waiting(db, guild_id)
        return OrderListing(
            search=search,
            number=number,
            pages=pages,
            total=total,
            orders=tuple(found),
            waiting=tuple(waiting),
            unmatched_payments=tuple(unmatched_payments),
        )

    async def unmatched_payments(self, guild_id: int) -> list[Unmatched]:
        """What belongs to no order and was not looked into yet, newest first."""
        found = await self._unmatched_payments(guild_id)
        async with self._db.read() as db:
            closed = await unmatched.closed(db, guild_id, list(map(stray_id, found)))
        return [one for one in found if stray_id(one) not in closed]

    async def close_unmatched(self, guild_id: int, id_: str, actor: int, reason: str) -> None:
        """The owner has looked into it: it leaves the list, and the log says what became of it."""
        now = self._clock.now()
        found = [one for one in await self.unmatched_payments(guild_id) if stray_id(one) == id_]
        async with self._db.write() as tx:
            if not found or await unmatched.closed(tx, guild_id, [id_]):
                raise UserError("This is not on the list any more. /order list shows what is.")
            await unmatched.close(tx, guild_id, id_, found[0], actor=actor, reason=reason, now=now)
            await record(
                tx,
                guild_id=guild_id,
                at=now,
                actor=actor,
                action=AuditAction.STRAY_CLOSED,
                subject=guild_id,
                stray=id_,
                provider=found[0].provider,
                object=found[0].object_id,
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
        return OrderDetail(
            order=order,
            facts=tuple(sorted(facts, key=lambda fact: (fact.at, fact.object_id))),
            bookings=tuple(bookings),
            entitlement=entitlement,
            notes=tuple(notes),
            refundable=bool(held_payments(facts)),
            by_hand=by_hand(provider) is not None,
            playing=provider is not None and provider.play_money,
        )

    async def look_again(self, guild_id: int, number: str) -> OrderDetail:
        """Ask the provider what has happened, then show the order. RetryLater when it does not answer."""
        async with self._db.read() as db:
            order = await self.find(db, guild_id, number)
        await self._checkouts.refresh(order)
        return await self.detail(guild_id, number)

    async def totals(self, guild_id: int) -> list[Totals]:
        """Where all the money is, one line a currency."""
        async with self._db.read() as db:
            facts = await ledger.facts_by_order(db, guild_id)
            made = await orders.between(db, guild_id, DISCORD_EPOCH, FOREVER)
            booked = await ledger.balances(db, guild_id)
        clearing: Counter[str] = Counter()
        for account, sums in booked.items():
            if account.startswith("clearing:"):
                clearing.update({money.currency: money.amount for money in sums})
        paid = ((self._settlement.due(order), facts[order.id]) for order in made if order.id in facts)
        return totals(paid, clearing)

    async def choices(self, guild_id: int, states: Sequence[OrderStatus] = tuple(OrderStatus)) -> list[Order]:
        """Orders in these states to pick from, the latest hundred, newest first."""
        async with self._db.read() as db:
            return await orders.latest(db, guild_id, states, 100)

    async def unmarked(self, guild_id: int) -> list[Order]:
        """Orders that only the owner can mark as paid, newest first."""
        unreported = [name for name, provider in self._providers.items() if by_hand(provider)]
        open_ = [
            OrderStatus.CREATED,
            OrderStatus.PENDING,
            OrderStatus.EXPIRED,
            OrderStatus.CANCELLED,
            OrderStatus.REFUNDED,
        ]
        async with self._db.read() as db:
            return await orders.latest(db, guild_id, open_, 100, unreported)

    async def find(self, db: Reader, guild_id: int, number: str) -> Order:
        """The order of that number. UserError when there is none."""
        order = await orders.numbered(db, guild_id, number)
        if order is None:
            raise UserError("There is no such order here. Pick one from the list that appears while typing.")
        return order

    async def _waiting(self, db: Reader, guild_id: int) -> list[Waiting]:
        found: list[Waiting] = []
        seen: set[int] = set()
        for stuck in await self._queue.stuck(db, guild_id, ABOUT_MONEY):
            number = str(stuck.payload.get("order") or (stuck.key if stuck.kind != "order.settle" else ""))
            order = await orders.numbered(db, guild_id, number)
            seen |= {order.id} if order else set()
            found.append(Waiting(stuck.problem.finding, order, stuck.problem))
        in_review = await orders.latest(db, guild_id, [OrderStatus.REVIEW], 25)
        failed = await ledger.came_back(db, guild_id, self._clock.now() - CAME_BACK_FOR)
        facts = await ledger.facts_by_order(db, guild_id, {*failed, *(order.id for order in in_review)})
        for order in in_review:
            if (
                order.id not in seen
            ):  # judged just now, and its work has not run yet; or it is on its way back
                odd = order_state(self._settlement.due(order), facts.get(order.id, [])).odd
                found.append(Waiting("payment-mismatch" if odd else "refund-under-way", order))
        return found + [
            Waiting("refund-came-back", await orders.find(db, guild_id, order_id))
            for order_id in sorted(failed)
            if came_back(facts.get(order_id, []))
        ]


def stray_id(stray: Unmatched) -> str:
    """What a button calls it: an event's own name may be too long for one."""
    return hashlib.sha256(f"{stray.provider}:{stray.event_id}".encode()).hexdigest()[:20]


def came_back(facts: Sequence[Fact]) -> bool:
    """Did a refund fail that was not made again since, of money that is still here? Pure."""
    here = {payment.object_id for payment, _ in held_payments(list(facts))}
    return any(
        fact.payment_id in here
        and not any(
            other.kind is FactKind.REFUNDED and other.payment_id == fact.payment_id and other.at > fact.at
            for other in facts
        )
        for fact in facts
        if fact.kind is FactKind.REFUND_FAILED
    )
