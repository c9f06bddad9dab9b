"""Removed from the server when a membership is over: who is, who never is, and that they are told before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog import shop_view
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.changes import status_cards
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.departure import Cause
from bot.memberships.model import BillingKind, ExpiryAction, Order, Search
from bot.memberships.orders import cards as order_cards
from bot.payments.port import Phase
from tests.memberships.removing import EN, bought, for_sale, log
from tests.memberships.shop import (
    ANN,
    BOB,
    DAY,
    GOLD,
    GUILD,
    OLIVIA,
    Shop,
    killed_at,
    shown,
)


async def test_at_the_end_the_member_is_removed_and_told_before(shop: Shop) -> None:
    await bought(shop)

    await shop.turn(30 * DAY - timedelta(seconds=1))
    assert shop.server.kicked == []
    await shop.turn(timedelta(seconds=1))

    assert shop.server.kicked == [ANN]
    [(user, card)] = [letter for key, letter in shop.server.letters.items() if key.startswith("removal:")]
    assert user == ANN
    assert "you are being removed" in shown(card) and "Gophers" in shown(card) and "not banned" in shown(card)
    assert len(await log(shop, "departure.removed")) == 1


async def test_control_other_ends_remove_nobody(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.buy(ANN)

    await shop.turn(31 * DAY)

    assert shop.server.kicked == []


async def test_the_days_of_grace_come_first(shop: Shop) -> None:
    await bought(shop, grace_days=3)

    await shop.turn(33 * DAY - timedelta(seconds=1))
    assert shop.server.kicked == []
    await shop.turn(timedelta(seconds=1))

    assert shop.server.kicked == [ANN]


async def test_the_member_knows_beforehand(shop: Shop) -> None:
    await bought(shop)
    await shop.service.reminders.choose(GUILD, ANN, True)

    words = shown(status_cards.status(EN, await shop.service.status(GUILD, ANN)))
    assert "You will be removed from this server on" in words
    product, taken = await shop.service.catalog.product(GUILD, "Gold")
    assert "is removed from this server" in shown(shop_view.preview(EN, product, taken, []))

    await shop.turn(24 * DAY)
    [(_, card)] = shop.server.letters.values()
    assert "You will be removed from this server on" in shown(card)


async def test_buyers_read_it_before_they_pay(shop: Shop) -> None:
    await for_sale(shop)
    [product] = await shop.service.catalog.products(GUILD)

    assert "is removed from this server" in shown(shop_view.shop(EN, [product], {}, False))
    assert "is removed from this server" in shown(order_cards.pay(EN, await shop.bill(BOB)))


async def test_the_owner_reads_what_it_means_before_it_is_in_force(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)

    proposal = await shop.service.tier_editing.propose(
        GUILD, "Gold", TierEdit(after=ExpiryAction.KICK), OLIVIA, True
    )

    words = shown(catalog_cards.proposed(EN, proposal))
    assert not proposal.saved
    assert "I remove the member from this server" in words and "Kick Members" in words
    assert "It lacks that permission at the moment" not in words
    assert "It lacks that permission at the moment" in shown(
        catalog_cards.proposed(EN, proposal, may_remove=False)
    )


async def subscribed(shop: Shop, **terms: object) -> Order:
    await for_sale(shop, **terms)
    return await shop.subscribe(
        ANN, "Gold", await shop.price("Gold", "15", months=1, way=BillingKind.RECURRING)
    )


async def test_a_renewal_that_nobody_reported_is_found_in_time(shop: Shop) -> None:
    order = await subscribed(shop)
    await shop.turn(30 * DAY)
    assert order.renewal is not None
    period_end = max(fact.period.ends_at for fact in shop.provider.known[order.ref or ""] if fact.period)
    shop.provider.take(order, order.ref or "", order.renewal, period_end, renewal=True)

    await shop.turn(5 * DAY)  # Lyceum hears nothing of it

    assert shop.server.kicked == []
    assert shop.server.held[ANN] == {GOLD}


async def test_a_renewal_that_is_paid_in_its_grace_removes_nobody(shop: Shop) -> None:
    order = await subscribed(shop, grace_days=5)
    await shop.turn(30 * DAY)
    await shop.phase(order, Phase.PAST_DUE)
    await shop.turn(4 * DAY)
    await shop.provider.set_ending(order.ref or "", False)
    await shop.renew(order)

    await shop.turn(20 * DAY)

    assert shop.server.kicked == []


async def test_whom_a_renewal_failed_is_removed_after_the_grace_and_pays_no_more(shop: Shop) -> None:
    order = await subscribed(shop, grace_days=5)
    await shop.turn(30 * DAY)
    await shop.phase(order, Phase.PAST_DUE)

    await shop.turn(6 * DAY)
    await shop.service.departures.heard(GUILD, ANN, Cause.LEAVE)
    await shop.turn(DAY)

    assert shop.server.kicked == [ANN]
    assert (await shop.look(order)).phase is Phase.ENDING


async def test_who_is_just_paying_is_waited_for(shop: Shop) -> None:
    await bought(shop)
    await shop.turn(30 * DAY - timedelta(minutes=5))
    order = await shop.order(ANN)

    await shop.turn(timedelta(minutes=20))
    assert shop.server.kicked == []
    await shop.settle(shop.paid(order, "pay_2"))
    await shop.turn(DAY)

    assert shop.server.kicked == []
    assert shop.server.held[ANN] == {GOLD}


async def test_control_a_link_that_is_opened_afterwards_holds_nothing_up(shop: Shop) -> None:
    await bought(shop)
    shop.server.kicks_allowed = False
    await shop.turn(30 * DAY)
    await shop.order(ANN)
    shop.server.kicks_allowed = True

    await shop.patience()

    assert shop.server.kicked == [ANN]


async def test_without_the_permission_staff_are_told_once_and_it_is_made_up_for(shop: Shop) -> None:
    order = await bought(shop)
    shop.server.kicks_allowed = False
    await shop.turn(30 * DAY)
    for _ in range(3):
        await shop.patience()

    assert await shop.stuck() == ["member.kick"]
    [card] = [card for key, card in shop.server.posts.items() if key.startswith("removal.refused")]
    assert "Kick Members" in shown(card)
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.order is not None and (waiting.order.id, waiting.finding) == (order.id, "kick-members")
    assert [key for key in shop.server.letters if key.startswith("removal:")] == []

    shop.server.kicks_allowed = True
    await shop.service.roles_changed(GUILD)
    await shop.patience()
    assert shop.server.kicked == [ANN]
    assert await shop.stuck() == []


async def test_discord_failing_for_a_while_removes_once_and_writes_once(shop: Shop) -> None:
    await bought(shop)
    await shop.turn(30 * DAY - timedelta(seconds=1))
    shop.server.failures = 5
    await shop.turn(timedelta(seconds=1))
    for _ in range(6):
        await shop.patience()

    assert shop.server.kicked == [ANN]
    assert len([key for key in shop.server.letters if key.startswith("removal:")]) == 1
    assert len(await log(shop, "departure.removed")) == 1


@pytest.mark.parametrize("name", ["outbox.posted", "outbox.sent"])
async def test_killed_while_removing_it_is_done_once(shop: Shop, name: str) -> None:
    await bought(shop)
    await shop.turn(30 * DAY - timedelta(seconds=1))
    with killed_at(name):
        await shop.turn(timedelta(seconds=1))
    await shop.worker.recover()
    await shop.patience()

    assert shop.server.kicked == [ANN]
    assert len(await log(shop, "departure.removed")) == 1


async def test_who_has_left_already_was_not_removed(shop: Shop) -> None:
    await bought(shop)
    del shop.server.held[ANN]

    await shop.turn(31 * DAY)

    assert shop.server.kicked == []
    assert await log(shop, "departure.removed") == []


def test_what_staff_read_when_lyceum_may_not() -> None:
    words = shown(departure_cards.may_not_remove(EN, ANN, "Gold", 1))

    assert f"<@{ANN}>" in words and "/tier edit" in words
