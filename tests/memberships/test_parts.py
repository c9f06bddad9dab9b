"""Bank transfers in parts: what came, what is open, what is above the price, and what becomes of it in time."""

from __future__ import annotations

import pytest

from bot.cards import Picture
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice import detail_cards
from bot.memberships.changes import status_cards
from bot.memberships.model import OrderStatus
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.settlement import Policy
from bot.money import Money
from bot.payments.manual.epc import Account
from bot.payments.manual.provider import ManualProvider
from tests.memberships.orders import actions, read, transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, OLIVIA, Shop
from tests.memberships.transfers import PRICE, books_close, correct, give_back, note, sold, waiting
from tests.pictures.codes import scanned


async def test_the_rest_of_a_transfer_completes_the_order(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)

    told = read(backoffice_answers.marked(texts.of("en"), await note(shop, order, "30")))
    assert "$10.00 is still open" in told
    assert (await shop.look(order)).state is OrderStatus.PENDING
    assert shop.server.held[ANN] == set()
    assert await waiting(shop) == []
    assert await books_close(shop)

    done = await note(shop, order)  # without an amount: what is open
    assert done.money == Money(1000, "USD")
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert (await shop.balances())["clearing:manual"] == [PRICE]
    assert await books_close(shop)


async def test_the_order_s_card_says_what_is_noted_and_what_is_open(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)
    await note(shop, order, "30")

    detail = await shop.service.backoffice.detail(GUILD, str(order.id))
    card = detail_cards.order_detail(texts.of("en"), detail)

    assert "**$30.00 of $40.00 noted** · $10.00 still open" in read(card)
    assert actions(card) == [
        f"order.{action}:{order.id}" for action in ("refund", "paid", "correct", "resend")
    ]


async def test_the_member_reads_how_much_has_arrived_and_pays_the_rest(shop: Shop, texts: Catalog) -> None:
    shop.providers["manual"] = ManualProvider(
        "To Olivia", ["EUR"], account=Account("Olivia", "DE89370400440532013000")
    )
    await shop.service.catalog.create(
        GUILD, name="Gold", price="40", currency="EUR", days=30, role_id=GOLD, actor=OLIVIA, owner=True
    )
    [product] = await shop.service.catalog.products(GUILD)
    bought = await shop.service.checkouts.buy(product.tier, product.prices[0], ANN, "manual")
    await note(shop, bought.order, "30")

    card = order_cards.pay(texts.of("en"), await shop.service.checkouts.pending_order(bought.order))
    [code] = [block for block in card.blocks if isinstance(block, Picture)]

    assert "**€30.00 of €40.00 has arrived.** €10.00 is still open." in read(card)
    assert "EUR10.00" in scanned(code.data).text
    status = status_cards.status(texts.of("en"), await shop.service.status(GUILD, ANN))
    assert "€30.00 of €40.00 has arrived" in read(status)


async def test_money_above_the_price_is_said_and_waits_until_it_went_back(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)

    marked = await note(shop, order, "45")

    assert shop.server.held[ANN] == {GOLD}
    told = read(backoffice_answers.marked(texts.of("en"), marked))
    assert "the $5.00 above its price waits on your list" in told
    assert await waiting(shop) == ["payment-over"]
    assert (await shop.balances())["suspense"] == [Money(-500, "USD")]
    assert await books_close(shop)

    await give_back(shop, order, "5")
    assert await waiting(shop) == []
    assert shop.server.held[ANN] == {GOLD}
    assert await books_close(shop)


async def test_a_second_transfer_for_a_paid_order_takes_nothing_away(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order)

    await note(shop, order, "40")
    assert shop.server.held[ANN] == {GOLD}
    assert await waiting(shop) == ["payment-over"]

    await give_back(shop, order, "40")
    assert (await shop.look(order)).state is OrderStatus.PAID
    assert shop.server.held[ANN] == {GOLD}
    assert await waiting(shop) == []


async def test_a_part_never_ends_silently(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)
    await note(shop, order, "30")
    await shop.turn(6 * DAY)
    assert await waiting(shop) == []

    await shop.turn(DAY)
    assert (await shop.look(order)).state is OrderStatus.PENDING
    assert await waiting(shop) == ["payment-partial"]
    card = order_cards.pay(texts.of("en"), await shop.service.checkouts.pending_order(order))
    assert "the time to pay is over" in read(card)
    assert "Reference" not in read(card)
    detail = await shop.service.backoffice.detail(GUILD, str(order.id))
    assert f"order.extend:{order.id}" in actions(detail_cards.order_detail(texts.of("en"), detail))

    waits = await shop.service.offline_payments.extend(GUILD, str(order.id), OLIVIA)
    await shop.worker.run_due()
    assert waits.expires_at == MONDAY + 14 * DAY
    assert await waiting(shop) == []
    await shop.turn(7 * DAY)
    assert await waiting(shop) == ["payment-partial"]

    await note(shop, order)
    assert shop.server.held[ANN] == {GOLD}
    assert await waiting(shop) == []


async def test_a_part_that_went_back_or_never_came_closes_the_order(shop: Shop) -> None:
    order = await sold(shop)
    await note(shop, order, "30")
    other = await transfer(shop, BOB)
    await note(shop, other, "30")
    await shop.turn(8 * DAY)
    assert await waiting(shop) == ["payment-partial"] * 2

    await give_back(shop, order)
    await correct(shop, other)

    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert (await shop.look(other)).state is OrderStatus.EXPIRED
    assert await waiting(shop) == []
    assert await shop.stuck() == []


async def test_who_waits_longer_waits_to_that_day(shop: Shop) -> None:
    """The time that is over once is not over for good, whatever becomes of the note."""
    order = await sold(shop)
    await note(shop, order, "30")
    await shop.turn(8 * DAY)
    await shop.service.offline_payments.extend(GUILD, str(order.id), OLIVIA)

    await correct(shop, order)

    assert (await shop.look(order)).state is OrderStatus.PENDING
    await shop.turn(7 * DAY)
    assert (await shop.look(order)).state is OrderStatus.EXPIRED


async def test_a_part_that_comes_after_the_time_waits_for_the_owner(shop: Shop) -> None:
    order = await sold(shop)
    await shop.turn(8 * DAY)
    assert (await shop.look(order)).state is OrderStatus.EXPIRED

    await note(shop, order, "30")

    assert await waiting(shop) == ["payment-partial"]
    await note(shop, order, "10")
    assert shop.server.held[ANN] == {GOLD}


async def test_an_order_waits_no_longer_for_a_seat_that_is_taken(shop: Shop) -> None:
    order = await sold(shop)
    with pytest.raises(UserError, match="is not waiting for you any more"):
        await shop.service.offline_payments.extend(GUILD, str(order.id), OLIVIA)
    await note(shop, order, "30")
    await shop.turn(8 * DAY)
    await shop.terms("Gold", seats=1)
    bobs = (
        await shop.service.checkouts.buy(
            order.tier, (await shop.service.catalog.products(GUILD))[0].prices[0], BOB
        )
    ).order
    await shop.settle(shop.paid(bobs))

    with pytest.raises(UserError, match="sold out by now"):
        await shop.service.offline_payments.extend(GUILD, str(order.id), OLIVIA)


async def test_the_policy_for_parts_that_go_back_is_kept_for_several_payments(shop: Shop) -> None:
    order = await sold(shop)
    shop.service.settlement.policy = Policy(partial_refund="revoke")
    await note(shop, order, "30")
    await note(shop, order, "15")

    await give_back(shop, order, "5")  # above the price: nothing depends on it
    assert shop.server.held[ANN] == {GOLD}
    await give_back(shop, order, "1")
    assert shop.server.held[ANN] == set()
    assert (await shop.look(order)).state is OrderStatus.REFUNDED
    assert await books_close(shop)
