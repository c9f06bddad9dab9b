"""The counter: what a member asks for becomes an order, a choice that is still to be made, or a trial that begins at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.cards import plain
from bot.clock import Clock
from bot.db import Database
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.access.entitlements import Entitlements, held_until
from bot.memberships.catalog.tiers import TierCatalog
from bot.memberships.membership_actions import BUY, AtPrice
from bot.memberships.model import (
    BillingKind,
    Entitlement,
    EntitlementStatus,
    Order,
    OrderRequest,
    Price,
    Product,
    Tier,
)
from bot.memberships.orders.admission import require_seat
from bot.memberships.orders.checkouts import Checkouts, PendingOrder
from bot.memberships.orders.eligibility import allow
from bot.memberships.orders.holdings import discount_of, owned_by, planned_changes
from bot.memberships.orders.proration import discounted
from bot.money import Money


@dataclass(frozen=True)
class PurchaseChoice:
    """What the member still has to choose: one of the prices, or one of the `providers` for what is `due`.

    `actions` are those of the buttons, one for each provider, or for each price while there is none.
    `percent` is what another membership takes off.
    """

    tier: Tier
    prices: tuple[Price, ...]
    actions: tuple[str, ...]
    percent: int = 0
    due: Money | None = None
    providers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Activated:
    """What begins without a payment: a trial, or what credit or discount pay for as a whole."""

    entitlement: Entitlement
    order: Order | None = None


class Purchasing:
    """Sells to one member after the other."""

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

    async def ask(
        self, guild_id: int, user_id: int, plan: str, price: str | None = None, provider: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy this plan at this price, paid in this way. UserError for what cannot be had."""
        product = await self.product(guild_id, plan)
        chosen = await self.price_of(product, price)
        now = self._clock.now()
        async with self._db.read() as db:
            mine = await owned_by(db, guild_id, user_id)
            ahead = await planned_changes(db, guild_id, user_id, mine, now)
        percent = discount_of(mine, product.tier.id, now)
        if chosen is None:
            actions = tuple(BUY.encode(AtPrice(one.id), None) for one in product.prices)
            return PurchaseChoice(product.tier, product.prices, actions, percent)
        allow(product.tier, chosen.duration, mine, ahead, now)
        if chosen.duration.kind is BillingKind.TRIAL:
            return Activated(await self._try(product.tier, chosen, user_id))
        wanted = order_request(product.tier, chosen, user_id, percent)
        return await self.sell(wanted, provider, lambda name: BUY.encode(AtPrice(chosen.id), name))

    async def press(
        self, guild_id: int, user_id: int, price_id: int, provider: str | None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy at a price that stands on a button. UserError when it is not sold like this any more."""
        product = await self.sold(guild_id, price_id)
        return await self.ask(guild_id, user_id, str(product.tier.id), str(price_id), provider)

    async def sell(
        self, wanted: OrderRequest, provider: str | None, through: Callable[[str], str]
    ) -> PendingOrder | PurchaseChoice | Activated:
        """The bill, once it is clear who is paid; else the choice: `through` makes the action that names a provider."""
        able = self._checkouts.providers_for(wanted.price, wanted.due)
        if provider is None and wanted.due.amount and len(able) > 1:
            names = tuple(one.name for one in able)
            actions = tuple(through(name) for name in names)
            return PurchaseChoice(wanted.tier, (wanted.price,), actions, due=wanted.due, providers=names)
        order = await self._checkouts.open(
            wanted, self._checkouts.provider_for(wanted.price, provider, wanted.due)
        )
        if order.price.amount:
            return await self._checkouts.pending_order(order)
        async with self._db.read() as db:
            [entitlement] = [
                one.entitlement
                for one in await owned_by(db, order.guild_id, order.user_id)
                if one.entitlement.order_id == order.id
            ]
        return Activated(entitlement, order)

    async def product(self, guild_id: int, plan: str) -> Product:
        """A plan that can be bought now."""
        tier = await self._tier_catalog.find(guild_id, plan)
        await self._tier_catalog.require_sellable(tier)
        for product in await self.products(guild_id):
            if product.tier.id == tier.id:
                return product
        [bare] = [one for one in await self._tier_catalog.products(guild_id) if one.tier.id == tier.id]
        for price in bare.prices:
            self._checkouts.provider_for(price)  # says that nobody can be paid
        raise UserError(
            "{plan} has no price yet. Please tell the owner of this server.", plan=plain(tier.name)
        )

    async def sold(self, guild_id: int, price_id: int) -> Product:
        """The plan that can be bought now at the price with that id."""
        for product in await self.products(guild_id):
            if any(price.id == price_id for price in product.prices):
                return await self.product(guild_id, str(product.tier.id))
        raise _gone()

    async def products(self, guild_id: int) -> list[Product]:
        """Everything on sale with the prices that somebody can be paid."""
        found = [
            replace(one, prices=tuple(price for price in one.prices if self._checkouts.payable(price)))
            for one in await self._tier_catalog.products(guild_id)
        ]
        return [one for one in found if one.prices]

    async def price_of(self, product: Product, price: str | None) -> Price | None:
        """The price that autocomplete gave (an id); without one the only price, or None: the member has to choose."""
        if price is None:
            return product.prices[0] if len(product.prices) == 1 else None
        for one in product.prices:
            if str(one.id) == price.strip():
                return one
        raise _gone()

    async def _try(self, tier: Tier, price: Price, user_id: int) -> Entitlement:
        """A trial, at once. The key refuses a second one, should two be asked for at the same time."""
        now = self._clock.now()
        ends = price.duration.end(now)
        entitlement = Entitlement(
            id=new_id(),
            guild_id=tier.guild_id,
            user_id=user_id,
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
            allow(tier, price.duration, await owned_by(tx, tier.guild_id, user_id), (), now)
            await require_seat(tx, tier, user_id, now)
            await self._entitlement_service.give(tx, entitlement, user_id)
        return entitlement


def order_request(tier: Tier, price: Price, user_id: int, percent: int) -> OrderRequest:
    """A purchase with so much per cent off. Of what renews only the first payment is less. UserError if that is nothing."""
    due = discounted(price.money, percent)
    if due.amount == 0 and price.duration.kind is BillingKind.RECURRING:
        raise UserError(
            "With your discount the first payment of {plan} would be nothing, and a subscription cannot begin so. Choose a price that does not renew.",
            plan=plain(tier.name),
        )
    return OrderRequest(
        tier=tier, price=price, user_id=user_id, due=due, discount=price.money.amount - due.amount
    )


def _gone() -> UserError:
    return UserError(
        "This is not sold at that price any more. Pick one from the list that appears while typing; /membership plans shows them all."
    )
