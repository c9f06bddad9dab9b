"""Purchasing: what a member asks for becomes an order, a choice that is still to be made, or a trial at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import Entitlements
from bot.memberships.access.judging import held_until
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.item import Item
from bot.memberships.membership_actions import BUY, AtPrice
from bot.memberships.model import (
    BillingKind,
    Entitlement,
    EntitlementStatus,
    Order,
    OrderRequest,
    OrderStatus,
    Price,
    Product,
    Tier,
)
from bot.memberships.orders.admission import require_seat, require_untried
from bot.memberships.orders.checkouts import Checkouts, PendingOrder
from bot.memberships.orders.discounts import Discount, require_single
from bot.memberships.orders.eligibility import require_eligible
from bot.memberships.orders.holdings import discount_of, owned_by, planned_changes
from bot.memberships.orders.proration import discounted
from bot.money import Money


@dataclass(frozen=True, kw_only=True)
class PurchaseChoice:
    """What the member still has to choose: one of the prices, or one of the `providers` that can take what is `due`.

    `actions` belong to the buttons: one for each provider, or for each price while `providers` is empty.
    `percent` is the discount that another membership gives. `opened_by` are the memberships with which the member can
    open the item already.
    """

    tier: Tier
    prices: tuple[Price, ...]
    actions: tuple[str, ...]
    percent: int = 0
    due: Money | None = None
    providers: tuple[str, ...] = ()
    opened_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activated:
    """A membership that began without a payment here: a trial, or one that credit or discount paid for as a whole."""

    entitlement: Entitlement
    order: Order | None = None


class Purchasing:
    """Sells memberships: plans, prices, providers and trials."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        tier_catalog: TierCatalog,
        checkouts: Checkouts,
        entitlement_service: Entitlements,
    ) -> None:
        self._db = db
        self._clock = clock
        self._tier_catalog = tier_catalog
        self._checkouts = checkouts
        self._entitlement_service = entitlement_service

    async def buy(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, provider: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy this plan at this price through this provider. UserError when it cannot be bought."""
        return await self._buy(await self.product(guild_id, plan), user_id, price, provider)

    async def buy_item(
        self, guild_id: int, user_id: int, item: Item, price: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy one item that is sold singly. UserError when it cannot be bought."""
        for product in await self.products(guild_id, items=True):
            if product.tier.item == item:
                return await self._buy(product, user_id, price, None)
        raise UserError("This is not sold on its own at the moment. Please ask the owner of this server.")

    async def _buy(
        self, product: Product, user_id: int, price: str | None, provider: str | None
    ) -> PendingOrder | PurchaseChoice | Activated:
        guild_id = product.tier.guild_id
        chosen = await self.price_of(product, price)
        now = self._clock.now()
        async with self._db.read() as db:
            owned = await owned_by(db, guild_id, user_id)
            planned = await planned_changes(db, guild_id, user_id, now)
        discount = discount_of(owned, product.tier.id, now)
        if chosen is None:
            actions = tuple(BUY.encode(AtPrice(offered.id), None) for offered in product.prices)
            opened_by = await self._checkouts.item_openings.memberships(product.tier, user_id)
            return PurchaseChoice(
                tier=product.tier,
                prices=product.prices,
                actions=actions,
                percent=discount.percent,
                opened_by=opened_by,
            )
        require_eligible(product.tier, chosen.duration, owned, planned, now)
        if chosen.duration.kind is BillingKind.TRIAL:
            return Activated(await self._start_trial(product.tier, chosen, user_id))
        request = order_request(product.tier, chosen, user_id, discount)
        if request.due.amount == 0:
            require_single(product.tier, [membership.entitlement for membership in owned], now)
        return await self.sell(request, provider, lambda name: BUY.encode(AtPrice(chosen.id), name))

    async def press(
        self, guild_id: int, user_id: int, price_id: int, provider: str | None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy at the price of a button. UserError when that price is no longer on sale."""
        return await self._buy(await self.sold(guild_id, price_id), user_id, str(price_id), provider)

    async def sell(
        self, request: OrderRequest, provider: str | None, action_for: Callable[[str], str]
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Open the order if the provider is clear; else the choice of one, where `action_for` makes each button's action."""
        candidates = self._checkouts.providers_for(request.price, request.due)
        if provider is None and request.due.amount and len(candidates) > 1:
            names = tuple(candidate.name for candidate in candidates)
            actions = tuple(action_for(name) for name in names)
            opened_by = await self._checkouts.item_openings.memberships(request.tier, request.user_id)
            return PurchaseChoice(
                tier=request.tier,
                prices=(request.price,),
                actions=actions,
                due=request.due,
                providers=names,
                opened_by=opened_by,
            )
        order = await self._checkouts.open(
            request, self._checkouts.provider_for(request.price, provider, request.due)
        )
        if order.price.amount:
            return await self._checkouts.pending_order(order)
        if order.state is not OrderStatus.PAID:  # somebody pressed twice at once
            raise UserError(
                "With your discount {plan} would cost nothing, but the membership that gave it is over, or you have {plan} already. /membership status shows what you have.",
                plan=plain(order.tier.name),
            )
        async with self._db.read() as db:
            [entitlement] = [
                owned.entitlement
                for owned in await owned_by(db, order.guild_id, order.user_id)
                if owned.entitlement.order_id == order.id
            ]
        return Activated(entitlement, order)

    async def product(self, guild_id: int, plan: str) -> Product:
        """The plan of that name or id, if it can be bought now. UserError otherwise."""
        tier = await self._tier_catalog.find(guild_id, plan)
        await self._tier_catalog.require_sellable(tier)
        for product in await self.products(guild_id):
            if product.tier.id == tier.id:
                return product
        [unpayable] = [
            product for product in await self._tier_catalog.products(guild_id) if product.tier.id == tier.id
        ]
        for price in unpayable.prices:
            self._checkouts.provider_for(price)  # raises: no provider accepts it
        raise UserError(
            "{plan} has no price yet. Please tell the owner of this server.", plan=plain(tier.name)
        )

    async def sold(self, guild_id: int, price_id: int) -> Product:
        """The plan or item that is on sale at the price with that id. UserError when there is none."""
        for product in await self.products(guild_id, items=True):
            if any(price.id == price_id for price in product.prices):
                await self._tier_catalog.require_sellable(product.tier)
                return product
        raise _price_gone()

    async def products(self, guild_id: int, *, items: bool = False) -> list[Product]:
        """The memberships on sale, with the prices that a provider here accepts; with `items` single items too."""
        payable = [
            replace(product, prices=tuple(filter(self.payable, product.prices)))
            for product in await self._tier_catalog.products(guild_id, items=items)
        ]
        return [product for product in payable if product.prices]

    def payable(self, price: Price) -> bool:
        """Does any provider here accept this price?"""
        return self._checkouts.payable(price)

    async def price_of(self, product: Product, price: str | None) -> Price | None:
        """The price with that id; without an id the only price, or None when the member has to choose."""
        if price is None:
            return product.prices[0] if len(product.prices) == 1 else None
        for candidate in product.prices:
            if str(candidate.id) == price.strip():
                return candidate
        raise _price_gone()

    async def _start_trial(self, tier: Tier, price: Price, user_id: int) -> Entitlement:
        """Begin a trial at once. A unique index refuses the second of two that are asked for at the same time."""
        now = self._clock.now()
        ends = price.duration.end(now)
        entitlement = Entitlement(
            id=new_id(),
            guild_id=tier.guild_id,
            user_id=user_id,
            acquired_by=user_id,
            tier=tier,
            order_id=None,
            source="trial",
            reason="",
            status=EntitlementStatus.LIVE,
            starts_at=now,
            ends_at=ends,
            held_until=held_until(tier.terms, ends),
        )
        async with self._db.write() as tx:
            require_eligible(tier, price.duration, await owned_by(tx, tier.guild_id, user_id), (), now)
            await require_untried(tx, tier, user_id)
            await require_seat(tx, tier, user_id, now)
            await self._entitlement_service.give(tx, entitlement, user_id)
        return entitlement


def order_request(tier: Tier, price: Price, user_id: int, discount: Discount) -> OrderRequest:
    """A purchase at a discount; of a subscription's first payment only. UserError if that payment becomes 0."""
    due = discounted(price.money, discount.percent)
    if due.amount == 0 and price.duration.kind is BillingKind.RECURRING:
        raise UserError(
            "With your discount the first payment of {plan} would be nothing, and a subscription cannot begin with nothing to pay. Choose a price that does not renew.",
            plan=plain(tier.name),
        )
    return OrderRequest(
        tier=tier,
        price=price,
        user_id=user_id,
        due=due,
        discount=price.money.amount - due.amount,
        discounted_by=discount.given_by if due != price.money else None,
    )


def _price_gone() -> UserError:
    return UserError(
        "This is not sold at that price any more. Pick one from the list that appears while typing; /membership plans and /course browse show what is on sale."
    )
