"""Pricing a change: from which membership, at once or later, with how much credit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo

from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import RetryLater, UserError
from bot.i18n import stamp
from bot.ids import new_id
from bot.memberships.access.entitlements import credited
from bot.memberships.changes.quote import Quote
from bot.memberships.membership_actions import CHANGE
from bot.memberships.model import FOREVER, BillingKind, Order, Price, Product, Tier
from bot.memberships.orders.discounts import Discount, require_single
from bot.memberships.orders.eligibility import changeable_order, require_eligible
from bot.memberships.orders.holdings import (
    OwnedMembership,
    discount_of,
    is_disputed,
    owned_by,
    planned_changes,
    unused_value,
)
from bot.memberships.orders.paying import moved_away, paid_by, paid_by_another
from bot.memberships.orders.proration import SECOND, costs_more, discounted, exchange
from bot.memberships.orders.purchasing import PurchaseChoice, Purchasing
from bot.money import Money
from bot.names import means
from bot.payments.port import PaymentProvider, Purchase, Recurrence, subscriptions_of


class ChangePricing:
    """Quotes changes. Nothing is stored, and nothing charged."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        purchasing: Purchasing,
        providers: Mapping[str, PaymentProvider],
        zone: tzinfo,
    ) -> None:
        self._db = db
        self._clock = clock
        self._purchasing = purchasing
        self._providers = providers
        self._zone = zone

    async def propose(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, instead: str | None = None
    ) -> Quote | PurchaseChoice:
        """Quote a change of a membership (`instead`: entitlement id or tier name) to this plan at this price."""
        product = await self._purchasing.product(guild_id, plan)
        return await self._propose(product, user_id, price, instead)

    async def press(
        self, guild_id: int, user_id: int, entitlement_id: int, price_id: int
    ) -> Quote | PurchaseChoice:
        """The same for a button or a list, which carry the ids of entitlement and price."""
        product = await self._purchasing.sold(guild_id, price_id)
        return await self._propose(product, user_id, str(price_id), str(entitlement_id))

    async def choices(self, guild_id: int, user_id: int) -> list[OwnedMembership]:
        """The member's running memberships. What was bought singly is never exchanged."""
        now = self._clock.now()
        async with self._db.read() as db:
            return _running(await owned_by(db, guild_id, user_id), now)

    async def option(self, guild_id: int, user_id: int, entitlement_id: int) -> OwnedMembership | None:
        """The member's running membership with that id. UserError when another account pays for it."""
        for membership in await self.choices(guild_id, user_id):
            if membership.entitlement.id == entitlement_id:
                if not membership.paid_by_holder:
                    raise paid_by_another(membership.entitlement)
                return membership
        await self._require_not_moved(guild_id, user_id, entitlement_id)
        return None

    async def quote(
        self, guild_id: int, user_id: int, entitlement_id: int, price_id: int, at: datetime
    ) -> Quote:
        """Quote the change of this entitlement to this price, with credit as of `at`. UserError when not possible."""
        product = await self._purchasing.sold(guild_id, price_id)
        price = await self._purchasing.price_of(product, str(price_id))
        assert price is not None  # noqa: S101 # it was named
        now = self._clock.now()
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, now)
        running = _running(owned, now)
        held = next((one for one in running if one.entitlement.id == entitlement_id), None)
        if held is None:
            await self._require_not_moved(guild_id, user_id, entitlement_id=entitlement_id)
            raise UserError(
                "The membership that you wanted to change is over or was changed in the meantime. /membership status shows what you have."
            )
        order = changeable_order(held, planned, now)
        _require_difference(held, order, product.tier, price)
        async with self._db.read() as db:
            for source in await credited(db, guild_id, user_id, entitlement_id, new_id(), now):
                if await is_disputed(db, source, at):
                    raise UserError(
                        "A payment for {plan} is disputed, so its days cannot be counted now. Wait until the bank has decided, or buy the other membership with /membership buy.",
                        plan=plain(source.tier.name),
                    )
        other_memberships = [
            membership for membership in owned if membership.entitlement.tier.id != held.entitlement.tier.id
        ]
        if product.tier.id != held.entitlement.tier.id:
            require_eligible(product.tier, price.duration, other_memberships, planned, now)
        if held.subscribed and price.duration.recurrence is Recurrence.RECURRING:
            return await self._quote_subscription(held, order, product.tier, price, user_id, now)
        discount = discount_of(other_memberships, product.tier.id, now)
        return await self._quote_order(
            held=held, order=order, tier=product.tier, price=price, owned=owned, discount=discount, at=at
        )

    async def _propose(
        self, product: Product, user_id: int, price: str | None, instead: str | None
    ) -> Quote | PurchaseChoice:
        chosen = await self._purchasing.price_of(product, price)
        guild_id, now = product.tier.guild_id, self._clock.now()
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, now)
        running = _running(owned, now)
        if not running:
            await self._require_not_moved(guild_id, user_id)
        held = _membership_to_change(running, product.tier, instead)
        changeable_order(held, planned, now)
        if chosen is None:
            prices = tuple(offer for offer in product.prices if offer.duration.kind is not BillingKind.TRIAL)
            return PurchaseChoice(
                tier=product.tier,
                prices=prices,
                actions=tuple(CHANGE.encode(held.entitlement.id, offer.id) for offer in prices),
            )
        return await self.quote(guild_id, user_id, held.entitlement.id, chosen.id, now)

    async def _require_not_moved(
        self, guild_id: int, user_id: int, entitlement_id: int | None = None
    ) -> None:
        """UserError when the member pays for a subscription (for that one) that serves somebody else."""
        async with self._db.read() as db:
            for paid in await paid_by(db, guild_id, user_id):
                if (
                    paid.entitlement is not None
                    and paid.serves is not None
                    and entitlement_id in (None, paid.entitlement.id)
                ):
                    raise moved_away(paid.entitlement)

    async def _quote_subscription(
        self, held: OwnedMembership, order: Order, tier: Tier, price: Price, user_id: int, now: datetime
    ) -> Quote:
        """The provider calculates what is due now. A change with nothing due waits for the end of the period."""
        provider = self._providers.get(order.provider)
        if provider is None or order.ref is None:
            raise RetryLater(f"the provider {order.provider} is off")
        if price.money.currency != order.price.currency or not provider.supports(
            price.money, Recurrence.RECURRING
        ):
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
            starts_at=held.entitlement.ends_at,
            ends_at=price.duration.end(held.entitlement.ends_at),
            due=price.money,
        )
        if not costs_more(price, held.entitlement, order, now):
            return later
        purchase = Purchase(
            guild_id=tier.guild_id,
            order_id=0,
            money=Money(0, price.money.currency),
            title=tier.name,
            expires_at=now,
            user_id=user_id,
            recurrence=Recurrence.RECURRING,
            months=price.duration.months,
            renewal=price.money,
        )
        due = await subscriptions_of(provider).quote_change(order.ref, purchase)
        if due.amount == 0:
            return later
        same_rhythm = price.duration == order.duration
        ends = held.entitlement.ends_at if same_rhythm else price.duration.end(now)
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

    async def _quote_order(
        self,
        *,
        held: OwnedMembership,
        order: Order,
        tier: Tier,
        price: Price,
        owned: Sequence[OwnedMembership],
        discount: Discount,
        at: datetime,
    ) -> Quote:
        entitlement, duration, now = held.entitlement, price.duration, self._clock.now()
        async with self._db.read() as db:
            credited_entitlements = await credited(
                db, entitlement.guild_id, entitlement.user_id, entitlement.id, new_id(), now
            )
            credit = sum([await unused_value(db, source, at) for source in credited_entitlements])
        base = discounted(price.money, discount.percent)
        less = price.money.amount - base.amount
        given_by = discount.given_by if less else None
        same_money = price.money.currency == order.price.currency
        recurring = duration.recurrence is Recurrence.RECURRING
        if same_money and (recurring or costs_more(price, entitlement, order, at)):
            if base.amount == 0 and not recurring:
                raise UserError(
                    "With your discount {plan} costs you nothing, so no days need to be counted for it. Take it with /membership buy, and keep what you have.",
                    plan=plain(tier.name),
                )
            ends = duration.end(at, self._zone)
            exchanged = exchange(
                base, credit, None if duration.kind is BillingKind.LIFETIME or recurring else ends - at
            )
            if recurring and exchanged.due == 0:
                raise UserError(
                    "Your unused days are worth more than the first payment, and a subscription cannot begin with nothing. "
                    "Choose a price that does not renew, or wait until {when}.",
                    when=stamp(entitlement.ends_at, "D"),
                )
            return Quote(
                held=held,
                tier=tier,
                price=price,
                now=True,
                by_provider=False,
                at=at,
                starts_at=at,
                ends_at=min(ends + exchanged.extra * SECOND, FOREVER),
                due=Money(exchanged.due, base.currency),
                credit=exchanged.used,
                discount=less,
                discounted_by=given_by,
                extra=exchanged.extra,
                lost=exchanged.lost,
            )
        if recurring:
            raise UserError(
                "A subscription begins at once, and unused days in {currency} cannot be counted there. Buy it when {plan} is over.",
                currency=order.price.currency,
                plan=plain(entitlement.tier.name),
            )
        last = max(credited_entitlements, key=lambda source: source.ends_at)
        if base.amount == 0:
            require_single(tier, [membership.entitlement for membership in owned], now)
            if discount.until <= last.ends_at:
                raise UserError(
                    "Your discount would make {plan} cost nothing, but the membership that gives it ends before {plan} would begin. Buy {plan} then.",
                    plan=plain(tier.name),
                )
        held = next(membership for membership in owned if membership.entitlement.id == last.id)
        return Quote(
            held=held,
            tier=tier,
            price=price,
            now=False,
            by_provider=False,
            at=at,
            starts_at=last.ends_at,
            ends_at=min(
                duration.end(last.ends_at, self._zone), discount.until if base.amount == 0 else FOREVER
            ),
            due=base,
            discount=less,
            discounted_by=given_by,
        )


def _running(owned: Iterable[OwnedMembership], now: datetime) -> list[OwnedMembership]:
    """The memberships among these that run."""
    return [one for one in owned if one.runs(now) and one.entitlement.tier.item is None]


def _membership_to_change(
    running: Sequence[OwnedMembership], tier: Tier, instead: str | None
) -> OwnedMembership:
    """The membership to change: the named one, the one of the same tier, or the only one."""
    if instead is not None:
        named = [
            membership
            for membership in running
            if means(instead, membership.entitlement.id, membership.entitlement.tier.name)
        ]
        if not named:
            raise UserError("You have no such membership. Pick one from the list that appears while typing.")
        return named[-1]
    if not running:
        raise UserError("You have no membership that could be changed. /membership buy begins one.")
    same = [membership for membership in running if membership.entitlement.tier.id == tier.id]
    if same:
        return same[-1]
    if len({membership.entitlement.tier.id for membership in running}) > 1:
        raise UserError(
            "You have several memberships. Say which one is to change: fill in the option “instead”."
        )
    return next((membership for membership in running if membership.order is not None), running[0])


def _require_difference(held: OwnedMembership, order: Order, tier: Tier, price: Price) -> None:
    """UserError when the change would change nothing, or exchange a membership for a single item."""
    plan = plain(tier.name)
    if tier.item is not None:
        raise UserError(
            "{plan} is sold on its own: you have it beside your membership, and nothing is counted for it.",
            plan=plan,
        )
    if price.duration.kind is BillingKind.TRIAL:
        raise UserError("A trial is for those who have nothing yet. Choose one of the other prices.")
    if tier.id != held.entitlement.tier.id:
        return
    if held.subscribed and price.duration == order.duration:
        raise UserError("You have this already: {plan} renews by itself at this interval.", plan=plan)
    if not held.subscribed and price.duration.kind in (BillingKind.ONCE, BillingKind.PREPAID):
        raise UserError("You have {plan} already. Buying it with /membership buy adds the days.", plan=plan)
