"""Buying: an order, a checkout at a provider, and looking again when no webhook comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.audit import Action, record
from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database, Reader, Writer
from bot.errors import RetryLater, UserError
from bot.ids import new_id
from bot.memberships.admission import seat, still_there
from bot.memberships.entitle import before_it
from bot.memberships.model import Order, Price, Tier, Way, Wish
from bot.memberships.settle import Settling
from bot.memberships.state import State
from bot.memberships.store import orders
from bot.money import Money
from bot.payments.port import Checkout, Fact, Kind, Pace, PaymentProvider, Purchase, by_hand
from bot.work import Job, Queue
from bot.work.worker import Later

FRESH = timedelta(minutes=5)
"""An open order with less time left than this is not offered again; a new one is made."""
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class Bill:
    """An order with the place to pay it. `play_money`: nothing real moves. `begins`: not at once, but then."""

    order: Order
    checkout: Checkout
    play_money: bool
    begins: datetime | None = None


class Buying:
    """Opens orders and keeps asking the provider about them."""

    def __init__(
        self,
        *,
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
        self._looking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    def plays(self, provider: str) -> bool:
        """Does this provider move play money?"""
        return provider in self._providers and self._providers[provider].play_money

    def providers_for(self, price: Price, due: Money | None = None) -> list[PaymentProvider]:
        """Everyone who takes this price, and what is `due` of it; the first one is taken when the member does not choose."""
        asked = [price.money, *([due] if due is not None and due.amount else [])]
        return [
            provider
            for provider in self._providers.values()
            if all(provider.supports(money, price.span.pace) for money in asked)
        ]

    def payable(self, price: Price) -> bool:
        """Can anybody pay this with what is set up now? A trial costs nothing."""
        return price.span.way is Way.TRIAL or bool(self.providers_for(price))

    def provider_for(
        self, price: Price, named: str | None = None, due: Money | None = None
    ) -> PaymentProvider:
        """The provider of that name, or the first one, if it takes this price. UserError when none does."""
        found = self.providers_for(price, due)
        if not found:
            if due is not None and self.providers_for(price):
                raise UserError(
                    "{due} is left to pay, and no provider here takes so little. Choose another price, or wait until your present membership is over.",
                    due=f"{due.decimal()} {due.currency}",
                )
            raise UserError(
                "This server cannot take payments yet. Please tell its owner: a payment provider has to be set up."
            )
        chosen = [provider for provider in found if named in (None, provider.name)]
        if not chosen:
            raise UserError("This cannot be paid in that way any more. Choose another one.")
        return chosen[0]

    async def buy(self, tier: Tier, price: Price, user_id: int, provider: str | None = None) -> Bill:
        """Where to pay the price, at the provider of that name. An order that is open for the same is used again."""
        order = await self.open(
            Wish(tier=tier, price=price, user_id=user_id, due=price.money), self.provider_for(price, provider)
        )
        return await self.bill(order)

    async def open(self, wish: Wish, at: PaymentProvider, work: str | None = None) -> Order:
        """An order for this at that provider: the one that is open for the same, or a new one; `work` is asked for with it.

        One for which nothing is due is paid at once. UserError when the tier is sold out.
        """
        async with self._db.write() as tx:
            order = await self._open_order(tx, wish, at)
            if order.price.amount == 0:
                await self._settling.judge(tx, order)
                order = await _again(tx, order)
            elif work is not None:  # should this process die before it is done
                due = self._clock.now() + SOON
                await self._queue.again(tx, work, order.guild_id, str(order.id), due=due)
        point("order.created")
        return order

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
            before = await before_it(tx, order, self._clock.now())
            ends = [right.ends_at for right in before if not right.forever]
            begins = None if order.renewal else max(ends, default=None)
            return Bill(await _again(tx, order), checkout, provider.play_money, begins)

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
        """Work `order.expire`: close the checkout, look a last time, then close the order.

        Money that was on its way and comes later still counts.
        """
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is None or order.state not in (State.CREATED, State.PENDING):
            return
        now = self._clock.now()
        if now < order.expires_at:
            raise Later(order.expires_at)
        provider = self._providers.get(order.provider)
        if provider is not None and order.ref is not None:
            await provider.close_checkout(order.ref)
        await self.look(order)
        await self._close(order, Kind.EXPIRED)

    async def cancel(self, order: Order) -> Order:
        """Take no more money for an order that was not paid; how it stands then: somebody may just have paid."""
        provider = self._providers.get(order.provider)
        if provider is not None and order.ref is not None:
            await provider.close_checkout(order.ref)
            await self.look(order)
        return await self._close(order, Kind.CANCELLED)

    async def withdraw(self, order: Order) -> Order:
        """Take back what was had for nothing: no money can go back, so the order is cancelled and its right ends."""
        order = await self._close(order, Kind.CANCELLED)
        async with self._db.write() as tx:
            await self._settling.reject(tx, order, "taken back")
            return await _again(tx, order)

    async def took(self, order: Order, ref: str) -> Order:
        """The provider has what it needs under this ref: look what it makes of it."""
        async with self._db.write() as tx:
            await orders.set_ref(tx, order.guild_id, order.id, ref)
            await self._settling.judge(tx, await _again(tx, order))
            order = await _again(tx, order)
        await self.look(order)
        async with self._db.read() as db:
            return await _again(db, order)

    async def _close(self, order: Order, kind: Kind) -> Order:
        now = self._clock.now()
        over = Fact(
            kind=kind,
            object_id=f"order:{order.id}",
            guild_id=order.guild_id,
            order_id=order.id,
            ref=order.ref or "-",
            money=order.price,
            at=now,
        )
        async with self._db.write() as tx:
            await self._settling.settle(tx, order.provider, [over])
            return await _again(tx, order)

    async def _open_order(self, tx: Writer, wish: Wish, at: PaymentProvider) -> Order:
        now, tier, price = self._clock.now(), wish.tier, wish.price
        for order in await orders.begun(tx, tier.guild_id, wish.user_id):
            if order.expires_at >= now + FRESH and _is_same(order, wish, at):
                return order
        await seat(tx, tier, wish.user_id, now)
        if wish.replaces is not None:
            await still_there(tx, tier.guild_id, wish.user_id, wish.replaces, now)
        waiting = by_hand(at)
        valid_for = waiting.valid_for if waiting else self._valid_for
        renewal = price.money if price.span.pace is Pace.RECURRING else None
        order = Order(
            id=new_id(),
            guild_id=tier.guild_id,
            user_id=wish.user_id,
            tier=tier,
            price_id=price.id,
            state=State.CREATED,
            provider=at.name,
            ref=None,
            span=price.span,
            price=wish.due,
            renewal=renewal,
            credit=Money(wish.credit, price.money.currency),
            replaces=wish.replaces,
            follows=wish.follows,
            phase=None,
            created_at=now,
            expires_at=wish.until or now + valid_for,
            discount=wish.discount,
            extra=wish.extra,
        )
        await orders.add(tx, order)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=wish.user_id,
            action=Action.ORDER_CREATED,
            subject=order.id,
            tier=str(tier.id),
        )
        await self._queue.once(tx, "order.expire", order.guild_id, str(order.id), due=order.expires_at)
        return order


def purchase(order: Order, customer: str | None = None) -> Purchase:
    """An order as a provider is asked for it."""
    return Purchase(
        guild_id=order.guild_id,
        order_id=order.id,
        money=order.price,
        title=order.tier.name,
        expires_at=order.expires_at,
        user_id=order.user_id,
        pace=order.span.pace,
        months=order.span.months,
        renewal=order.renewal,
        customer=customer,
    )


def _is_same(order: Order, wish: Wish, at: PaymentProvider) -> bool:
    """Is this open order for the same, under the same terms, at the same price?"""
    known = (
        order.tier.id, order.tier.terms, order.span, order.provider, order.price, order.credit.amount,
        order.discount, order.extra, order.replaces, order.follows,
    )  # fmt: skip
    return known == (
        wish.tier.id, wish.tier.terms, wish.price.span, at.name, wish.due, wish.credit,
        wish.discount, wish.extra, wish.replaces, wish.follows,
    )  # fmt: skip


async def _again(db: Reader, order: Order) -> Order:
    found = await orders.find(db, order.guild_id, order.id)
    assert found is not None  # noqa: S101 # orders are never deleted
    return found
