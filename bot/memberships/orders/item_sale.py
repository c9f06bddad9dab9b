"""Selling single items for the domain that owns them: it says what an item is called, and whether it is sold.

An item is bought, paid, given back and counted like a membership; it gives no roles, and nothing replaces or follows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.db import Database, Reader, Writer
from bot.i18n import Language
from bot.ids import new_id
from bot.memberships.access.store import entitlements
from bot.memberships.catalog import pricing
from bot.memberships.catalog.durations import read_duration, read_price
from bot.memberships.catalog.store import tiers
from bot.memberships.item import Item, ItemKind
from bot.memberships.membership_actions import BUY, AtPrice
from bot.memberships.model import BillingKind, Price, Product, Terms, Tier
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import Activated, PurchaseChoice, Purchasing
from bot.memberships.wording import price_words
from bot.names import compared


@dataclass(frozen=True)
class ItemOffer:
    """One way to buy an item. `payable`: does a payment provider here take it?"""

    price: Price
    payable: bool

    @property
    def id(self) -> int:
        """The id of its price."""
        return self.price.id

    @property
    def action(self) -> str:
        """The action of the button that buys it."""
        return BUY.encode(AtPrice(self.price.id), None)

    def words(self, t: Language) -> str:
        """What it costs, and for how long."""
        return price_words(t, self.price)


class ItemSale:
    """Sells the items of one kind. What changes a price is done in the caller's transaction."""

    def __init__(self, kind: ItemKind, db: Database, clock: Clock, purchasing: Purchasing) -> None:
        self._kind = kind
        self._db = db
        self._clock = clock
        self._purchasing = purchasing

    async def owned(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The ids of the items that this member has now: bought and paid, or given by staff."""
        now = self._clock.now()
        async with self._db.read() as db:
            held = await entitlements.of_member(db, guild_id, user_id)
        return frozenset(
            one.tier.item.id
            for one in held
            if one.tier.item and one.tier.item.kind is self._kind and one.gives_roles(now)
        )

    async def offers(self, guild_id: int) -> Mapping[int, tuple[ItemOffer, ...]]:
        """How each item on sale can be bought, by the item's id."""
        async with self._db.read() as db:
            products = await tiers.products(db, guild_id, items=True)
        found: dict[int, tuple[ItemOffer, ...]] = defaultdict(tuple)
        for product in products:
            item = product.tier.item
            if item is not None and item.kind is self._kind and product.prices:
                found[item.id] = self._offers(product)
        return found

    async def buy(
        self, guild_id: int, user_id: int, item_id: int, price: str | None = None
    ) -> PendingOrder | PurchaseChoice | Activated:
        """Buy an item, as a membership is bought. UserError when it cannot be bought."""
        return await self._purchasing.buy_item(guild_id, user_id, Item(self._kind, item_id), price)

    async def add_price(
        self,
        tx: Writer,
        guild_id: int,
        item_id: int,
        title: str,
        *,
        price: str,
        currency: str,
        days: int | None,
        actor: int,
    ) -> tuple[ItemOffer, ...]:
        """Sell an item for so many days, or for ever, in place of the same offer; how it can be bought then.

        It gives no role, so whoever may sell at all may sell it.
        """
        way = BillingKind.LIFETIME if days is None else BillingKind.ONCE
        duration = read_duration(way, days, None)
        money = read_price(duration, price, currency)
        product = await self._product(tx, guild_id, item_id)
        if product is None:
            product = await self._create(tx, guild_id, Item(self._kind, item_id), title, actor)
        return self._offers(await pricing.add_price(tx, product, duration, money, self._clock.now(), actor))

    async def remove_price(
        self, tx: Writer, guild_id: int, item_id: int, price: str, actor: int
    ) -> tuple[ItemOffer, ...]:
        """Sell an item at this price no more; how it can be bought then. Whoever has it keeps it."""
        product = await self._product(tx, guild_id, item_id)
        if product is None:
            return ()
        return self._offers(await pricing.remove_price(tx, product, price, self._clock.now(), actor))

    async def withdraw(self, tx: Writer, guild_id: int, item_id: int, actor: int) -> None:
        """Sell an item no more at all. Whoever has it keeps it."""
        product = await self._product(tx, guild_id, item_id)
        for price in product.prices if product else ():
            await self.remove_price(tx, guild_id, item_id, str(price.id), actor)

    async def rename(self, tx: Writer, guild_id: int, item_id: int, title: str) -> None:
        """Its owner calls an item so from now on, on receipts of earlier orders too."""
        await tiers.rename_item(tx, guild_id, Item(self._kind, item_id), title, compared(title))

    def _offers(self, product: Product) -> tuple[ItemOffer, ...]:
        return tuple(ItemOffer(price, self._purchasing.payable(price)) for price in product.prices)

    async def _product(self, db: Reader, guild_id: int, item_id: int) -> Product | None:
        tier = await tiers.of_item(db, guild_id, Item(self._kind, item_id))
        return await pricing.product_of(db, guild_id, tier.id) if tier else None

    async def _create(self, tx: Writer, guild_id: int, item: Item, title: str, actor: int) -> Product:
        tier = Tier(
            id=new_id(),
            guild_id=guild_id,
            name=title,
            description="",
            position=0,
            seats=None,
            suspended=None,
            archived=False,
            terms=Terms(version=1, roles=()),
            item=item,
        )
        await tiers.add(tx, tier, compared(title), self._clock.now(), actor)
        return Product(tier, ())
