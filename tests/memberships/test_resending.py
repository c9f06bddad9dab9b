"""/order resend: the member who allowed it reads their order again; nobody else is written to."""

from __future__ import annotations

import pytest

from bot.cards import Accent
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice.resending import ResendOutcome
from tests.memberships.orders import actions, links, read, transfer
from tests.memberships.shop import ANN, GOLD, GUILD, OLIVIA, Shop


async def test_nobody_is_written_to_who_did_not_allow_it(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    told = await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)

    assert (told.outcome, shop.server.letters) == (ResendOutcome.NOT_ALLOWED, {})
    card = backoffice_answers.resent(texts.of("en"), told)
    assert "did not allow direct messages" in read(card)
    assert links(card) == [shop.service.receipts.link(order)]


async def test_who_allowed_it_gets_the_receipt(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    await shop.service.reminders.choose(GUILD, ANN, wanted=True)

    told = await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)

    [(user, card)] = shop.server.letters.values()
    assert (user, told.outcome) == (ANN, ResendOutcome.SENT)
    assert "Active until" in read(card)
    assert links(card) == [shop.service.receipts.link(order)]


async def test_an_open_order_is_sent_with_the_way_to_pay_and_no_dead_button(shop: Shop) -> None:
    """In direct messages there is no server, so *Check again* could not tell whose order it is."""
    await shop.tier()
    await shop.service.reminders.choose(GUILD, ANN, wanted=True)

    order = await shop.order()
    await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)
    by_hand = await transfer(shop)
    await shop.service.resending.resend(GUILD, str(by_hand.id), OLIVIA)

    [(_, first), (_, second)] = shop.server.letters.values()
    assert links(first) == [f"https://bank.example/{order.id}"]
    assert f"Reference: {by_hand.id}" in read(second)
    assert actions(first) == actions(second) == []


@pytest.mark.parametrize("way", [ResendOutcome.CLOSED, ResendOutcome.GONE])
async def test_what_did_not_arrive_is_said(shop: Shop, texts: Catalog, way: ResendOutcome) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    await shop.service.reminders.choose(GUILD, ANN, wanted=True)
    if way is ResendOutcome.CLOSED:
        shop.server.closed.add(ANN)
    else:
        del shop.server.held[ANN]

    told = await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)

    assert told.outcome is way
    assert backoffice_answers.resent(texts.of("zh-CN"), told).accent is Accent.WARN


async def test_a_role_that_was_taken_by_hand_comes_back(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)
    shop.server.held[ANN].clear()

    await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}
