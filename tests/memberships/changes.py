"""Silver and Gold on the shelf, and a member who goes from one to the other."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.i18n import Catalog
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes.quote import Quote
from bot.memberships.membership_actions import CONFIRM_CHANGE
from bot.memberships.model import BillingKind, Order, Price
from bot.memberships.orders.checkouts import PendingOrder
from tests.memberships.shop import (
    ANN,
    GOLD,
    GUILD,
    SILVER,
    Shop,
    actions,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")


async def shelf(shop: Shop) -> None:
    """Silver is 30 days for 9.00, Gold 30 days for 19.00."""
    await shop.tier("Silver", SILVER, price="9.00", days=30)
    await shop.tier("Gold", GOLD, price="19.00", days=30)


async def monthly(shop: Shop) -> tuple[Price, Price]:
    """Silver and Gold by the month."""
    await shelf(shop)
    silver = await shop.price("Silver", "8", months=1, way=BillingKind.RECURRING)
    gold = await shop.price("Gold", "18", months=1, way=BillingKind.RECURRING)
    return silver, gold


async def quote(shop: Shop, plan: str = "Gold", price: Price | None = None, user: int = ANN) -> Quote:
    told = await shop.service.change_pricing.propose(
        GUILD, user, plan, None if price is None else str(price.id)
    )
    assert isinstance(told, Quote), told
    return told


async def confirm(shop: Shop, told: Quote, user: int = ANN) -> object:
    """Press the button of the preview, as it stands on the card."""
    [action] = [one for one in actions(change_cards.quote(EN, told)) if "confirm" in one]
    assert len(action) <= 100
    return await shop.service.changes.confirm(GUILD, user, *CONFIRM_CHANGE.decode(action))


async def upgraded(shop: Shop, id_: str = "pay_up") -> Order:
    """Preview, confirm, pay."""
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, id_))
    await shop.worker.run_due()
    return await shop.look(bill.order)
