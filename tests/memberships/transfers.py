"""An order that is paid by bank transfer, and what the owner notes, corrects and gives back for it."""

from __future__ import annotations

from bot.memberships.backoffice.offline_payment import Corrected, Marked
from bot.memberships.model import Order, Search
from bot.money import Money
from tests.memberships.orders import transfer
from tests.memberships.shop import GUILD, OLIVIA, Shop

PRICE = Money(4000, "USD")


async def sold(shop: Shop) -> Order:
    """Gold for $40.00, which Ann pays by bank transfer."""
    await shop.tier(price="40.00")
    return await transfer(shop)


async def note(shop: Shop, order: Order, amount: str | None = None) -> Marked:
    marked = await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came", amount)
    await shop.worker.run_due()
    return marked


async def correct(shop: Shop, order: Order, amount: str | None = None, note: str | None = None) -> Corrected:
    corrected = await shop.service.offline_payments.correct(
        GUILD, str(order.id), OLIVIA, "a slip of mine", amount, note
    )
    await shop.worker.run_due()
    return corrected


async def give_back(shop: Shop, order: Order, amount: str | None = None) -> None:
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "back", amount)
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()


async def waiting(shop: Shop) -> list[str]:
    return [item.finding for item in (await shop.service.backoffice.listing(GUILD, Search())).waiting]


async def books_close(shop: Shop) -> bool:
    """Do the totals close, and is exactly what pays nothing in `suspense`?"""
    lines = await shop.service.backoffice.totals(GUILD)
    balances = {account: money for account, [money] in (await shop.balances()).items()}
    suspense = -balances.get("suspense", Money(0, "USD")).amount
    return all(line.closed for line in lines) and suspense == sum(line.open for line in lines)
