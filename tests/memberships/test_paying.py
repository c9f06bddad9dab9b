"""A subscription belongs to who pays for it: nobody else touches the card, and who pays can always see and end it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.access.access_admin import Staff
from bot.memberships.changes import status_cards
from bot.memberships.model import BillingKind, Order, Price
from bot.payments.port import Phase
from tests.memberships.changes import monthly, quote
from tests.memberships.shop import ANN, BOB, GOLD, GUILD, OLIVIA, SILVER, Shop, actions, shown

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

    with pytest.raises(UserError, match="had it before"):
        await trial(shop, ANN, price)
    with pytest.raises(UserError, match="had it before"):
        await trial(shop, BOB, price)


async def test_who_paid_and_handed_it_over_knows_it_and_gets_no_trial(shop: Shop) -> None:
    await shop.tier()
    price = await shop.price("Gold", "0", days=7, way=BillingKind.TRIAL)
    once = next(p for p in (await shop.service.catalog.products(GUILD))[0].prices if p.duration.days == 30)
    await shop.settle(shop.paid((await shop.bill(ANN, "Gold", once)).order))
    await moved(shop)

    with pytest.raises(UserError, match="had it before"):
        await trial(shop, ANN, price)
