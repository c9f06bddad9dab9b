"""Reckoning a change: from which membership, at once or later, with how much credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import RetryLater, UserError
from bot.i18n import stamp
from bot.ids import new_id
from bot.memberships.counter import Choice, Counter
from bot.memberships.entitle import credited
from bot.memberships.holdings import Held, discount_of, held_by, planned, worth_left
from bot.memberships.membership_actions import CHANGE
from bot.memberships.model import FOREVER, Order, Price, Product, Tier, Way
from bot.memberships.purchases import allow, may_change
from bot.memberships.quotes import Quote
from bot.memberships.worth import SECOND, dearer, discounted, exchange
from bot.money import Money
from bot.names import means
from bot.payments.port import Pace, PaymentProvider, Purchase, subscriptions_of


class Quoting:
    """Says what a change would be. Nothing is stored, and nothing charged."""

    def __init__(
        self, db: Database, clock: Clock, counter: Counter, providers: Mapping[str, PaymentProvider]
    ) -> None:
        self._db = db
        self._clock = clock
        self._counter = counter
        self._providers = providers

    async def propose(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, instead: str | None = None
    ) -> Quote | Choice:
        """A change of what the member has (or of `instead`, a right's id) to this plan at this price."""
        product = await self._counter.product(guild_id, plan)
        return await self._propose(product, user_id, price, instead)

    async def press(self, guild_id: int, user_id: int, right_id: int, price_id: int) -> Quote | Choice:
        """The same from a button or a list, which know the right and the price."""
        product = await self._counter.sold(guild_id, price_id)
        return await self._propose(product, user_id, str(price_id), str(right_id))

    async def choices(self, guild_id: int, user_id: int) -> list[Held]:
        """What the member could exchange."""
        now = self._clock.now()
        async with self._db.read() as db:
            return [one for one in await held_by(db, guild_id, user_id) if one.runs(now)]

    async def quote(self, guild_id: int, user_id: int, right_id: int, price_id: int, at: datetime) -> Quote:
        """The change of this right to this price, its credit reckoned from `at`. UserError when it cannot be had."""
        product = await self._counter.sold(guild_id, price_id)
        price = await self._counter.price_of(product, str(price_id))
        assert price is not None  # noqa: S101 # it was named
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await held_by(db, guild_id, user_id)
            ahead = await planned(db, guild_id, user_id, mine, now)
        held = next((one for one in mine if one.right.id == right_id and one.runs(now)), None)
        if held is None:
            raise UserError(
                "The membership that you wanted to change is over or was changed meanwhile. /membership status shows what you have."
            )
        order = may_change(held, ahead, now)
        _differs(held, order, product.tier, price)
        beside = [one for one in mine if one.right.tier.id != held.right.tier.id]
        if product.tier.id != held.right.tier.id:
            allow(product.tier, price.span, beside, ahead, now)
        if held.subscribed and price.span.pace is Pace.RECURRING:
            return await self._of_subscription(held, order, product.tier, price, user_id, now)
        percent = discount_of(beside, product.tier.id, now)
        return await self._of_order(
            held=held, order=order, tier=product.tier, price=price, mine=mine, percent=percent, at=at
        )

    async def _propose(
        self, product: Product, user_id: int, price: str | None, instead: str | None
    ) -> Quote | Choice:
        chosen = await self._counter.price_of(product, price)
        guild_id, now = product.tier.guild_id, self._clock.now()
        async with self._db.read() as db:
            mine = await held_by(db, guild_id, user_id)
            ahead = await planned(db, guild_id, user_id, mine, now)
        held = _which([one for one in mine if one.runs(now)], product.tier, instead)
        may_change(held, ahead, now)
        if chosen is None:
            prices = tuple(one for one in product.prices if one.span.way is not Way.TRIAL)
            return Choice(product.tier, prices, tuple(CHANGE.encode(held.right.id, one.id) for one in prices))
        return await self.quote(guild_id, user_id, held.right.id, chosen.id, now)

    async def _of_subscription(
        self, held: Held, order: Order, tier: Tier, price: Price, user_id: int, now: datetime
    ) -> Quote:
        """The provider reckons what is due now. What would be nothing, or less, waits for the period's end."""
        provider = self._providers.get(order.provider)
        if provider is None or order.ref is None:
            raise RetryLater(f"the provider {order.provider} is off")
        if price.money.currency != order.price.currency or not provider.supports(price.money, Pace.RECURRING):
            raise UserError(
                "Your subscription is in {currency}, and that cannot change. Choose a price in it.",
                currency=order.price.currency,
            )
        later = Quote(
            held=held,
            tier=tier,
            price=price,
            now=False,
            by_provider=True,
            at=now,
            starts_at=held.right.ends_at,
            ends_at=price.span.end(held.right.ends_at),
            due=price.money,
        )
        if not dearer(price, held.right, order, now):
            return later
        asked = Purchase(
            guild_id=tier.guild_id,
            order_id=0,
            money=Money(0, price.money.currency),
            title=tier.name,
            expires_at=now,
            user_id=user_id,
            pace=Pace.RECURRING,
            months=price.span.months,
            renewal=price.money,
        )
        due = await subscriptions_of(provider).quote_change(order.ref, asked)
        if due.amount == 0:
            return later
        same_rhythm = price.span == order.span
        ends = held.right.ends_at if same_rhythm else price.span.end(now)
        credit = max(0, price.money.amount - due.amount)
        return Quote(
            held=held,
            tier=tier,
            price=price,
            now=True,
            by_provider=True,
            at=now,
            starts_at=now,
            ends_at=ends,
            due=due,
            credit=credit,
        )

    async def _of_order(
        self,
        *,
        held: Held,
        order: Order,
        tier: Tier,
        price: Price,
        mine: Sequence[Held],
        percent: int,
        at: datetime,
    ) -> Quote:
        right, span, now = held.right, price.span, self._clock.now()
        async with self._db.read() as db:
            exchanged = await credited(db, right.guild_id, right.user_id, right.id, new_id(), now)
            credit = sum([await worth_left(db, one, at) for one in exchanged])
        base = discounted(price.money, percent)
        off = price.money.amount - base.amount
        same_money = price.money.currency == order.price.currency
        recurring = span.pace is Pace.RECURRING
        if same_money and (recurring or dearer(price, right, order, at)):
            ends = span.end(at)
            made = exchange(base, credit, None if span.way is Way.LIFETIME or recurring else ends - at)
            if recurring and made.due == 0:
                raise UserError(
                    "Your unused days are worth more than the first payment, and a subscription cannot begin with nothing. "
                    "Choose a price that does not renew, or wait until {when}.",
                    when=stamp(right.ends_at, "D"),
                )
            return Quote(
                held=held,
                tier=tier,
                price=price,
                now=True,
                by_provider=False,
                at=at,
                starts_at=at,
                ends_at=min(ends + made.extra * SECOND, FOREVER),
                due=Money(made.due, base.currency),
                credit=made.used,
                discount=off,
                extra=made.extra,
                lost=made.lost,
            )
        if recurring:
            raise UserError(
                "A subscription begins at once, and unused days in {currency} cannot be counted there. Buy it when {plan} is over.",
                currency=order.price.currency,
                plan=plain(right.tier.name),
            )
        last = max(exchanged, key=lambda one: one.ends_at)
        held = next(one for one in mine if one.right.id == last.id)
        return Quote(
            held=held,
            tier=tier,
            price=price,
            now=False,
            by_provider=False,
            at=at,
            starts_at=last.ends_at,
            ends_at=span.end(last.ends_at),
            due=base,
            discount=off,
        )


def _which(running: Sequence[Held], tier: Tier, instead: str | None) -> Held:
    """The membership that is to change: the one that was named, the one of the same tier, or the only one."""
    if instead is not None:
        named = [one for one in running if means(instead, one.right.id, one.right.tier.name)]
        if not named:
            raise UserError("You have no such membership. Pick one from the list that appears while typing.")
        return named[-1]
    if not running:
        raise UserError("You have no membership that could be changed. /membership buy begins one.")
    same = [one for one in running if one.right.tier.id == tier.id]
    if same:
        return same[-1]
    if len({one.right.tier.id for one in running}) > 1:
        raise UserError(
            "You have several memberships. Say which one is to change: fill in the option “instead”."
        )
    return next((one for one in running if one.order is not None), running[0])


def _differs(held: Held, order: Order, tier: Tier, price: Price) -> None:
    """UserError when the change would be none."""
    plan = plain(tier.name)
    if price.span.way is Way.TRIAL:
        raise UserError("A trial is for those who have nothing yet. Choose one of the other prices.")
    if tier.id != held.right.tier.id:
        return
    if held.subscribed and price.span == order.span:
        raise UserError("This is what you have: {plan} renews by itself at this rhythm.", plan=plan)
    if not held.subscribed and price.span.way in (Way.ONCE, Way.PREPAID):
        raise UserError("You have {plan} already. Buying it with /membership buy adds the days.", plan=plan)
