"""The owner's slips of the keyboard about bank transfers: corrected as what they are, with nothing deleted and no refund made up."""

from __future__ import annotations

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice import detail_cards
from bot.memberships.changes.quote import Quote
from bot.memberships.model import OrderStatus
from bot.money import Money
from bot.payments.manual.provider import ManualProvider
from tests.memberships.orders import read
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, HELPER, MONDAY, OLIVIA, Shop
from tests.memberships.transfers import PRICE, books_close, correct, give_back, note, sold, waiting


@pytest.mark.parametrize(("slip", "right"), [("45", "40"), ("30", "40"), ("4", "40"), ("400", "40")])
async def test_a_slip_is_corrected_and_nothing_went_back(shop: Shop, slip: str, right: str) -> None:
    order = await sold(shop)
    await note(shop, order, slip)

    corrected = await correct(shop, order, right)

    assert (corrected.was, corrected.now) == (Money(int(slip) * 100, "USD"), PRICE)
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:manual"] == [PRICE]
    [line] = await shop.service.backoffice.totals(GUILD)
    assert (line.captured, line.allocated, line.given_back, line.open) == (4000, 4000, 0, 0)
    assert await books_close(shop)
    assert await waiting(shop) == []
    assert await shop.stuck() == []


async def test_a_correction_is_in_ledger_and_log_as_what_it_is(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)
    await note(shop, order, "45")
    before = await shop.service.backoffice.detail(GUILD, str(order.id))

    told = read(backoffice_answers.corrected(texts.of("en"), await correct(shop, order, "40")))

    after = await shop.service.backoffice.detail(GUILD, str(order.id))
    assert "$40.00 came, not $45.00" in told
    assert set(before.bookings) < set(after.bookings)  # rows are only ever added
    assert sorted({booking.ref for booking in after.bookings}) == [
        f"corrected:{order.id}-1",
        f"paid:{order.id}-1",
        f"paid:{order.id}-2",
    ]
    taken_back = [booking.delta.amount for booking in after.bookings if booking.ref.startswith("corrected")]
    assert sorted(taken_back) == [-4500, 500, 4000]
    [entry] = [entry for entry in after.notes if entry.what == "order.corrected"]
    assert (entry.actor, entry.detail["reason"]) == (OLIVIA, "a slip of mine")
    assert (entry.detail["was"], entry.detail["amount"]) == (4500, 4000)
    assert "corrected: this did not happen · $45.00" in read(detail_cards.order_detail(texts.of("en"), after))


async def test_the_wrong_order_marked_loses_what_it_gave(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)
    await note(shop, order)
    assert shop.server.held[ANN] == {GOLD}

    told = read(backoffice_answers.corrected(texts.of("en"), await correct(shop, order)))

    assert "$40.00 never came" in told
    assert shop.server.held[ANN] == set()
    assert (await shop.look(order)).state is OrderStatus.PENDING
    assert await shop.service.backoffice.totals(GUILD) == []
    await note(shop, order)
    assert shop.server.held[ANN] == {GOLD}


async def test_any_note_may_be_the_wrong_one(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order, "13")
    await note(shop, order, "10")
    [last, first] = await shop.service.backoffice.notes(GUILD, str(order.id))
    assert (last.money.amount, first.money.amount) == (1000, 1300)

    await correct(shop, order, "30", first.object_id)

    assert (await shop.look(order)).state is OrderStatus.PAID
    with pytest.raises(UserError, match="no such note"):
        await correct(shop, order, "20", first.object_id)


async def test_a_refund_that_was_never_sent_is_corrected_too(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order)
    await give_back(shop, order)
    assert shop.server.held[ANN] == set()

    await correct(shop, order)

    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert await shop.held_entitlements() == [("live", MONDAY, MONDAY + 30 * DAY)]
    assert (await shop.balances())["clearing:manual"] == [PRICE]
    assert await books_close(shop)


async def test_a_part_that_went_back_is_corrected_to_another(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order, "30")
    await note(shop, order, "10")
    await give_back(shop, order, "35")  # of both payments in one transfer
    assert (await shop.look(order)).state is OrderStatus.PAID

    with pytest.raises(UserError, match="There is not that much left"):
        await correct(shop, order, "99")
    with pytest.raises(UserError, match="Money was given back from this payment"):
        await correct(shop, order, "5", f"{order.id}-1")
    await correct(shop, order, "5")

    assert (await shop.balances())["clearing:manual"] == [Money(2500, "USD")]
    assert await books_close(shop)


async def test_what_was_never_so_is_on_no_receipt(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order, "45")
    await correct(shop, order, "40")

    receipts = shop.service.receipts
    receipt = await receipts.read(receipts.token(GUILD, order.id))

    assert receipt is not None
    assert [fact.money for fact in receipt.payments] == [PRICE]
    assert receipt.back == ()


async def test_nothing_can_be_corrected_where_nothing_was_noted(shop: Shop) -> None:
    order = await sold(shop)
    with pytest.raises(UserError, match="nothing to correct"):
        await correct(shop, order)
    await note(shop, order, "40")
    with pytest.raises(UserError, match="noted already"):
        await correct(shop, order, "40")
    for typed in ("-1", "many", "0.001"):
        with pytest.raises(UserError):
            await correct(shop, order, typed)
    [product] = await shop.service.catalog.products(GUILD)
    by_card = await shop.service.checkouts.buy(product.tier, product.prices[0], BOB, "bank")
    with pytest.raises(UserError, match="reports payments itself"):
        await correct(shop, by_card.order)


async def test_the_value_of_parts_is_what_they_add_up_to(shop: Shop) -> None:
    """Credit for a change counts every part, and nothing that never came."""
    order = await sold(shop)
    await note(shop, order, "400")
    await correct(shop, order, "25")
    await note(shop, order, "15")
    await shop.tier("Studio", HELPER, "80.00")
    [studio] = [one for one in await shop.service.catalog.products(GUILD) if one.tier.name == "Studio"]
    shop.providers.pop("bank")
    shop.providers["manual"] = ManualProvider("To Olivia", ["USD"])

    quote = await shop.service.change_pricing.propose(GUILD, ANN, "Studio", str(studio.prices[0].id))

    assert isinstance(quote, Quote)
    assert quote.due == Money(4000, "USD")


async def test_money_above_the_price_is_worth_no_days(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order, "60")
    await shop.tier("Studio", HELPER, "80.00")

    quote = await shop.service.change_pricing.propose(GUILD, ANN, "Studio")

    assert isinstance(quote, Quote)
    assert quote.credit == 4000
