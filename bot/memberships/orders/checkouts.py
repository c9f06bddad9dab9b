"""Buying: an order, a checkout at a provider, and looking again when no webhook comes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.audit import AuditAction, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader, Writer
from bot.errors import RetryLater, UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import preceding
from bot.memberships.model import BillingKind, Order, OrderRequest, OrderStatus, Parts, Price, Refusal, Tier
from bot.memberships.orders.admission import exclude_each_other, require_replaceable, require_seat
from bot.memberships.orders.item_openings import ItemOpenings
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.settlement import Settlement, our_fact
from bot.memberships.orders.store import ledger, orders
from bot.money import Money
from bot.payments.port import Checkout, FactKind, PaymentProvider, Purchase, Recurrence, by_hand
from bot.work import Job, Queue
from bot.work.worker import Reschedule

FRESH = timedelta(minutes=5)
"""An open order with less time left than this is not reused; a new one is made."""
SOON = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class PendingOrder:
    """An order with the checkout that pays it. `play_money`: nothing real moves. `begins`: the start, if not at once.

    `parts` are what was noted by hand; `overdue`: the time to pay is over, and a part of the money is here.
    `receipt` is the address of a subscription's page, which shows and ends it. `opened_by` are the memberships with
    which the member can open the item already.
    """

    order: Order
    checkout: Checkout
    play_money: bool
    begins: datetime | None = None
    parts: Parts | None = None
    overdue: bool = False
    receipt: str | None = None
    opened_by: tuple[str, ...] = ()

    @property
    def due(self) -> Money:
        """What is to be paid now: the price, or the part of it that is still open."""
        return self.parts.missing if self.parts is not None else self.order.price


class Checkouts:
    """Opens orders, asks the provider about them, and closes them."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settlement: Settlement,
        valid_for: timedelta,
        receipt_page: Callable[[Order], str | None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settlement = settlement
        self._valid_for = valid_for
        self._receipt_page = receipt_page
        self.item_openings = ItemOpenings(db, clock)
        self._refreshing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def is_play_money(self, provider: str) -> bool:
        """Does this provider move play money?"""
        return provider in self._providers and self._providers[provider].play_money

    def providers_for(self, price: Price, due: Money | None = None) -> list[PaymentProvider]:
        """The providers that accept this price, and what is `due` of it; the first is the default."""
        amounts = [price.money, *([due] if due is not None and due.amount else [])]
        return [
            provider
            for provider in self._providers.values()
            if all(provider.supports(money, price.duration.recurrence) for money in amounts)
        ]

    def payable(self, price: Price) -> bool:
        """Does any provider accept this price? A trial costs nothing and needs none."""
        return price.duration.kind is BillingKind.TRIAL or bool(self.providers_for(price))

    def provider_for(
        self, price: Price, named: str | None = None, due: Money | None = None
    ) -> PaymentProvider:
        """The provider of that name, or the first that accepts this price. UserError when none does."""
        providers = self.providers_for(price, due)
        if not providers:
            if due is not None and self.providers_for(price):
                raise UserError(
                    "{due} is left to pay, and no provider here takes so little. Choose another price, or wait until your present membership is over.",
                    due=due,
                )
            raise UserError(
                "This server cannot take payments yet. Please tell its owner: a payment provider has to be set up."
            )
        chosen = [provider for provider in providers if named in (None, provider.name)]
        if not chosen:
            raise UserError("This cannot be paid in that way any more. Choose another one.")
        return chosen[0]

    async def buy(self, tier: Tier, price: Price, user_id: int, provider: str | None = None) -> PendingOrder:
        """Where to pay this price, at the provider of that name. An open order for the same is reused."""
        order = await self.open(
            OrderRequest(tier=tier, price=price, user_id=user_id, due=price.money),
            self.provider_for(price, provider),
        )
        return await self.pending_order(order)

    async def open(self, request: OrderRequest, provider: PaymentProvider, work: str | None = None) -> Order:
        """The open order for this request at this provider, or a new one; `work` is queued with it.

        An order with nothing due counts as paid at once. UserError when the tier is sold out.
        """
        async with self._db.write() as tx:
            order = await self._open_order(tx, request, provider)
            if order.price.amount == 0:
                await self._settlement.recompute(tx, order)
                order = await _reload(tx, order)
                if order.refused is not None:  # rolls back: nothing was ordered
                    raise UserError(
                        "Your memberships have changed just now, so nothing was started. /membership status shows what you have."
                    )
            elif work is not None:  # in case this process dies before the work is done
                due = self._clock.now() + SOON
                await self._queue.enqueue(tx, work, order.guild_id, str(order.id), due=due)
        point("order.created")
        return order

    async def pending_order(self, order: Order) -> PendingOrder:
        """An open order with its checkout, the same each time. RetryLater when the provider does not answer."""
        provider = self._providers.get(order.provider)
        if provider is None:
            raise RetryLater(f"the provider {order.provider} is off")
        async with self._db.read() as db:
            customer = await orders.customer_of(db, order.guild_id, order.user_id, provider.name)
            parts = await self.parts(db, order)
        opened_by = await self.item_openings.memberships(order.tier, order.user_id)
        asked = purchase(order, customer)
        checkout = await provider.create_checkout(replace(asked, money=parts.missing) if parts else asked)
        point("order.checkout")
        async with self._db.write() as tx:
            await orders.set_ref(tx, order.guild_id, order.id, checkout.ref)
            await self._settlement.recompute(tx, await _reload(tx, order))
            if (
                await _reload(tx, order)
            ).state is OrderStatus.CANCELLED:  # meanwhile, and its checkout is open now
                await self._queue.enqueue(tx, "order.close", order.guild_id, str(order.id))
            before = await preceding(tx, order, self._clock.now())
            ends = [entitlement.ends_at for entitlement in before if not entitlement.forever]
            begins = None if order.renewal else max(ends, default=None)
            overdue = parts is not None and parts.incomplete and self._clock.now() >= order.expires_at
            order = await _reload(tx, order)
            receipt = self._receipt_page(order) if order.renewal else None
            return PendingOrder(
                order=order,
                checkout=checkout,
                play_money=provider.play_money,
                begins=begins,
                parts=parts,
                overdue=overdue,
                receipt=receipt,
                opened_by=opened_by,
            )

    async def parts(self, db: Reader, order: Order) -> Parts | None:
        """What was noted by hand for an order; None when its provider reports payments by itself."""
        due = self._settlement.due(order)
        if not due.in_parts:
            return None
        return order_state(due, await ledger.facts(db, order.guild_id, order.id)).parts

    async def refresh(self, order: Order) -> None:
        """Fetch the order from its provider and settle what is new. RetryLater when the provider does not answer."""
        provider = self._providers.get(order.provider)
        if provider is None or order.ref is None:
            return
        # Snapshots are written in the order they were fetched: a later one may show another phase of the subscription.
        async with self._refreshing.setdefault(order.id, asyncio.Lock()):
            snapshot = await provider.fetch(order.ref)
            async with self._db.read() as db:
                if not await self._settlement.is_news(db, order, snapshot):
                    return
            async with self._db.write() as tx:
                await self._settlement.apply_snapshot(tx, await _reload(tx, order), snapshot)

    async def look_up(self, guild_id: int, order_id: int) -> bool:
        """Refresh the order that a provider's notice was about; False when there is no such order."""
        async with self._db.read() as db:
            order = await orders.find(db, guild_id, order_id)
        if order is not None:
            await self.refresh(order)
        return order is not None

    async def expire(self, job: Job) -> None:
        """Work `order.expire`: close the checkout, refresh a last time, then close the order.

        A payment that arrives later still counts. An order of which a part was paid stays open: what becomes of that
        money is for the owner to say (`Refunds.review`).
        """
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
            parts = await self.parts(db, order) if order is not None else None
        if order is None or order.state not in (OrderStatus.CREATED, OrderStatus.PENDING):
            return
        now = self._clock.now()
        if now < order.expires_at:
            raise Reschedule(order.expires_at)
        if parts is not None and parts.incomplete:
            return
        provider = self._providers.get(order.provider)
        if provider is not None and order.ref is not None:
            await provider.close_checkout(order.ref)
        await self.refresh(order)
        await self._close(order, FactKind.EXPIRED)

    async def cancel(self, order: Order) -> Order:
        """Close an unpaid order; the order as it is then, because somebody may just have paid."""
        provider = self._providers.get(order.provider)
        if provider is not None and order.ref is not None:
            await provider.close_checkout(order.ref)
            await self.refresh(order)
        return await self._close(order, FactKind.CANCELLED)

    async def close(self, job: Job) -> None:
        """Work `order.close`: take no more money for a cancelled order."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        provider = self._providers.get(order.provider) if order is not None else None
        if order is None or provider is None or order.ref is None or order.state is not OrderStatus.CANCELLED:
            return
        await provider.close_checkout(order.ref)
        await self.refresh(order)

    async def withdraw(self, order: Order) -> Order:
        """Cancel an order that cost nothing: there is no money to refund, so its entitlement just ends."""
        order = await self._close(order, FactKind.CANCELLED)
        async with self._db.write() as tx:
            await self._settlement.reject(tx, order, Refusal.TAKEN_BACK)
            return await _reload(tx, order)

    async def adopt_checkout(self, order: Order, ref: str) -> Order:
        """Store the checkout that the provider made for this order, and refresh the order from it."""
        async with self._db.write() as tx:
            await orders.set_ref(tx, order.guild_id, order.id, ref)
            await self._settlement.recompute(tx, await _reload(tx, order))
            order = await _reload(tx, order)
        await self.refresh(order)
        async with self._db.read() as db:
            return await _reload(db, order)

    async def _close(self, order: Order, kind: FactKind) -> Order:
        fact = our_fact(order, kind, self._clock.now())
        async with self._db.write() as tx:
            await self._settlement.settle(tx, order.provider, [fact])
            return await _reload(tx, order)

    async def _open_order(self, tx: Writer, request: OrderRequest, provider: PaymentProvider) -> Order:
        now, tier, price = self._clock.now(), request.tier, request.price
        for order in await orders.open_orders(tx, tier.guild_id, request.user_id):
            if order.expires_at >= now + FRESH and _is_same(order, request, provider):
                return order
        await require_seat(tx, tier, request.user_id, now)
        if request.replaces is not None:
            await require_replaceable(tx, tier.guild_id, request.user_id, request.replaces, now)
        offline = by_hand(provider)
        valid_for = offline.valid_for if offline else self._valid_for
        renewal = price.money if price.duration.recurrence is Recurrence.RECURRING else None
        order = Order(
            id=new_id(),
            guild_id=tier.guild_id,
            user_id=request.user_id,
            tier=tier,
            price_id=price.id,
            state=OrderStatus.CREATED,
            provider=provider.name,
            ref=None,
            duration=price.duration,
            price=request.due,
            renewal=renewal,
            credit=Money(request.credit, price.money.currency),
            replaces=request.replaces,
            follows=request.follows,
            phase=None,
            created_at=now,
            expires_at=request.until or now + valid_for,
            discount=request.discount,
            discounted_by=request.discounted_by,
            extra=request.extra,
        )
        await self._close_others(tx, order)
        await orders.add(tx, order)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=request.user_id,
            action=AuditAction.ORDER_CREATED,
            subject=order.id,
            tier=str(tier.id),
        )
        await self._queue.enqueue_once(
            tx, "order.expire", order.guild_id, str(order.id), due=order.expires_at
        )
        return order

    async def _close_others(self, tx: Writer, order: Order) -> None:
        """Cancel the member's open orders that could not be fulfilled beside this one.

        Money that a person sends by hand may be on its way already, so those orders stay open until this one is paid;
        a change that the provider makes at the period's end is taken back by the member only.
        """
        for other in await orders.open_orders(tx, order.guild_id, order.user_id):
            left_to_provider = other.follows is not None and other.renewal is not None
            if (
                not left_to_provider
                and not by_hand(self._providers.get(other.provider))
                and exclude_each_other(order, other, self._clock.now())
            ):
                await self._settlement.cancel(tx, other)


def purchase(order: Order, customer: str | None = None) -> Purchase:
    """The order as providers take it."""
    return Purchase(
        guild_id=order.guild_id,
        order_id=order.id,
        money=order.price,
        title=order.tier.name,
        expires_at=order.expires_at,
        user_id=order.user_id,
        recurrence=order.duration.recurrence,
        months=order.duration.months,
        renewal=order.renewal,
        customer=customer,
    )


def _is_same(order: Order, request: OrderRequest, provider: PaymentProvider) -> bool:
    """Is this open order for the same tier, terms, price and provider as the request?"""
    known = (
        order.tier.id,
        order.tier.terms,
        order.duration,
        order.provider,
        order.price,
        order.credit.amount,
        order.discount,
        order.discounted_by,
        order.extra,
        order.replaces,
        order.follows,
    )
    return known == (
        request.tier.id,
        request.tier.terms,
        request.price.duration,
        provider.name,
        request.due,
        request.credit,
        request.discount,
        request.discounted_by,
        request.extra,
        request.replaces,
        request.follows,
    )


async def _reload(db: Reader, order: Order) -> Order:
    reloaded = await orders.find(db, order.guild_id, order.id)
    assert reloaded is not None  # noqa: S101 # orders are never deleted
    return reloaded
