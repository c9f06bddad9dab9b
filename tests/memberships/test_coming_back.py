"""What comes back when something is undone: only what money still stands behind, to whom it belongs, and nothing that charges on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import UserError
from bot.memberships.access.access_admin import Staff
from bot.memberships.changes.quote import Quote
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.purchasing import Activated
from bot.payments.port import FactKind, Phase
from tests.memberships.changes import confirm, monthly, quote, shelf, upgraded
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GOLD,
    GUILD,
    OLIVIA,
    SILVER,
    Shop,
)

OWNER = Staff(OLIVIA, owner=True)


async def both(shop: Shop) -> tuple[Order, Order]:
    """Ten days of Silver, then the upgrade to Gold."""
    await shelf(shop)
    silver = await shop.buy(ANN, "Silver", "pay_silver")
    await shop.turn(10 * DAY)
    return silver, await upgraded(shop)


async def give_back(shop: Shop, order: Order) -> None:
    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "sorry")
    await shop.worker.run_due()


async def test_what_was_given_back_does_not_return_with_the_upgrade_s_money(shop: Shop) -> None:
    silver, gold = await both(shop)

    await give_back(shop, silver)
    assert shop.server.held[ANN] == {GOLD}
    told = await shop.service.refunds.draft(GUILD, str(gold.id), OLIVIA, "sorry")
    await give_back(shop, gold)

    assert told.going == (GOLD,)
    assert shop.server.held[ANN] == set()
    assert [state for state, _, _ in await shop.held_entitlements()] == ["revoked", "revoked"]


async def test_nor_does_what_the_payer_s_bank_took_back(shop: Shop) -> None:
    silver, gold = await both(shop)
    [payment] = shop.provider.known[silver.ref or ""]
    dispute = replace(payment, object_id="dp_1", payment_id=payment.object_id)

    await shop.settle(replace(dispute, kind=FactKind.DISPUTED), replace(dispute, kind=FactKind.DISPUTE_LOST))
    await give_back(shop, gold)

    assert shop.server.held[ANN] == set()


async def test_what_was_exchanged_goes_with_the_account_and_comes_back_there(shop: Shop) -> None:
    _, gold = await both(shop)

    await shop.service.access_admin.transfer(GUILD, ANN, BOB, "a new account", OWNER)
    await shop.worker.run_due()
    await give_back(shop, gold)

    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {SILVER})


async def exchanged(shop: Shop) -> Order:
    """A subscription that was ended, then exchanged for paid days."""
    silver, _ = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)
    await shop.service.renewals.stop(GUILD, ANN, old.id, None)
    [days] = [
        price
        for product in await shop.service.catalog.products(GUILD)
        for price in product.prices
        if product.tier.name == "Gold" and price.duration.days
    ]
    bill = await confirm(shop, await quote(shop, "Gold", days))
    await shop.settle(shop.paid(bill.order, "pay_up"))  # type: ignore[attr-defined] # a bill: something is due
    await shop.worker.run_due()
    return old


async def test_an_old_card_does_not_keep_what_was_exchanged(shop: Shop) -> None:
    old = await exchanged(shop)

    with pytest.raises(UserError, match="cannot go on"):
        await shop.service.renewals.keep(GUILD, ANN, old.id)

    assert (await shop.look(old)).phase is Phase.ENDING


async def test_nor_what_staff_revoked(shop: Shop) -> None:
    silver, _ = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)
    await shop.service.access_admin.revoke(GUILD, ANN, "Silver", "spam", OWNER)
    await shop.worker.run_due()

    with pytest.raises(UserError, match="cannot go on"):
        await shop.service.renewals.keep(GUILD, ANN, old.id)


async def test_kept_on_the_provider_s_own_page_it_ends_again(shop: Shop) -> None:
    old = await exchanged(shop)

    await shop.phase(old, Phase.ACTIVE)

    assert (await shop.look(old)).phase is Phase.ENDING


async def test_a_planned_change_that_costs_nothing_is_taken_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Plus", GOLD, price="30.00", days=60)
    await shop.terms("Plus", discount=100)
    await shop.buy(ANN, "Gold", "pay_gold")
    await shop.buy(ANN, "Plus", "pay_plus")
    [gold] = [
        one.entitlement
        for one in await shop.service.change_pricing.choices(GUILD, ANN)
        if one.entitlement.tier.name == "Gold"
    ]
    told = await shop.service.change_pricing.propose(GUILD, ANN, "Silver", None, str(gold.id))
    assert isinstance(told, Quote)
    made = await confirm(shop, told)
    assert isinstance(made, Activated)
    assert made.order is not None

    undone = await shop.service.changes.undo(GUILD, ANN, made.order.id)

    assert (undone.paid, undone.order.state) == (False, OrderStatus.CANCELLED)
    assert [state for state, _, _ in await shop.held_entitlements()] == ["live", "live", "revoked"]
    await confirm(shop, told)  # and planned anew
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == {GOLD, SILVER}
    await shop.turn(30 * DAY)  # what it gave for nothing ends with Plus
    assert shop.server.held[ANN] == set()
