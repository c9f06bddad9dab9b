"""The owner's desk: orders found, one order in full, what needs the owner, and whether the books close."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.cards import COMPONENT_LIMIT, TEXT_LIMIT, Card, Line, Row
from bot.errors import RetryLater, UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import cards as backoffice_cards
from bot.memberships.backoffice import detail_cards
from bot.memberships.backoffice.actions import TURN_ORDERS
from bot.memberships.backoffice.backoffice import unmatched_id
from bot.memberships.backoffice.totals import Totals
from bot.memberships.model import Order, OrderStatus, Search
from bot.money import Money
from bot.paging import fit
from bot.payments.port import Fact, FactKind, Unmatched
from tests.memberships.orders import actions, read, transfer
from tests.memberships.shop import ANN, BOB, CID, GOLD, GUILD, MONDAY, OLIVIA, OTHER, SILVER, Shop


def fits_discord(card: Card) -> bool:
    inside = sum(
        len(block.buttons) if isinstance(block, Row) else 2 if isinstance(block, Line) else 0
        for block in card.blocks
    )
    empty = [block for block in card.blocks if isinstance(block, Row) and not 0 < len(block.buttons) <= 5]
    return len(read(card)) <= TEXT_LIMIT and 1 + len(card.blocks) + inside <= COMPONENT_LIMIT and not empty


async def ids(shop: Shop, search: Search, number: int = 0) -> list[int]:
    return [order.id for order in (await shop.service.backoffice.listing(GUILD, search, number)).orders]


async def test_orders_are_found_by_member_state_and_plan(shop: Shop) -> None:
    gold, silver = await shop.tier("Gold", GOLD), await shop.tier("Silver", SILVER)
    hers = await shop.buy(ANN, "Gold", "pay_1")
    his = await shop.order(BOB, "Gold")
    another = await shop.order(ANN, "Silver")

    assert await ids(shop, Search()) == [another.id, his.id, hers.id]
    assert await ids(shop, Search(user_id=ANN)) == [another.id, hers.id]
    assert await ids(shop, Search(state=OrderStatus.PAID)) == [hers.id]
    assert await ids(shop, Search(tier_id=silver.id)) == [another.id]
    assert await ids(shop, Search(BOB, OrderStatus.PENDING, gold.id)) == [his.id]
    assert await ids(shop, Search(user_id=CID)) == []
    assert (await shop.service.backoffice.listing(OTHER, Search())).orders == ()


async def test_pages_are_turned_with_what_was_searched_for(shop: Shop, texts: Catalog) -> None:
    await shop.tier("Gold", GOLD)
    made = [await shop.order(100 + n) for n in range(23)]
    newest = [order.id for order in reversed(made)]

    first = await shop.service.backoffice.listing(GUILD, Search(state=OrderStatus.PENDING))
    card = backoffice_cards.order_list(texts.of("en"), first)
    assert fits_discord(card)
    assert [order.id for order in first.orders] == newest[:10]
    assert "Page 1 of 3 · 23 orders" in read(card)
    [older] = actions(card)  # there is nothing newer

    number, user_id, state, tier_id = TURN_ORDERS.decode(older)
    search = Search(user_id, state, tier_id)
    assert (search, number) == (Search(state=OrderStatus.PENDING), 1)
    assert await ids(shop, search, 2) == newest[20:]
    assert await ids(shop, search, 99) == newest[20:]
    assert await ids(shop, search, -5) == newest[:10]


async def test_money_for_no_order_is_on_the_list_with_what_to_do(shop: Shop, texts: Catalog) -> None:
    shop.strays = [Unmatched("bank", "evt_1", "payment", "pay_`404`", Money(1900, "USD"), MONDAY)]

    told = read(
        backoffice_cards.order_list(texts.of("en"), await shop.service.backoffice.listing(GUILD, Search()))
    )

    assert "These need you" in told
    assert "$19.00 at Bank (`pay_404`) belongs to no order here" in told
    assert "/access grant" in told


async def test_money_for_no_order_leaves_the_list_once_the_owner_has_seen_to_it(shop: Shop) -> None:
    shop.strays = [
        Unmatched("bank", f"evt_{n}", "payment", "pay_404", Money(1900, "USD"), MONDAY) for n in (1, 2)
    ]
    first, second = await shop.service.backoffice.unmatched_payments(GUILD)

    await shop.service.backoffice.close_unmatched(
        GUILD, unmatched_id(first), OLIVIA, "given back at the bank"
    )

    assert (await shop.service.backoffice.listing(GUILD, Search())).unmatched_payments == (second,)
    for guild, id_ in ((GUILD, unmatched_id(first)), (OTHER, unmatched_id(second)), (GUILD, "x")):
        with pytest.raises(UserError, match="not on the list"):
            await shop.service.backoffice.close_unmatched(guild, id_, OLIVIA, "again")


async def test_a_list_that_is_too_long_says_how_much_more_there_is(shop: Shop, texts: Catalog) -> None:
    await shop.tier("G" * 30, GOLD)
    for n in range(12):
        order = await shop.order(100 + n, "G" * 30)
        await shop.settle(shop.paid(order, f"pay_{n}", money=Money(1, "USD")))
    await shop.worker.run_due()
    shop.strays = [
        Unmatched("bank", f"evt_{n}", "payment", "p" * 255, Money(10**12, "JPY"), MONDAY) for n in range(25)
    ]

    for language in ("en", "zh-CN"):
        page = await shop.service.backoffice.listing(GUILD, Search())
        assert fits_discord(backoffice_cards.order_list(texts.of(language), page))
        for number in range(9):
            assert fits_discord(fit(backoffice_cards.needs_you(texts.of(language), page, number)))
    told = read(backoffice_cards.order_list(texts.of("en"), page))
    assert " more." in told
    whole = read(backoffice_cards.needs_you(texts.of("en"), page))
    assert whole.count("Money came that is not the price") == 12
    assert whole.count("belongs to no order here") == 25


async def test_one_order_shows_all_that_is_known_of_it(shop: Shop, texts: Catalog) -> None:
    tier = await shop.tier()
    order = await shop.buy(ANN)
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "half of it", "9.50")
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()

    sheet = await shop.service.backoffice.detail(GUILD, f" #{order.id} ")
    card = detail_cards.order_detail(texts.of("en"), sheet)

    told = read(card)
    for part in (
        f"Order {order.id}",
        "<@1> · **Gold** · paid",
        "$19.00 for 30 days",
        f"Bank: `co_{order.id}`",
        "paid · $19.00 · `pay_1`",
        "refunded · $9.50 · `re_pay_1`",
        f"`clearing:bank` +$19.00 · `sales:{tier.id}` −$19.00",
        f"`clearing:bank` −$9.50 · `refunds:{tier.id}` +$9.50",
        "sum $0.00",
        "active",
        "<@9> · a refund was asked for · half of it",
        "Lyceum · paid",
        "access began",
    ):
        assert part in told, part
    number = order.id
    assert actions(card) == [f"order.refund:{number}", f"order.resend:{number}", f"order.look:{number}"]
    assert fits_discord(card)


async def test_an_order_by_hand_has_a_button_to_mark_it(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await transfer(shop)

    card = detail_cards.order_detail(
        texts.of("en"), await shop.service.backoffice.detail(GUILD, str(order.id))
    )
    assert f"order.paid:{order.id}" in actions(card)

    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came")
    card = detail_cards.order_detail(
        texts.of("en"), await shop.service.backoffice.detail(GUILD, str(order.id))
    )
    assert f"order.paid:{order.id}" not in actions(card)
    assert f"order.refund:{order.id}" in actions(card)


async def test_an_order_with_a_long_history_still_fits(shop: Shop, texts: Catalog) -> None:
    await shop.tier("*" * 30, GOLD)
    order = await shop.order(ANN, "*" * 30)
    for n in range(40):
        paid = shop.paid(order, f"{'x' * 200}{n}", money=Money(10**12, "JPY"))
        await shop.settle(paid, shop.refunded(paid, f"{'y' * 200}{n}"))
    for _ in range(20):
        await shop.service.resending.resend(GUILD, str(order.id), OLIVIA)

    sheet = await shop.service.backoffice.detail(GUILD, str(order.id))
    assert len(sheet.facts) == 80
    for language in ("en", "zh-CN"):
        assert fits_discord(detail_cards.order_detail(texts.of(language), sheet))
    assert "72 before; /order export has all" in read(detail_cards.order_detail(texts.of("en"), sheet))


async def test_looking_again_asks_the_bank_at_once(shop: Shop) -> None:
    await shop.tier()
    order = await shop.order()
    shop.paid(order)

    sheet = await shop.service.backoffice.refresh(GUILD, str(order.id))

    assert sheet.order.state is OrderStatus.PAID
    shop.provider.away = True
    with pytest.raises(RetryLater):
        await shop.service.backoffice.refresh(GUILD, str(order.id))


@pytest.mark.parametrize("number", ["", "x", "1.5", "-1", "٣", "9" * 30, "404"])
async def test_what_is_no_order_is_said_so(shop: Shop, number: str) -> None:
    with pytest.raises(UserError, match="no such order"):
        await shop.service.backoffice.detail(GUILD, number)


async def test_orders_of_another_server_are_none_here(shop: Shop) -> None:
    await shop.tier()
    order = await shop.buy(ANN)

    for ask in (
        shop.service.backoffice.detail(OTHER, str(order.id)),
        shop.service.refunds.draft(OTHER, str(order.id), OLIVIA, "x"),
        shop.service.resending.resend(OTHER, str(order.id), OLIVIA),
    ):
        with pytest.raises(UserError, match="no such order"):
            await ask
    assert await shop.service.backoffice.totals(OTHER) == []


async def test_all_money_is_somewhere(shop: Shop) -> None:
    """Captured = allocated + given back + open, in each currency."""
    await shop.tier()
    await shop.buy(ANN, id_="pay_1")
    lost = await shop.buy(CID, id_="pay_5")
    order = await shop.order(BOB)
    odd = shop.paid(order, "pay_2", money=Money(700, "USD"))
    await shop.settle(odd, shop.paid(order, "pay_3"), shop.paid(order, "pay_4"))
    [paid] = shop.provider.known[lost.ref or ""]
    dispute = replace(paid, kind=FactKind.DISPUTED, object_id="dp_1", payment_id="pay_5")

    assert await shop.service.backoffice.totals(GUILD) == [
        Totals(
            currency="USD", captured=8300, allocated=5700, given_back=0, open=2600, reported=8300, booked=8300
        )
    ]
    await shop.settle(dispute)
    await shop.worker.run_due()  # the second payment goes back by itself
    assert await shop.service.backoffice.totals(GUILD) == [
        Totals(
            currency="USD",
            captured=8300,
            allocated=3800,
            given_back=1900,
            open=2600,
            reported=4500,
            booked=4500,
        )
    ]
    await shop.settle(replace(dispute, kind=FactKind.DISPUTE_LOST))
    [line] = await shop.service.backoffice.totals(GUILD)
    assert line == Totals(
        currency="USD", captured=8300, allocated=3800, given_back=3800, open=700, reported=4500, booked=4500
    )
    assert line.closed


async def test_a_refund_that_came_before_its_payment_breaks_no_sum(shop: Shop) -> None:
    await shop.tier()
    order: Order = await shop.order()
    paid = Fact(
        kind=FactKind.PAID,
        object_id="pay_1",
        guild_id=GUILD,
        order_id=order.id,
        ref=order.ref or "",
        money=order.price,
        at=MONDAY,
    )
    await shop.settle(shop.refunded(paid))
    assert await shop.service.backoffice.totals(GUILD) == [
        Totals(currency="USD", captured=0, allocated=0, given_back=0, open=0, reported=-1900, booked=-1900)
    ]

    await shop.settle(paid)
    assert await shop.service.backoffice.totals(GUILD) == [
        Totals(currency="USD", captured=1900, allocated=0, given_back=1900, open=0, reported=0, booked=0)
    ]
