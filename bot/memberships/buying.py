"""Buying: an order, a checkout at a provider, and looking again when no webhook comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import RetryLater, UserError
from bot.ids import new_id
from bot.memberships.model import Order, Price, Tier, Way
from bot.memberships.settle import Settling
from bot.memberships.state import State
from bot.memberships.store import orders, records
from bot.money import Money
from bot.payments.port import Checkout, Fact, Kind, Pace, PaymentProvider, Purchase
from bot.work import Job, Queue
from bot.work.worker import Later

FRESH = timedelta(minutes=5)
"""An open order with less time left than this is not offered again; a new one is made."""


@dataclass(frozen=True)
class Bill:
    """An order with the place to pay it. `play_money`: nothing real moves."""

    order: Order
    checkout: Checkout
    play_money: bool


class Buying:
    """Opens orders and keeps asking the provider about them."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        queue: Queue,
        providers: Mapping[str, PaymentProvider],
        settling: Settling,
        valid_for: timedelta,
        by_hand_for: timedelta,
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settling = settling
        self._valid_for = valid_for
        self._by_hand_for = by_hand_for
        self._looking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def plays(self, provider: str) -> bool:
        """Does this provider move play money?"""
        return provider in self._providers and self._providers[provider].play_money

    def providers_for(self, price: Price) -> list[PaymentProvider]:
        """Everyone who takes this price; the first one is taken when the member does not choose."""
        return [
            provider
            for provider in self._providers.values()
            if provider.supports(price.money, price.span.pace)
        ]

    def payable(self, price: Price) -> bool:
        """Can anybody pay this with what is set up now? A trial costs nothing."""
        return price.span.way is Way.TRIAL or bool(self.providers_for(price))

    def provider_for(self, price: Price, named: str | None = None) -> PaymentProvider:
        """The provider of that name, or the first one, if it takes this price. UserError when none does."""
        found = self.providers_for(price)
        if not found:
            raise UserError(
                "This server cannot take payments yet. Please tell its owner: a payment provider has to be set up."
            )
        chosen = [provider for provider in found if named in (None, provider.name)]
        if not chosen:
            raise UserError("This cannot be paid in that way any more. Choose another one.")
        return chosen[0]

    async def buy(self, tier: Tier, price: Price, user_id: int, provider: str | None = None) -> Bill:
        """Where to pay, at the provider of that name. An order that is open for the same is used again."""
        at = self.provider_for(price, provider)
        async with self._db.write() as tx:
            order = await self._open_order(tx, tier, price, user_id, at)
        point("order.created")
        return await self.bill(order)

    async def bill(self, order: Order) -> Bill:
        """The checkout of an open order; asking twice gives the same one. RetryLater when the provider is silent."""
        provider = self._providers.get(order.provider)
        if provider is None:
            raise RetryLater(f"the provider {order.provider} is off")
        async with self._db.read() as db:
            customer = await orders.customer_of(db, order.guild_id, order.user_id, provider.name)
        checkout = await provider.create_checkout(purchase(order, customer))
        point("order.checkout")
        async with self._db.write() as tx:
            await orders.set_ref(tx, order.guild_id, order.id, checkout.ref)
            await self._settling.judge(tx, await _again(tx, order))
            return Bill(await _again(tx, order), checkout, provider.play_money)

    async def look(self, order: Order) -> None:
        """Ask the provider what has happened, and settle what is new. RetryLater when it does not answer."""
        provider = self._providers.get(order.provider)
        if provider is None or order.ref is None:
            return
        # What was fetched first must be written first: a later look may show another phase of a subscription.
        async with self._looking.setdefault(order.id, asyncio.Lock()):
            told = await provider.fetch(order.ref)
            async with self._db.read() as db:
                if not await self._settling.is_news(db, order, told):
                    return
            async with self._db.write() as tx:
                await self._settling.follow(tx, await _again(tx, order), told)

    async def look_up(self, guild_id: int, order_id: int) -> bool:
        """Look at the order that a provider's notice was about; False when there is no such order."""
        async with self._db.read() as db:
            order = await orders.find(db, guild_id, order_id)
        if order is not None:
            await self.look(order)
        return order is not None

    async def expire(self, job: Job) -> None:
        """Work `order.expire`: look a last time, then close what was not paid. Money that comes later still counts."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is None or order.state not in (State.CREATED, State.PENDING):
            return
        now = self._clock.now()
        if now < order.expires_at:
            raise Later(order.expires_at)
        await self.look(order)
        over = Fact(
            Kind.EXPIRED, f"order:{order.id}", order.guild_id, order.id, order.ref or "-", order.price, now
        )
        async with self._db.write() as tx:
            await self._settling.settle(tx, order.provider, [over])

    async def _open_order(
        self, tx: Writer, tier: Tier, price: Price, user_id: int, at: PaymentProvider
    ) -> Order:
        now = self._clock.now()
        valid_for = self._by_hand_for if at.by_hand else self._valid_for
        for order in await orders.of_member(tx, tier.guild_id, user_id):
            waits = order.state in (State.CREATED, State.PENDING) and order.expires_at >= now + FRESH
            same = (order.tier.id, order.tier.terms, order.price, order.span, order.provider)
            if waits and same == (tier.id, tier.terms, price.money, price.span, at.name):
                return order
        renewal = price.money if price.span.pace is Pace.RECURRING else None
        order = Order(
            new_id(), tier.guild_id, user_id, tier, price.id, State.CREATED, at.name, None, price.span, price.money,
            renewal, Money(0, price.money.currency), None, None, None, now, now + valid_for,
        )  # fmt: skip
        await orders.add(tx, order)
        await records.note(tx, order.guild_id, now, user_id, "order.created", order.id, tier=str(tier.id))
        await self._queue.once(tx, "order.expire", order.guild_id, str(order.id), due=order.expires_at)
        return order


def purchase(order: Order, customer: str | None = None) -> Purchase:
    """An order as a provider is asked for it."""
    return Purchase(
        order.guild_id, order.id, order.price, order.tier.name, order.expires_at, order.user_id, order.span.pace,
        order.span.months, order.renewal, customer,
    )  # fmt: skip


async def _again(tx: Writer, order: Order) -> Order:
    found = await orders.find(tx, order.guild_id, order.id)
    assert found is not None  # noqa: S101 # orders are never deleted
    return found
