"""Buying: an order, a checkout at a provider, and looking again when no webhook comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Writer
from bot.errors import RetryLater, UserError
from bot.ids import new_id
from bot.memberships.model import Order, Tier
from bot.memberships.settle import Settling
from bot.memberships.state import State
from bot.memberships.store import books, orders, records
from bot.payments.port import Checkout, Fact, Kind, PaymentProvider, Purchase
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
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._providers = providers
        self._settling = settling
        self._valid_for = valid_for

    def plays(self, provider: str) -> bool:
        """Does this provider move play money?"""
        return provider in self._providers and self._providers[provider].play_money

    def provider_for(self, tier: Tier) -> PaymentProvider:
        """The first provider that takes this price. UserError when none is set up."""
        for provider in self._providers.values():
            if provider.supports(tier.price):
                return provider
        raise UserError(
            "This server cannot take payments yet. Please tell its owner: a payment provider has to be set up."
        )

    async def buy(self, tier: Tier, user_id: int) -> Bill:
        """Where to pay. An order of this member that is open for the same tier and price is used again."""
        provider = self.provider_for(tier)
        async with self._db.write() as tx:
            order = await self._open_order(tx, tier, user_id, provider.name)
        point("order.created")
        return await self.bill(order)

    async def bill(self, order: Order) -> Bill:
        """The checkout of an open order; asking twice gives the same one. RetryLater when the provider is silent."""
        provider = self._providers.get(order.provider)
        if provider is None:
            raise RetryLater(f"the provider {order.provider} is off")
        checkout = await provider.create_checkout(
            Purchase(order.guild_id, order.id, order.price, order.tier.name, order.expires_at)
        )
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
        told = await provider.fetch(order.ref)
        async with self._db.read() as db:
            known = {(fact.kind, fact.object_id) for fact in await books.facts(db, order.guild_id, order.id)}
        fresh = [fact for fact in told if (fact.kind, fact.object_id) not in known]
        if fresh:
            async with self._db.write() as tx:
                await self._settling.settle(tx, order.provider, fresh)

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

    async def _open_order(self, tx: Writer, tier: Tier, user_id: int, provider: str) -> Order:
        now = self._clock.now()
        for order in await orders.of_member(tx, tier.guild_id, user_id):
            waits = order.state in (State.CREATED, State.PENDING) and order.expires_at >= now + FRESH
            same = (order.tier.id, order.price, order.days, order.provider)
            if waits and same == (tier.id, tier.price, tier.days, provider):
                return order
        order = Order(
            new_id(), tier.guild_id, user_id, tier, State.CREATED, provider, None, tier.price, tier.days,
            now, now + self._valid_for,
        )  # fmt: skip
        await orders.add(tx, order)
        await records.note(tx, order.guild_id, now, user_id, "order.created", order.id, tier=str(tier.id))
        await self._queue.once(tx, "order.expire", order.guild_id, str(order.id), due=order.expires_at)
        return order


async def _again(tx: Writer, order: Order) -> Order:
    found = await orders.find(tx, order.guild_id, order.id)
    assert found is not None  # noqa: S101 # orders are never deleted
    return found
