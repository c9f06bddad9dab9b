"""Changing a membership: upwards at once, with credit for unused days; downwards when what one has ends.

A subscription that stays one is changed by its provider, which charges the card that it knows. Everything else is an
order like any other, paid behind a link.
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
from bot.memberships.buying import Bill, Buying, purchase
from bot.memberships.counter import Choice, Counter, Given
from bot.memberships.holdings import Planned, held_by, planned
from bot.memberships.membership_actions import CONFIRM_CHANGE, Draft
from bot.memberships.model import Order
from bot.memberships.quotes import GOOD_FOR, Quote
from bot.memberships.quoting import Quoting
from bot.memberships.refunds import Refunds
from bot.memberships.state import State
from bot.memberships.store import entitlements, orders
from bot.payments.port import PaymentProvider, Phase, subscriptions_of
from bot.work import Job

LATE = timedelta(days=7)
"""A change that a provider makes at a period's end may be paid so much later."""


@dataclass(frozen=True)
class Undone:
    """A planned change that was taken back: its money goes back, if some was paid."""

    order: Order
    paid: bool


class Changing:
    """Makes a change that was previewed, and takes back one that is still to come."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        quoting: Quoting,
        counter: Counter,
        buying: Buying,
        refunds: Refunds,
        providers: Mapping[str, PaymentProvider],
    ) -> None:
        self._db = db
        self._clock = clock
        self._quoting = quoting
        self._counter = counter
        self._buying = buying
        self._refunds = refunds
        self._providers = providers
        self._under_way: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def confirm(
        self, guild_id: int, user_id: int, promised: Draft, provider: str | None = None
    ) -> Bill | Choice | Given | Planned | Quote:
        """Do what was shown. A quote instead of it: the preview is too old, or would be worse now; nothing was done."""
        now = self._clock.now()
        fresh = now - GOOD_FOR <= promised.at <= now
        at = promised.at if fresh else now
        quote = await self._quoting.quote(guild_id, user_id, promised.right_id, promised.price_id, at)
        if not fresh or not quote.keeps(promised):
            return replace(quote, worse=True)
        if not quote.by_provider:
            wanted = quote.wish(user_id)
            return await self._counter.sell(
                wanted, provider, lambda name: CONFIRM_CHANGE.encode(promised, name)
            )
        old = quote.held.order
        known = self._providers.get(old.provider) if old else None
        if known is None:
            raise RetryLater("the provider of the subscription is off")
        wanted = quote.wish(user_id, quote.held.right.ends_at + LATE)
        order = await self._carry_out(await self._buying.open(wanted, known, "order.change"))
        async with self._db.read() as db:
            right = await entitlements.find(db, guild_id, order_id=order.id)
        return Given(right, order) if right else Planned(order, None, quote.starts_at)

    async def change(self, job: Job) -> None:
        """Work `order.change`: finish what a process that died had begun. What the provider refuses is over."""
        async with self._db.read() as db:
            order = await orders.find(db, job.guild_id, int(job.key))
        if order is not None:
            try:
                await self._carry_out(order)
            except UserError:
                return  # nobody waits for the sentence any more; /membership status shows that it was cancelled

    async def undo(self, guild_id: int, user_id: int, order_id: int) -> Undone:
        """Take back a planned change. UserError when there is none, or when it has begun."""
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await held_by(db, guild_id, user_id)
            ahead = await planned(db, guild_id, user_id, mine, now)
        found = next((one for one in ahead if one.order.id == order_id), None)
        if found is None:
            raise _begun()
        if found.right is not None and found.order.price.amount == 0:
            return Undone(await self._buying.withdraw(found.order), paid=False)
        if found.right is not None:
            await self._refunds.ask(guild_id, str(order_id), user_id, "a planned change was taken back")
            return Undone(found.order, paid=True)
        order = await self._buying.cancel(found.order)
        if order.state is not State.CANCELLED:
            raise _begun()
        return Undone(order, paid=False)

    async def _carry_out(self, order: Order) -> Order:
        """Let the provider change the subscription; asking it twice changes it once."""
        async with self._under_way.setdefault(order.id, asyncio.Lock()):
            async with self._db.read() as db:
                seen = await orders.find(db, order.guild_id, order.id)
                old_id = order.replaces or order.follows
                right = await entitlements.find(db, order.guild_id, id_=old_id) if old_id else None
                old = (
                    await orders.find(db, order.guild_id, right.order_id)
                    if right is not None and right.order_id is not None
                    else None
                )
                customer = await orders.customer_of(db, order.guild_id, order.user_id, order.provider)
            if seen is None or seen.state not in (State.CREATED, State.PENDING) or seen.ref is not None:
                return seen or order
            provider = self._providers.get(order.provider)
            if provider is None or old is None or old.ref is None:
                raise RetryLater(f"the provider {order.provider} is off")
            point("change.before_call")
            try:
                made = await subscriptions_of(provider).change(
                    old.ref, purchase(order, customer), at_once=order.replaces is not None
                )
            except UserError:
                await self._buying.cancel(order)
                raise
            except NeedsAction:
                await self._buying.look(old)
                async with self._db.read() as db:
                    over = await orders.find(db, old.guild_id, old.id)
                if over is None or over.phase is not Phase.ENDED:
                    raise
                await self._buying.cancel(order)
                raise UserError(
                    "This subscription is over, so it cannot be changed. /membership buy begins a new one."
                ) from None
            point("change.after_call")
            return await self._buying.took(order, made.ref)


def _begun() -> UserError:
    return UserError(
        "There is no such change to take back: it has begun, or was taken back before. /membership status shows what you have."
    )
