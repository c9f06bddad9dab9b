"""A subscriber who leaves, is kicked or banned, and what the shop says of it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.audit.tables import audit
from bot.cards import Card
from bot.i18n import Catalog
from bot.memberships.departures.departure import Cause
from bot.memberships.model import BillingKind, Order
from bot.outbox.tables import outbox
from tests.memberships.shop import (
    ANN,
    GUILD,
    Shop,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")
SOON = timedelta(minutes=5)


async def subscribed(shop: Shop) -> Order:
    """Ann pays 15 dollars a month for Gold."""
    await shop.tier()
    return await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )


async def gone(shop: Shop, *causes: Cause, user: int = ANN) -> None:
    """The person is not in the server any more, and Discord tells it like this; then all that follows is done."""
    shop.server.held.pop(user, None)
    if Cause.BAN in causes:
        shop.server.bans.add(user)
    for cause in causes:
        await shop.service.departures.heard(GUILD, user, cause)
    await shop.turn(SOON)


async def back(shop: Shop, user: int = ANN) -> None:
    shop.server.held[user] = set()
    shop.server.bans.discard(user)
    await shop.service.member_joined(GUILD, user)
    await shop.worker.run_due()


def told(shop: Shop) -> list[Card]:
    """The cards in the staff channel."""
    return [card for key, card in shop.server.posts.items() if key.startswith("departure:")]


async def log(shop: Shop, what: str) -> list[tuple[int, object]]:
    """(who did it, why) of each such entry."""
    async with shop.db.read() as db:
        rows = (await db.execute(select(audit.c.actor, audit.c.detail).where(audit.c.what == what))).all()
    return [(row.actor, row.detail.get("reason")) for row in rows]


async def outcome(shop: Shop, kind: str) -> list[str]:
    async with shop.db.read() as db:
        rows = (await db.execute(select(outbox).where(outbox.c.kind == kind))).all()
    return [row.reason or row.state for row in rows]
