"""Subscriptions that change: by their provider at once or later, or into paid days and back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import RetryLater, UserError
from bot.memberships.changes import cards as change_cards
from bot.memberships.model import BillingKind, OrderStatus
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.holdings import PlannedChange
from bot.memberships.orders.purchasing import Activated
from bot.money import Money
from bot.payments.port import Phase
from tests.memberships.changes import EN, confirm, monthly, quote
from tests.memberships.shop import (
    ANN,
    DAY,
    GOLD,
    GUILD,
    SILVER,
    Killed,
    Shop,
    killed_at,
    shown,
)

# Subscriptions.


async def test_a_dearer_subscription_is_charged_at_once_by_its_provider(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)

    told = await quote(shop, "Gold", gold)
    assert (told.by_provider, told.now, told.due) == (True, True, Money(1000, "USD"))
    assert "charged to the card that it knows" in shown(change_cards.quote(EN, told))
    made = await confirm(shop, told)
    await shop.worker.run_due()

    assert isinstance(made, Activated)
    assert [(ref, at_once) for ref, _, at_once in shop.provider.changes] == [(old.ref, True)]
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.look(old)).phase is Phase.ENDED
    assert [state for state, _, _ in await shop.held_entitlements()] == ["replaced", "live"]
    assert made.order is not None
    await shop.turn(25 * DAY)
    await shop.renew(made.order)
    await shop.turn(20 * DAY)
    assert shop.server.held[ANN] == {GOLD}


async def test_a_card_that_fails_changes_nothing(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    told = await quote(shop, "Gold", gold)
    shop.provider.broken_card = True

    with pytest.raises(UserError, match="did not pay"):
        await confirm(shop, told)
    await shop.turn(timedelta(hours=1))

    assert shop.server.held[ANN] == {SILVER}
    latest = (await shop.service.status(GUILD, ANN)).orders[0]
    assert latest.state is OrderStatus.CANCELLED
    assert shop.provider.changes == []


async def test_a_change_whose_answer_got_lost_is_asked_for_again_and_made_once(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    told = await quote(shop, "Gold", gold)
    shop.provider.lost_answers = 1
    with pytest.raises(RetryLater):
        await confirm(shop, told)

    await shop.turn(timedelta(minutes=2))
    await shop.patience()

    assert len(shop.provider.changes) == 1
    assert shop.server.held[ANN] == {GOLD}


@pytest.mark.parametrize("name", ["order.created", "change.before_call", "change.after_call"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_killed_while_a_subscription_changes_it_changes_once(
    shop: Shop, name: str, at_once: bool
) -> None:
    silver, gold = await monthly(shop)
    prices = (silver, gold) if at_once else (gold, silver)
    await shop.subscribe(ANN, "Silver" if at_once else "Gold", prices[0])
    told = await quote(shop, "Gold" if at_once else "Silver", prices[1])

    with killed_at(name), pytest.raises(Killed):
        await confirm(shop, told)
    await shop.worker.recover()
    await shop.turn(timedelta(minutes=2))

    assert [one for _, _, one in shop.provider.changes] == [at_once]
    assert shop.server.held[ANN] == {GOLD}
    assert len((await shop.service.status(GUILD, ANN)).planned) == (0 if at_once else 1)
    assert await shop.stuck() == []


async def test_a_cheaper_subscription_waits_for_the_period_and_can_be_taken_back(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)

    told = await quote(shop, "Silver", silver)
    made = await confirm(shop, told)
    assert isinstance(made, PlannedChange)
    assert [at_once for _, _, at_once in shop.provider.changes] == [False]
    assert "charged then" in shown(change_cards.planned(EN, made))
    [planned] = (await shop.service.status(GUILD, ANN)).planned
    assert planned.starts_at == told.starts_at

    undone = await shop.service.changes.undo(GUILD, ANN, planned.order.id)
    assert not undone.paid
    assert (await shop.service.status(GUILD, ANN)).planned == ()
    await shop.turn(25 * DAY)
    await shop.renew(old)
    assert shop.server.held[ANN] == {GOLD}


async def test_a_cheaper_subscription_takes_over_when_its_time_comes(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)
    made = await confirm(shop, await quote(shop, "Silver", silver))
    assert isinstance(made, PlannedChange)

    await shop.turn(30 * DAY)
    first = await shop.phase(old, Phase.ENDED)
    new = await shop.look(made.order)
    shop.provider.take(new, new.ref or "", new.price, made.starts_at)
    await shop.news(new)

    assert first.phase is Phase.ENDED
    assert shop.server.held[ANN] == {SILVER}
    assert (await shop.look(made.order)).state is OrderStatus.PAID


async def test_a_subscription_that_is_exchanged_for_days_renews_no_more(shop: Shop) -> None:
    """Else she would pay for both."""
    silver, _ = await monthly(shop)
    old = await shop.subscribe(ANN, "Silver", silver)
    lifetime = await shop.price("Gold", "100", way=BillingKind.LIFETIME)

    told = await quote(shop, "Gold", lifetime)
    assert (told.by_provider, told.credit, told.due) == (False, 800, Money(9200, "USD"))
    bill = await confirm(shop, told)
    assert isinstance(bill, PendingOrder)
    assert "Your unused days took $8.00 off" in shown(order_cards.pay(EN, bill))
    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert shop.provider.subscriptions[old.ref or ""].phase is Phase.ENDING
    assert shop.server.held[ANN] == {GOLD}


async def test_paid_days_become_a_subscription_with_a_smaller_first_payment(shop: Shop) -> None:
    _, gold = await monthly(shop)
    once = next(p for p in (await shop.service.catalog.products(GUILD))[1].prices if p.duration.days)
    await shop.settle(shop.paid((await shop.bill(ANN, "Gold", once)).order, "pay_gold"))
    with pytest.raises(UserError, match="worth more than the first payment"):
        await quote(shop, "Gold", gold)
    await shop.turn(15 * DAY)

    told = await quote(shop, "Gold", gold)
    assert (told.credit, told.due) == (950, Money(850, "USD"))
    bill = await confirm(shop, told)
    assert isinstance(bill, PendingOrder)
    ref = bill.order.ref or ""
    await shop.provider.set_ending(ref, False)
    shop.provider.take(bill.order, ref, told.due, shop.moment)
    await shop.news(bill.order)

    assert [state for state, _, _ in await shop.held_entitlements()] == ["replaced", "live"]
    assert (await shop.renew(bill.order)).state is OrderStatus.PAID
