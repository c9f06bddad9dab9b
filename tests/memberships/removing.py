"""A membership that removes its members at the end."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.audit.tables import audit
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.model import ExpiryAction, Order
from tests.memberships.shop import (
    ANN,
    OLIVIA,
    Shop,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")
MAX = Staff(OLIVIA, True)


async def for_sale(shop: Shop, **terms: object) -> None:
    """Gold for 30 days, which removes its members at the end."""
    await shop.tier(days=30)
    await shop.terms("Gold", after=ExpiryAction.KICK, **terms)


async def bought(shop: Shop, user: int = ANN, **terms: object) -> Order:
    await for_sale(shop, **terms)
    return await shop.buy(user)


async def log(shop: Shop, what: str) -> list[object]:
    async with shop.db.read() as db:
        return [row.detail.get("why") for row in await db.execute(select(audit).where(audit.c.what == what))]
