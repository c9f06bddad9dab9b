"""The preview of a change: who may confirm it, how long, and what is said when nothing can be changed; downwards, later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.memberships.changes import cards as change_cards
from bot.memberships.changes.quote import Quote
from bot.memberships.membership_actions import CHANGE, CONFIRM_CHANGE
from bot.memberships.model import BillingKind, OrderStatus
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.purchasing import PurchaseChoice
from bot.money import Money
from bot.payments.port import Phase
from tests.memberships.changes import EN, confirm, monthly, quote, shelf
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GOLD,
    GUILD,
    MONDAY,
    OLIVIA,
    SILVER,
    Shop,
    actions,
    shown,
)

# The preview and its button.


async def test_a_preview_is_good_for_a_quarter_of_an_hour(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)

    await shop.turn(timedelta(minutes=14))
    bill = await confirm(shop, told)
    assert isinstance(bill, PendingOrder) and bill.order.price == told.due

    await shop.turn(timedelta(minutes=2))
    again = await confirm(shop, told)
    assert isinstance(again, Quote) and again.worse
    assert "too old, or something has changed" in shown(change_cards.quote(EN, again))


async def test_what_became_worse_is_shown_again_and_nothing_is_charged(shop: Shop) -> None:
    await shelf(shop)
    old = await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)
    await shop.service.refunds.ask(GUILD, str(old.id), OLIVIA, "a part", "4.00")
    await shop.worker.run_due()

    again = await confirm(shop, told)

    assert isinstance(again, Quote)
    assert again.worse and again.due.amount > told.due.amount
    assert len((await shop.service.status(GUILD, ANN)).orders) == 1


async def test_nobody_confirms_for_another(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    told = await quote(shop)

    with pytest.raises(UserError, match="over or was changed"):
        await confirm(shop, told, BOB)
    shown_draft = CONFIRM_CHANGE.encode(told.draft, None).removeprefix("membership.confirm:")
    for draft in (
        "",
        "n.1",
        "x.1.1.1.1.1",
        "n.g.1.1.1.1",
        f"{shown_draft}.1",
        "n." + ".".join(["f" * 17] * 5),
    ):
        with pytest.raises(UserError, match="older version"):
            CONFIRM_CHANGE.decode(f"membership.confirm:{draft}")


async def test_several_prices_are_offered_first(shop: Shop) -> None:
    _, gold = await monthly(shop)
    once = next(p for p in (await shop.service.catalog.products(GUILD))[0].prices if p.duration.days)
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", once)).order, "pay_silver"))

    told = await shop.service.change_pricing.propose(GUILD, ANN, "Gold")

    assert isinstance(told, PurchaseChoice)
    action = next(one for one in actions(change_cards.choice(EN, told)) if one.endswith(str(gold.id)))
    right_id, price_id = CHANGE.decode(action)
    assert isinstance(await shop.service.change_pricing.press(GUILD, ANN, right_id, price_id), Quote)


@pytest.mark.parametrize("typed", ["silver", " SILVER "])
async def test_what_is_to_change_is_named_as_people_type(shop: Shop, typed: str) -> None:
    await shelf(shop)
    await shop.tier("Bronze", SILVER, price="5.00", days=30)
    await shop.buy(ANN, "Silver", "pay_silver")
    await shop.buy(ANN, "Bronze", "pay_bronze")

    told = await shop.service.change_pricing.propose(GUILD, ANN, "Gold", instead=typed)

    assert isinstance(told, Quote)
    assert told.held.entitlement.tier.name == "Silver"


# Downwards.


async def test_a_cheaper_one_begins_when_the_dearer_ends(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    await shop.turn(10 * DAY)

    told = await quote(shop, "Silver")
    assert (told.now, told.due, told.starts_at) == (False, Money(900, "USD"), MONDAY + 30 * DAY)
    assert "you can take it back" in shown(change_cards.quote(EN, told))
    bill = await confirm(shop, told)
    assert isinstance(bill, PendingOrder) and bill.begins == MONDAY + 30 * DAY
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}

    await shop.turn(20 * DAY)
    assert shop.server.held[ANN] == {SILVER}
    await shop.turn(30 * DAY)
    assert shop.server.held[ANN] == set()


async def test_a_planned_change_can_be_taken_back_with_its_money(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    [planned] = (await shop.service.renewals.endings(GUILD, ANN)).planned

    with pytest.raises(UserError, match="Take it back first"):
        await quote(shop, "Silver")
    with pytest.raises(UserError, match="Take it back first"):
        await shop.bill(ANN, "Gold")
    with pytest.raises(UserError, match="no such change"):
        await shop.service.changes.undo(GUILD, BOB, planned.order.id)
    undone = await shop.service.changes.undo(GUILD, ANN, planned.order.id)
    await shop.worker.run_due()

    assert undone.paid
    assert (await shop.look(bill.order)).state is OrderStatus.REFUNDED
    await shop.turn(31 * DAY)
    assert shop.server.held[ANN] == set()


async def test_what_has_begun_cannot_be_taken_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_silver"))
    await shop.turn(31 * DAY)

    with pytest.raises(UserError, match="it has begun"):
        await shop.service.changes.undo(GUILD, ANN, bill.order.id)


# What cannot be changed gets a sentence.


async def test_there_must_be_something_to_change_and_to_change_to(shop: Shop) -> None:
    await shelf(shop)
    trial = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    with pytest.raises(UserError, match="no membership that could be changed"):
        await quote(shop, "Silver")
    await shop.service.buy(GUILD, ANN, "Gold", str(trial.id))
    with pytest.raises(UserError, match="without having paid"):
        await quote(shop, "Silver")
    await shop.buy(BOB, "Silver", "pay_silver")
    with pytest.raises(UserError, match="A trial is for those"):
        await quote(shop, "Gold", trial, BOB)
    with pytest.raises(UserError, match="adds the days"):
        await quote(shop, "Silver", None, BOB)
    with pytest.raises(UserError, match="no plan called"):
        await quote(shop, "Golf", None, BOB)


async def test_of_several_memberships_one_must_be_named(shop: Shop) -> None:
    await shelf(shop)
    await shop.tier("Platinum", 52, price="40.00", days=30)
    for plan in ("Silver", "Gold"):
        await shop.buy(ANN, plan, f"pay_{plan}")

    with pytest.raises(UserError, match="several memberships"):
        await quote(shop, "Platinum")
    chosen = (await shop.service.change_pricing.choices(GUILD, ANN))[0].entitlement
    told = await shop.service.change_pricing.propose(GUILD, ANN, "Platinum", None, str(chosen.id))
    assert isinstance(told, Quote) and told.held.entitlement.id == chosen.id
    with pytest.raises(UserError, match="no such membership"):
        await shop.service.change_pricing.propose(GUILD, ANN, "Platinum", None, "404")


async def test_an_unpaid_renewal_is_paid_first(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    order = await shop.subscribe(ANN, "Silver", silver)
    await shop.phase(order, Phase.PAST_DUE)

    with pytest.raises(UserError, match="Pay it first"):
        await quote(shop, "Gold", gold)


async def test_another_currency_is_for_later(shop: Shop) -> None:
    await shelf(shop)
    euros = await shop.price("Gold", "25", days=30, currency="EUR")
    once = (await shop.service.catalog.products(GUILD))[0].prices[0]
    await shop.settle(shop.paid((await shop.bill(ANN, "Silver", once)).order, "pay_silver"))

    told = await quote(shop, "Gold", euros)

    assert (told.now, told.credit, told.due) == (False, 0, Money(2500, "EUR"))
