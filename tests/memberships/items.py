"""One course on the shelf, sold on its own."""

from __future__ import annotations

from bot.memberships.item import ItemKind
from bot.memberships.model import Order
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.item_sale import ItemOffer, ItemSale
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import ANN, GUILD, OLIVIA, Shop

ASYNC, RUST = 801, 802
TITLES = {ASYNC: "Asyncio in practice", RUST: "Rust by Example"}


def sale(shop: Shop) -> ItemSale:
    return shop.service.items[ItemKind.COURSE]


async def offer(shop: Shop, price: str = "29", days: int | None = None, course: int = ASYNC) -> ItemOffer:
    """The course costs so much, for so many days or for ever."""
    async with shop.db.write() as tx:
        offers = await sale(shop).add_price(
            tx, GUILD, course, TITLES[course], price=price, currency="USD", days=days, actor=OLIVIA
        )
    [made] = [
        one for one in offers if (one.price.duration.days or None, one.price.money.currency) == (days, "USD")
    ]
    return made


async def link(shop: Shop, made: ItemOffer, user: int = ANN) -> Order:
    """An open order at this price."""
    told = await shop.service.purchasing.press(GUILD, user, made.id, None)
    assert isinstance(told, PendingOrder), told
    return told.order


async def bought(shop: Shop, made: ItemOffer, user: int = ANN) -> Order:
    """From the button to the course."""
    order = await link(shop, made, user)
    await shop.settle(shop.paid(order, f"pay_{order.id}"))
    await shop.worker.run_due()
    return await shop.look(order)


async def happens(shop: Shop, order: Order, *kinds: FactKind) -> None:
    """The bank says so of the order's payment, one after the other."""
    [paid] = [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID]
    for kind in kinds:
        shop.moment += shop.moment.resolution
        happened: Fact = shop.refunded(paid, f"x_{order.id}", kind=kind, at=shop.moment)
        await shop.settle(happened)
        await shop.worker.run_due()


async def owned(shop: Shop, user: int = ANN) -> frozenset[int]:
    return await sale(shop).owned(GUILD, user)
