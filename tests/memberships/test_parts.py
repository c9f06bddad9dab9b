"""Bank transfers in parts: what came, what is open, what is above the price, and the owner's slips of the keyboard."""

from __future__ import annotations

from bot.memberships.model import OrderStatus
from bot.money import Money
from tests.memberships.orders import transfer
from tests.memberships.shop import ANN, GOLD, GUILD, OLIVIA, Shop


async def test_the_rest_of_a_transfer_completes_the_order(shop: Shop) -> None:
    await shop.tier(price="40.00")
    order = await transfer(shop)
    marks = shop.service.offline_payments

    await marks.mark(GUILD, str(order.id), OLIVIA, "came", "30")
    await shop.worker.run_due()
    assert (await shop.look(order)).state is OrderStatus.PENDING
    assert shop.server.held[ANN] == set()

    await marks.mark(GUILD, str(order.id), OLIVIA, "the rest", "10")
    await shop.worker.run_due()
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:manual"] == [Money(4000, "USD")]
