"""What tests of the books read and spoil, and the shop that they look at."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from bot.cards import COMPONENT_LIMIT, TEXT_LIMIT, Card, Line, Row
from bot.i18n import Catalog
from bot.memberships.backoffice import books_cards
from bot.memberships.model import BillingKind, Price, Search
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, DAY, GUILD, OLIVIA, Shop


async def books(shop: Shop, texts: Catalog, since: str | None = None, language: str = "en") -> str:
    """What /order books shows."""
    card = books_cards.books(texts.of(language), await shop.service.books.compare(GUILD, since))
    assert fits_discord(card)
    return read(card)


def fits_discord(card: Card) -> bool:
    inside = sum(
        len(block.buttons) if isinstance(block, Row) else 2 if isinstance(block, Line) else 0
        for block in card.blocks
    )
    return len(read(card)) <= TEXT_LIMIT and 1 + len(card.blocks) + inside <= COMPONENT_LIMIT


def spoil(shop: Shop, *statements: str) -> None:
    """Change the file behind Lyceum's back."""
    with closing(sqlite3.connect(shop.db.path)) as file:
        for statement in statements:
            assert file.execute(statement).rowcount > 0, "nothing was spoilt"
        file.commit()


async def needs(shop: Shop) -> list[str]:
    """What is on the owner's list."""
    return [item.finding for item in (await shop.service.backoffice.listing(GUILD, Search())).waiting]


async def posted(shop: Shop) -> list[str]:
    """What stands in the staff channel."""
    return [read(card) for card in shop.server.posts.values()]


async def nights(shop: Shop, count: int = 1) -> None:
    await shop.service.books.schedule([GUILD])
    await shop.turn(count * DAY)


async def stocked(shop: Shop) -> Shop:
    """Ann bought 30 days, a quarter of it went back; Bob subscribed and renewed."""
    await shop.tier()
    order = await shop.buy(ANN)
    monthly = await shop.price("Gold", "15.00", months=1, way=BillingKind.RECURRING)
    await shop.renew(await shop.subscribe(BOB, "Gold", monthly))
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "a quarter", "4.75")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()
    return shop


async def prices(shop: Shop) -> tuple[Price, ...]:
    [product] = await shop.service.catalog.products(GUILD)
    return product.prices
