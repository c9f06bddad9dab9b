"""A subscription belongs to who pays for it: nobody else touches the card, and who pays can always see and end it."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cards import Row
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.store import entitlements
from bot.memberships.changes import status_cards
from bot.memberships.changes.quote import Quote
from bot.memberships.model import BillingKind, Order, OrderStatus, Price
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.holdings import PlannedChange
from bot.payments.port import Phase
from tests.memberships.changes import confirm, monthly, quote, shelf
from tests.memberships.shop import (
    ANN,
    BOB,
    CID,
    DAY,
    GOLD,
    GUILD,
    MONDAY,
    OLIVIA,
    SILVER,
    Killed,
    Shop,
    actions,
    killed_at,
    shown,
)

EN = Catalog("en", ZoneInfo("UTC")).of("en-US")
OWNER = Staff(OLIVIA, owner=True)


async def moved(shop: Shop, giver: int = ANN, taker: int = BOB) -> None:
    """Staff hand everything from one account to the other."""
    await shop.service.access_admin.transfer(GUILD, giver, taker, "lost the account", OWNER)
    await shop.worker.run_due()


async def subscribed_and_moved(shop: Shop) -> Order:
    """Ann subscribes to Silver, then staff move it to Bob."""
    silver, _ = await monthly(shop)
    order = await shop.subscribe(ANN, "Silver", silver)
    await moved(shop)
    return await shop.look(order)


async def test_b1_whoever_got_it_has_the_role_and_no_hand_on_the_card(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    order = await shop.subscribe(ANN, "Silver", silver)
    await moved(shop)
    renewals = shop.service.renewals

    with pytest.raises(UserError, match="account that pays"):
        await quote(shop, "Gold", gold, BOB)
    with pytest.raises(UserError, match="account that pays"):
        await renewals.portal(GUILD, BOB, order.id)
    with pytest.raises(UserError, match="account that pays"):
        await renewals.stop(GUILD, BOB, order.id, None)
    with pytest.raises(UserError, match="account that pays"):
        await renewals.keep(GUILD, BOB, order.id)

    assert shop.provider.changes == []
    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {SILVER})
    card = status_cards.status(EN, await shop.service.status(GUILD, BOB))
    assert [one for one in actions(card) if one != "membership.remind"] == []
    assert "Another account pays" in shown(card)


async def test_b1_who_pays_sees_it_opens_the_portal_and_ends_it(shop: Shop) -> None:
    order = await subscribed_and_moved(shop)

    card = status_cards.status(EN, await shop.service.status(GUILD, ANN))
    assert f"membership.stop:{order.id}" in actions(card)
    assert f"<@{BOB}>" in shown(card)
    assert "cus_1" in await shop.service.renewals.portal(GUILD, ANN, order.id)
    assert actions(status_cards.endings(EN, await shop.service.renewals.endings(GUILD, ANN))) == [
        f"membership.stop:{order.id}"
    ]
    await shop.service.renewals.stop(GUILD, ANN, order.id, None)

    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert shop.server.held[BOB] == {SILVER}, "to the end of what is paid"


async def trial(shop: Shop, user: int, price: Price) -> None:
    await shop.service.purchasing.press(GUILD, user, price.id, None)
    await shop.worker.run_due()


async def test_b14_two_accounts_that_both_had_the_trial_become_one(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    await trial(shop, ANN, price)
    await trial(shop, BOB, price)

    await moved(shop)

    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {GOLD})


async def test_b14_who_handed_a_trial_over_takes_no_other(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    await trial(shop, ANN, price)
    await moved(shop)

    with pytest.raises(UserError, match="A trial is for those who have not tried it"):
        await trial(shop, ANN, price)
    with pytest.raises(UserError, match="A trial is for those who have not tried it"):
        await trial(shop, BOB, price)


async def test_who_paid_and_handed_it_over_knows_it_and_gets_no_trial(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    once = next(p for p in (await shop.service.catalog.products(GUILD))[0].prices if p.duration.days == 30)
    await shop.settle(shop.paid((await shop.bill(ANN, "Gold", once)).order))
    await moved(shop)

    with pytest.raises(UserError, match="A trial is for those who have not tried it"):
        await trial(shop, ANN, price)


async def test_a_renewal_goes_to_who_has_it_and_its_money_s_reminder_to_who_pays(shop: Shop) -> None:
    silver, _ = await monthly(shop)
    await shop.terms("Silver", grace_days=5)
    order = await shop.subscribe(ANN, "Silver", silver)
    await moved(shop)
    for user in (ANN, BOB):
        await shop.service.reminders.choose(GUILD, user, True)
    shop.server.letters.clear()

    await shop.turn(25 * DAY)
    order = await shop.renew(order)
    [(state, _, ends)] = await shop.held_entitlements(BOB)
    assert (state, ends) == ("live", MONDAY + timedelta(days=61))
    assert await shop.held_entitlements(ANN) == []
    await shop.phase(order, Phase.PAST_DUE)
    await shop.turn(36 * DAY)

    letters = [(user, shown(card)) for user, card in shop.server.letters.values()]
    assert [user for user, _ in letters] == [ANN, BOB]
    assert "says how to pay" in letters[0][1]
    assert "The account that pays for it has not paid" in letters[1][1]
    assert shop.server.held[BOB] == {SILVER}


async def test_who_pays_is_told_once_what_was_moved_and_how_to_end_it(shop: Shop) -> None:
    order = await subscribed_and_moved(shop)
    await shop.patience()

    [(user, card)] = shop.server.letters.values()
    assert user == ANN
    assert "moved **Silver** to <@2>" in shown(card)
    assert "you go on paying" in shown(card)
    urls = [button.url for block in card.blocks if isinstance(block, Row) for button in block.buttons]
    assert urls == [shop.service.receipts.link(order)]
    await moved(shop, BOB, CID)
    assert [user for user, _ in shop.server.letters.values()] == [ANN, ANN]
    await moved(shop, CID, ANN)
    assert len(shop.server.letters) == 2, "she has it again"


async def test_who_only_bought_days_is_not_written_to(shop: Shop) -> None:
    await shop.tier()
    await shop.buy(ANN)

    await moved(shop)

    assert shop.server.letters == {}


async def test_days_that_another_account_paid_for_are_no_credit(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    await moved(shop)
    await shop.buy(BOB, "Silver", "pay_his")

    with pytest.raises(UserError, match="cannot be counted for you"):
        await shop.service.change_pricing.propose(GUILD, BOB, "Gold", None, str(await of(shop, ANN)))
    await shop.turn(30 * DAY)
    told = await shop.service.change_pricing.propose(GUILD, BOB, "Gold", None, str(await of(shop, BOB)))

    assert isinstance(told, Quote)
    assert told.credit == 900, "his own days only"


async def of(shop: Shop, payer: int) -> int:
    """The id of the one entitlement that this member acquired."""
    async with shop.db.read() as db:
        [found] = [
            entitlement
            for user in (ANN, BOB)
            for entitlement in await entitlements.of_member(db, GUILD, user)
            if entitlement.acquired_by == payer
        ]
    return found.id


async def test_an_exchange_that_was_paid_after_the_transfer_goes_back(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Silver", "pay_silver")
    bill = await confirm(shop, await quote(shop))
    assert isinstance(bill, PendingOrder)
    await moved(shop)

    await shop.settle(shop.paid(bill.order, "pay_up"))
    await shop.worker.run_due()

    assert (await shop.look(bill.order)).state is OrderStatus.REFUNDED
    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {SILVER})


async def test_a_transfer_waits_while_the_provider_makes_a_change(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    told = await quote(shop, "Gold", gold)
    with killed_at("change.before_call"), pytest.raises(Killed):
        await confirm(shop, told)

    with pytest.raises(UserError, match="just now"):
        await moved(shop)
    await shop.worker.recover()
    await shop.turn(timedelta(minutes=2))
    await moved(shop)

    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {GOLD})


async def test_a_planned_change_stays_with_who_pays_and_goes_to_who_has_it_then(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)
    made = await confirm(shop, await quote(shop, "Silver", silver))
    assert isinstance(made, PlannedChange)
    await moved(shop)

    [planned] = (await shop.service.status(GUILD, ANN)).planned
    assert planned.order.id == made.order.id
    assert (await shop.service.status(GUILD, BOB)).planned == ()
    with pytest.raises(UserError, match="no such change"):
        await shop.service.changes.undo(GUILD, BOB, made.order.id)
    await shop.turn(30 * DAY)
    await shop.phase(old, Phase.ENDED)
    new = await shop.look(made.order)
    shop.provider.take(new, new.ref or "", new.price, made.starts_at)
    await shop.news(new)

    assert (shop.server.held[ANN], shop.server.held[BOB]) == (set(), {SILVER})
    assert [paid.order.id for paid in (await shop.service.status(GUILD, ANN)).paying] == [made.order.id]


async def test_what_was_paid_ahead_is_taken_back_by_who_paid_only(shop: Shop) -> None:
    await shelf(shop)
    await shop.buy(ANN, "Gold", "pay_gold")
    bill = await confirm(shop, await quote(shop, "Silver"))
    assert isinstance(bill, PendingOrder)
    await shop.settle(shop.paid(bill.order, "pay_next"))
    await shop.worker.run_due()
    await moved(shop)

    with pytest.raises(UserError, match="no such change"):
        await shop.service.changes.undo(GUILD, BOB, bill.order.id)
    status = await shop.service.status(GUILD, BOB)
    assert [owned.entitlement.tier.name for owned in status.ahead] == ["Silver"]
    await shop.service.changes.undo(GUILD, ANN, bill.order.id)
    await shop.worker.run_due()

    assert (await shop.look(bill.order)).state is OrderStatus.REFUNDED
    assert shop.server.held[BOB] == {GOLD}


async def test_given_back_after_the_transfer_it_ends_for_who_has_it(shop: Shop) -> None:
    order = await subscribed_and_moved(shop)

    await shop.service.refunds.ask(GUILD, str(order.id), OLIVIA, "asked for")
    await shop.worker.run_due()

    assert shop.server.held[BOB] == set()
    assert shop.provider.subscriptions[order.ref or ""].phase is Phase.ENDING
    assert (await shop.service.status(GUILD, BOB)).paying == ()


async def test_who_pays_for_what_another_has_cannot_exchange_it_and_may_buy_their_own(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    await shop.subscribe(ANN, "Silver", silver)
    mine = await of(shop, ANN)
    await moved(shop)

    with pytest.raises(UserError, match="belongs to another account now"):
        await quote(shop, "Gold", gold)
    with pytest.raises(UserError, match="belongs to another account now"):
        await shop.service.change_pricing.press(GUILD, ANN, mine, gold.id)
    with pytest.raises(UserError, match="belongs to another account now"):
        await shop.service.change_pricing.option(GUILD, ANN, mine)
    with pytest.raises(UserError, match="account that pays"):
        await shop.service.change_pricing.option(GUILD, BOB, mine)
    with pytest.raises(UserError, match="another account pays"):
        await shop.bill(BOB, "Silver", silver)

    assert (await shop.bill(ANN, "Silver", silver)).order.user_id == ANN


async def test_an_unpaid_subscription_whose_days_are_over_can_still_be_ended(shop: Shop) -> None:
    """The provider may go on trying to charge long after the grace."""
    silver, _ = await monthly(shop)
    order = await shop.subscribe(ANN, "Silver", silver)
    await shop.phase(order, Phase.PAST_DUE)
    await shop.turn(40 * DAY)
    assert shop.server.held[ANN] == set()

    card = status_cards.endings(EN, await shop.service.renewals.endings(GUILD, ANN))
    assert actions(card) == [f"membership.stop:{order.id}"]
    assert "gives you nothing now" in shown(card)
    paid = await shop.service.renewals.stop(GUILD, ANN, order.id, None)

    assert paid.phase is Phase.ENDING
    assert "Nothing more is charged" in shown(status_cards.stopped(EN, paid))


async def test_a_planned_change_is_nothing_that_is_paid_for_in_vain(shop: Shop) -> None:
    silver, gold = await monthly(shop)
    old = await shop.subscribe(ANN, "Gold", gold)
    made = await confirm(shop, await quote(shop, "Silver", silver))
    assert isinstance(made, PlannedChange)

    endings = await shop.service.renewals.endings(GUILD, ANN)

    assert endings.paying == ()
    assert actions(status_cards.endings(EN, endings)) == [
        f"membership.stop:{old.id}",
        f"membership.undo:{made.order.id}",
    ]
