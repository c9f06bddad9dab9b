"""Whoever leaves, is kicked or banned: what becomes of the subscription that they pay, and that staff know."""

from __future__ import annotations

from datetime import timedelta

from bot.memberships.model import BillingKind, Order
from bot.payments.port import Phase
from tests.memberships.shop import ANN, GUILD, Shop


async def subscribed(shop: Shop) -> Order:
    """Ann pays 15 dollars a month for Gold."""
    await shop.tier()
    return await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )


async def test_who_was_banned_while_lyceum_was_off_does_not_pay_on_and_staff_know(shop: Shop) -> None:
    order = await subscribed(shop)
    del shop.server.held[ANN]

    await shop.service.role_audit.schedule([GUILD])
    await shop.turn(timedelta(minutes=5))

    assert (await shop.look(order)).phase is Phase.ENDING
    assert len(shop.server.posts) == 1
