"""Putting prices onto what is sold and taking them off, a membership or a single item. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime

from bot.audit import AuditAction, record
from bot.cards import plain
from bot.db import Reader, Writer
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.catalog.store import tiers
from bot.memberships.model import Duration, Price, Product
from bot.money import Money

PRICES = 10
"""How many prices a tier or an item may have: more would not fit onto a card."""


async def product_of(db: Reader, guild_id: int, tier_id: int) -> Product:
    """What is or was sold under this id, with its present prices."""
    products = await tiers.products(db, guild_id, archived=True, items=True)
    return next(product for product in products if product.tier.id == tier_id)


async def add_price(
    tx: Writer, product: Product, duration: Duration, money: Money, now: datetime, actor: int
) -> Product:
    """Sell it at one more price, in place of the one for the same duration and currency if there is one."""
    guild_id, tier_id = product.tier.guild_id, product.tier.id
    replaced = [
        old for old in product.prices if (old.duration, old.money.currency) == (duration, money.currency)
    ]
    if len(product.prices) - len(replaced) >= PRICES:
        raise UserError(
            "{plan} can have {most} prices at most. Remove one first.",
            plan=plain(product.tier.name),
            most=PRICES,
        )
    for old in replaced:
        await tiers.archive_price(tx, guild_id, old.id, now)
    await tiers.add_price(tx, guild_id, Price(new_id(), tier_id, duration, money), now)
    await record(
        tx,
        guild_id=guild_id,
        at=now,
        actor=actor,
        action=AuditAction.TIER_PRICED,
        subject=tier_id,
        way=duration.kind.value,
        amount=money.amount,
        currency=money.currency,
        days=duration.days,
        months=duration.months,
    )
    return await product_of(tx, guild_id, tier_id)


async def remove_price(tx: Writer, product: Product, price: str, now: datetime, actor: int) -> Product:
    """Sell it at the price with that id no more. Who bought at it keeps what they bought, renewals included."""
    guild_id, tier_id = product.tier.guild_id, product.tier.id
    chosen = next((sold for sold in product.prices if str(sold.id) == price.strip()), None)
    if chosen is None:
        raise UserError(
            "{plan} is not sold that way. Pick a price from the list that appears while typing.",
            plan=plain(product.tier.name),
        )
    await tiers.archive_price(tx, guild_id, chosen.id, now)
    await record(
        tx,
        guild_id=guild_id,
        at=now,
        actor=actor,
        action=AuditAction.TIER_UNPRICED,
        subject=tier_id,
        price=str(chosen.id),
    )
    return await product_of(tx, guild_id, tier_id)
