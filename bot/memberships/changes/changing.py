"""Changing a membership: an upgrade at once, with credit for unused days; a downgrade when the present one ends.

From one subscription to another the provider makes the change and charges the stored card. Every other change is an
ordinary order, paid through its checkout.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.clock import Clock
from bot.crashpoints import point
from bot.db import Database
from bot.errors import NeedsAction, RetryLater, UserError
from bot.memberships.access.store import entitlements
from bot.memberships.changes.pricing import ChangePricing
from bot.memberships.changes.quote import GOOD_FOR, Quote
from bot.memberships.membership_actions import CONFIRM_CHANGE, ChangeDraft
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.checkouts import Checkouts, PendingOrder, purchase
from bot.memberships.orders.holdings import PlannedChange, planned_changes
from bot.memberships.orders.paying import paid_by_another
from bot.memberships.orders.purchasing import Activated, PurchaseChoice, Purchasing
from bot.memberships.orders.refunds import Refunds
from bot.memberships.orders.store import orders
from bot.payments.port import PaymentProvider, Phase, subscriptions_of
from bot.work import Job

LATE = timedelta(days=7)
"""How long after the period's end a change that the provider makes may still be paid."""


@dataclass(frozen=True)
class Undone:
    """A planned change that was taken back; what was `paid` for it is refunded."""

    order: Order
    paid: bool


class Changes:
    """Makes changes that were previewed, and takes back planned ones."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        pricing: ChangePricing,
        purchasing: Purchasing,
        checkouts: Checkouts,
        refunds: Refunds,
        providers: Mapping[str, PaymentProvider],
    ) -> None:
        self._db = db
        self._clock = clock
        self._pricing = pricing
        self._purchasing = purchasing
        self._checkouts = checkouts
        self._refunds = refunds
        self._providers = providers
        self._under_way: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def confirm(
        self, guild_id: int, user_id: int, promised: ChangeDraft, provider: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated | PlannedChange | Quote:
        """Make the previewed change; only a new quote when the preview is too old, or would be worse now."""
        now = self._clock.now()
        fresh = now - GOOD_FOR <= promised.at <= now
        at = promised.at if fresh else now
        quote = await self._pricing.quote(guild_id, user_id, promised.entitlement_id, promised.price_id, at)
        if not fresh or not quote.honours(promised):
            return replace(quote, worse=True)
        if not quote.by_provider:
            request = quote.order_request(user_id)
            return await self._purchasing.sell(
                request, provider, lambda name: CONFIRM_CHANGE.encode(promised, name)
            )
        old = quote.held.order
        subscription_provider = self._providers.get(old.provider) if old else None
        if subscription_provider is None:
            raise RetryLater("the provider of the subscription is off")
        request = quote.order_request(user_id, quote.held.entitlement.ends_at + LATE)
        order = await self._carry_out(
            await self._checkouts.open(request, subscription_provider, "order.change")
        )
        async with self._db.read() as db:
            entitlement = await entitlements.find(db, guild_id, order_id=order.id)
        return Activated(entitlement, order) if entitlement else PlannedChange(order, None, quote.starts_at)

    async def change(self, job: Job) -> None:
        """Work `order.change`: finish a change that a crash interrupted. One that the provider refuses is cancelled."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is not None:
            try:
                await self._carry_out(order)
            except UserError:
                return  # no command waits for an answer; /membership status shows the cancelled order

    async def undo(self, guild_id: int, user_id: int, order_id: int) -> Undone:
        """Take back a planned change. UserError when there is none, or when it has begun."""
        now = self._clock.now()
        async with self._db.read() as db:
            planned = await planned_changes(db, guild_id, user_id, now)
        change = next((change for change in planned if change.order.id == order_id), None)
        if change is None:
            raise _no_planned_change()
        if change.entitlement is not None and change.order.price.amount == 0:
            return Undone(await self._checkouts.withdraw(change.order), paid=False)
        if change.entitlement is not None:
            await self._refunds.ask(guild_id, str(order_id), user_id, "a planned change was taken back")
            return Undone(change.order, paid=True)
        order = await self._checkouts.cancel(change.order)
        if order.state is not OrderStatus.CANCELLED:
            raise _no_planned_change()
        return Undone(order, paid=False)

    async def _carry_out(self, order: Order) -> Order:
        """Have the provider change the subscription; asked twice, it changes once."""
        async with self._under_way.setdefault(order.id, asyncio.Lock()):
            async with self._db.read() as db:
                current = await orders.find(db, order.guild_id, order.id)
                old_id = order.replaces or order.follows
                entitlement = await entitlements.find(db, order.guild_id, id_=old_id) if old_id else None
                old = (
                    await orders.find(db, order.guild_id, entitlement.order_id)
                    if entitlement is not None and entitlement.order_id is not None
                    else None
                )
            if (
                current is None
                or current.state not in (OrderStatus.CREATED, OrderStatus.PENDING)
                or current.ref is not None
            ):
                return current or order
            if entitlement is not None and old is not None and old.user_id != order.user_id:
                await self._checkouts.cancel(order)
                raise paid_by_another(entitlement)  # a card is charged for nobody but its owner
            provider = self._providers.get(order.provider)
            if provider is None or old is None or old.ref is None:
                raise RetryLater(f"the provider {order.provider} is off")
            point("change.before_call")
            try:
                checkout = await subscriptions_of(provider).change(
                    old.ref, purchase(order, old.customer), at_once=order.replaces is not None
                )
            except UserError:
                await self._checkouts.cancel(order)
                raise
            except NeedsAction:
                await self._checkouts.refresh(old)
                async with self._db.read() as db:
                    refreshed = await orders.find(db, old.guild_id, old.id)
                if refreshed is None or refreshed.phase is not Phase.ENDED:
                    raise
                await self._checkouts.cancel(order)
                raise UserError(
                    "This subscription is over, so it cannot be changed. /membership buy begins a new one."
                ) from None
            point("change.after_call")
            return await self._checkouts.adopt_checkout(order, checkout.ref)


def _no_planned_change() -> UserError:
    return UserError(
        "There is no such change to take back: it has begun, or was taken back before. /membership status shows what you have."
    )
