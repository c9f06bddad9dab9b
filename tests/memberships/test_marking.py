"""Bank transfers: the member reads how to pay, the owner says that the money came, and sends back what has to go back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.cards import fenced
from bot.errors import NeedsAction, UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.model import OrderStatus, Refusal, Search
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.purchasing import PurchaseChoice
from bot.memberships.orders.settlement import Policy
from bot.money import Money
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import InvalidWebhook, Recurrence
from tests.memberships.orders import actions, links, read, transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, OLIVIA, OTHER, Shop


async def test_the_member_may_choose_among_all_who_take_the_price(shop: Shop) -> None:
    tier = await shop.tier()
    [product] = await shop.service.catalog.products(GUILD)
    [price] = product.prices
    assert (await shop.order()).provider == "bank"
    assert (await transfer(shop)).provider == "manual"

    names = [provider.name for provider in shop.service.checkouts.providers_for(price)]

    assert names == ["bank", "manual"]
    asked = await shop.service.buy(GUILD, BOB, "Gold")
    assert isinstance(asked, PurchaseChoice)
    assert asked.providers == ("bank", "manual")
    with pytest.raises(UserError, match="Choose another"):
        await shop.service.checkouts.buy(tier, price, ANN, "shells")


def test_it_takes_its_currencies_once_and_no_webhooks() -> None:
    manual = ManualProvider("To Olivia", ["EUR"])

    assert manual.supports(Money(1, "EUR"), Recurrence.ONCE)
    assert not manual.supports(Money(1, "USD"), Recurrence.ONCE)
    assert not manual.supports(Money(1, "EUR"), Recurrence.RECURRING)
    assert not manual.receives_webhooks
    with pytest.raises(InvalidWebhook):
        manual.verify([], b"{}", MONDAY)


async def test_the_pay_card_shows_how_to_pay_and_the_order_as_reference(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await transfer(shop)

    card = order_cards.pay(texts.of("en"), await shop.service.checkouts.pending_order(order))

    assert f"```\nTo Olivia, account 12345\n\nReference: {order.id}\n```" in read(card)
    assert links(card) == []
    assert actions(card) == [f"membership.check:{order.id}"]


@pytest.mark.parametrize("words", ["```\n@everyone", "a``", "````", "`" * 50, "x\u202e```y", "``\u200d`"])
def test_instructions_cannot_end_their_block(words: str) -> None:
    shown = fenced(words)

    assert shown.startswith("```\n")
    assert shown.endswith("\n```")
    assert "``" not in shown[4:-4]
    assert "\u202e" not in shown


async def test_a_transfer_has_days_where_a_link_has_minutes(shop: Shop) -> None:
    await shop.tier()
    order = await transfer(shop)

    assert order.expires_at == MONDAY + 7 * DAY
    await shop.turn(6 * DAY)
    assert (await shop.look(order)).state is OrderStatus.PENDING
    await shop.turn(DAY)
    assert (await shop.look(order)).state is OrderStatus.EXPIRED


async def test_what_the_owner_marks_gives_the_role(shop: Shop, texts: Catalog) -> None:
    tier = await shop.tier()
    order = await transfer(shop)

    marked = await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "statement of today")
    await shop.worker.run_due()

    assert marked.entitlement
    assert not marked.before
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:manual"] == [Money(1900, "USD")]
    assert (await shop.balances())[f"sales:{tier.id}"] == [Money(-1900, "USD")]
    assert "gets" in read(backoffice_answers.marked(texts.of("en"), marked))
    sheet = await shop.service.backoffice.detail(GUILD, str(order.id))
    assert [(note.actor, note.detail["reason"]) for note in sheet.notes if note.what == "order.marked"] == [
        (OLIVIA, "statement of today")
    ]


async def test_marking_twice_marks_once_and_says_so(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await transfer(shop)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")

    again = await shop.service.offline_payments.mark(GUILD, f"#{order.id}", OLIVIA, "came")
    await shop.worker.run_due()

    assert (again.before, again.money) == (True, Money(1900, "USD"))
    assert "Nothing was changed" in read(backoffice_answers.marked(texts.of("en"), again))
    assert len(await shop.held_entitlements()) == 1
    assert (await shop.balances())["clearing:manual"] == [Money(1900, "USD")]


async def test_money_that_comes_after_the_days_still_counts(shop: Shop) -> None:
    await shop.tier()
    order = await transfer(shop)
    await shop.turn(8 * DAY)

    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came late")
    await shop.worker.run_due()

    assert shop.server.held[ANN] == {GOLD}


async def test_another_amount_gives_nothing_and_waits_for_the_owner_until_it_went_back(shop: Shop) -> None:
    await shop.tier()
    order = await transfer(shop)

    marked = await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came", "9.50")
    await shop.worker.run_due()

    assert not marked.entitlement
    assert shop.server.held[ANN] == set()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()  # the rest may still come
    await shop.turn(7 * DAY)
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.finding == "payment-partial"

    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "not the price")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()

    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "now the whole price")
    await shop.worker.run_due()
    assert shop.server.held[ANN] == {GOLD}


async def test_a_refund_is_a_fact_once_the_owner_says_that_it_was_sent(shop: Shop) -> None:
    await shop.tier()
    order = await transfer(shop)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    await shop.worker.run_due()

    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "changed her mind")
    await shop.worker.run_due()
    assert draft.by_hand
    assert (await shop.look(order)).state is OrderStatus.PAID

    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert shop.server.held[ANN] == set()
    assert (await shop.balances())["clearing:manual"] == [Money(0, "USD")]
    assert await shop.stuck() == []


async def test_money_that_must_go_back_by_itself_waits_for_the_owner_s_hand(shop: Shop) -> None:
    """What was sold cannot be given any more: with another provider the money would go back by itself."""
    await shop.tier()
    order = await transfer(shop)
    async with shop.db.write() as tx:
        await shop.service.settlement.reject(tx, order, Refusal.SOLD_OUT)

    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    await shop.worker.run_due()

    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.finding == "refund-by-hand"
    assert "19.00 USD" in waiting.detail

    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "sold out")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()
    assert (await shop.service.backoffice.listing(GUILD, Search())).waiting == ()
    assert await shop.stuck() == []


async def test_what_a_member_gives_up_is_not_taken_for_sent_back(shop: Shop) -> None:
    """A planned change taken back asks for its money; nobody but the owner can say that it went."""
    await shop.tier()
    order = await transfer(shop)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")

    await shop.service.refunds.ask(GUILD, str(order.id), ANN, "a planned change was taken back")
    await shop.worker.run_due()

    assert (await shop.look(order)).state is OrderStatus.PAID
    [waiting] = (await shop.service.backoffice.listing(GUILD, Search())).waiting
    assert waiting.finding == "refund-by-hand"
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "sent")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert await shop.stuck() == []


async def test_only_orders_that_nobody_reports_can_be_marked(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order(BOB)

    with pytest.raises(UserError, match="Bank, which reports payments itself"):
        await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "cash")
    for number in ("404", "no number", "-1", "9" * 30):
        with pytest.raises(UserError, match="no such order"):
            await shop.service.offline_payments.mark(GUILD, number, OLIVIA, "cash")
    mine = await transfer(shop)
    with pytest.raises(UserError, match="no such order"):
        await shop.service.offline_payments.mark(OTHER, str(mine.id), OLIVIA, "cash")
    for typed in ("many", "0", "-5", "1.999"):
        with pytest.raises(UserError):
            await shop.service.offline_payments.mark(GUILD, str(mine.id), OLIVIA, "cash", typed)
    assert (await shop.look(mine)).state is OrderStatus.PENDING


async def test_looking_at_a_manual_order_finds_nothing_and_harms_nothing(shop: Shop) -> None:
    """Polling goes over all open orders; for these there is nobody to ask."""
    await shop.tier()
    order = await transfer(shop)

    await shop.service.polling.tick()
    await shop.service.checkouts.refresh(await shop.look(order))

    assert (await shop.look(order)).state is OrderStatus.PENDING
    with pytest.raises(NeedsAction, match="refund-by-hand"):
        await shop.providers["manual"].refund("1-1", Money(1900, "USD"), "key")


async def test_the_owner_s_policy_for_parts_is_kept(shop: Shop) -> None:
    await shop.tier()
    shop.service.settlement.policy = Policy(partial_refund="revoke")
    order = await transfer(shop)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    await shop.worker.run_due()

    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "a discount", "5")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()

    assert shop.server.held[ANN] == set()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    await shop.turn(timedelta(minutes=1))
    assert (await shop.balances())["clearing:manual"] == [Money(1400, "USD")]
