"""The shelf: prices in every way, order, seats, archive; and the shop card that follows it."""

from __future__ import annotations

import re
from itertools import product as pairs
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cards import COMPONENT_LIMIT, TEXT_LIMIT, Button, Card, Line, Row, Text
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.catalog import cards as catalog_cards
from bot.memberships.catalog.tier_edit import TierEdit
from bot.memberships.model import BillingKind, Duration
from bot.paging import cut, fit
from tests.memberships.shop import ANN, DAY, GOLD, GUILD, OLIVIA, SILVER, Shop


def words(card: Card) -> str:
    return "\n".join(block.text for block in card.blocks if isinstance(block, Text | Line))


def buttons(card: Card) -> list[Button]:
    return [button for block in card.blocks if isinstance(block, Row) for button in block.buttons]


async def priced(shop: Shop, price: str, currency: str = "USD", **span: Any) -> None:
    told: dict[str, Any] = {"days": None, "months": None, "way": None} | span
    await shop.service.catalog.add_price(GUILD, "Gold", price=price, currency=currency, actor=OLIVIA, **told)


async def spans(shop: Shop) -> list[tuple[Duration, int, str]]:
    found, _ = await shop.service.catalog.product(GUILD, "Gold")
    return [(price.duration, price.money.amount, price.money.currency) for price in found.prices]


async def test_a_tier_is_sold_in_every_way_and_currency(shop: Shop) -> None:
    await shop.tier(days=30)

    await priced(shop, "54", months=3)
    await priced(shop, "15", months=1, way=BillingKind.RECURRING)
    await priced(shop, "499", way=BillingKind.LIFETIME)
    await priced(shop, "0", days=7, way=BillingKind.TRIAL)
    await priced(shop, "2900", "JPY", months=1)
    await priced(shop, "5.250", "KWD", months=1)

    assert set(await spans(shop)) == {
        (Duration(BillingKind.ONCE, days=30), 1900, "USD"),
        (Duration(BillingKind.PREPAID, months=3), 5400, "USD"),
        (Duration(BillingKind.RECURRING, months=1), 1500, "USD"),
        (Duration(BillingKind.LIFETIME), 49900, "USD"),
        (Duration(BillingKind.TRIAL, days=7), 0, "USD"),
        (Duration(BillingKind.PREPAID, months=1), 2900, "JPY"),
        (Duration(BillingKind.PREPAID, months=1), 5250, "KWD"),
    }


async def test_a_new_price_for_the_same_span_takes_the_place_of_the_old(shop: Shop) -> None:
    await shop.tier(days=30, price="19")
    before = await shop.order()

    await priced(shop, "25", days=30)

    assert [amount for _, amount, _ in await spans(shop)] == [2500]
    assert (await shop.look(before)).price.amount == 1900, "an order keeps the price it was made at"


@pytest.mark.parametrize(
    "span",
    [
        {"way": BillingKind.LIFETIME, "days": 3},
        {"way": BillingKind.ONCE, "months": 1},
        {"way": BillingKind.ONCE},
        {"way": BillingKind.RECURRING, "days": 30},
        {"way": BillingKind.RECURRING, "months": 37},
        {"way": BillingKind.PREPAID, "months": 121},
        {"days": 0},
        {"days": 3661},
        {"way": BillingKind.TRIAL, "days": 7},
    ],
)
async def test_what_does_not_go_together_is_refused_in_words(shop: Shop, span: dict[str, Any]) -> None:
    await shop.tier()

    with pytest.raises(UserError):
        await priced(shop, "5", **span)


async def test_a_price_taken_away_is_still_kept_by_whoever_bought_it(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()
    found, _ = await shop.service.catalog.product(GUILD, "Gold")

    left = await shop.service.catalog.remove_price(GUILD, "Gold", str(found.prices[0].id), OLIVIA)

    assert left.prices == ()
    assert [state for state, *_ in await shop.held_entitlements()] == ["live"]


async def test_archived_keeps_its_members_and_comes_back_as_it_was(shop: Shop) -> None:
    await shop.tier()
    await shop.buy()

    await shop.service.catalog.archive(GUILD, "Gold", OLIVIA)
    with pytest.raises(UserError, match="Nothing is on sale"):
        await shop.order()
    assert shop.server.held[ANN] == {GOLD}
    back = await shop.service.catalog.restore(GUILD, "gold", OLIVIA, owner=True)

    assert (await shop.order()).tier.id == back.id


async def test_a_name_taken_meanwhile_keeps_the_archived_one_away(shop: Shop) -> None:
    await shop.tier()
    await shop.service.catalog.archive(GUILD, "Gold", OLIVIA)
    await shop.tier("ＧＯＬＤ", role=SILVER)

    with pytest.raises(UserError, match="already"):
        await shop.service.catalog.restore(GUILD, "Gold", OLIVIA, owner=True)


async def test_the_owner_moves_a_tier_on_the_shelf(shop: Shop) -> None:
    for name in ("One", "Two", "Three"):
        await shop.tier(name)

    await shop.service.catalog.order(GUILD, "Three", 1, OLIVIA)
    await shop.service.catalog.order(GUILD, "One", 99, OLIVIA)

    assert [tier.name for tier in await shop.service.catalog.on_sale(GUILD)] == ["Three", "Two", "One"]


async def test_the_shop_card_follows_the_shelf(shop: Shop) -> None:
    await shop.tier()
    await shop.service.shop_cards.post(GUILD, 71, OLIVIA)
    assert len(shop.server.shown) == 1

    await priced(shop, "54", months=3)
    await shop.worker.run_due()

    [card] = shop.server.shown.values()
    assert [button.label for button in buttons(card)] == ["$19.00 for 30 days", "$54.00 for 3 months"]
    assert all(re.fullmatch(r"membership\.buy:p\d+", button.action or "") for button in buttons(card))


async def test_a_deleted_shop_card_is_forgotten(shop: Shop) -> None:
    await shop.tier()
    await shop.service.shop_cards.post(GUILD, 71, OLIVIA)
    shop.server.shown.clear()

    await priced(shop, "54", months=3)
    await shop.worker.run_due()
    await priced(shop, "99", months=6)

    assert await shop.stuck() == []
    assert shop.server.shown == {}


@pytest.mark.parametrize(("tiers", "prices"), list(pairs((1, 5, 8, 15), (1, 2, 9))))
async def test_each_page_of_a_full_shop_fits_into_one_message(shop: Shop, tiers: int, prices: int) -> None:
    for number in range(tiers):
        await shop.tier(f"{'Long name ' * 7}{number}", role=GOLD)
        for months in range(1, prices):
            await shop.service.catalog.add_price(
                GUILD,
                f"{'Long name ' * 7}{number}",
                price=str(months),
                currency="USD",
                days=None,
                months=months,
                way=None,
                actor=OLIVIA,
            )

    await shop.service.shop_cards.post(GUILD, 71, OLIVIA)

    [posted] = shop.server.shown.values()
    pages = cut(posted.blocks)
    for page in range(len(pages)):
        t = Catalog("en", ZoneInfo("UTC")).community
        card = fit(await shop.service.shop_cards.card(GUILD, t, page))
        assert 1 + len(card.blocks) + len(buttons(card)) <= COMPONENT_LIMIT
        assert len(words(card)) <= TEXT_LIMIT
        assert all(len(row.buttons) <= 5 for row in card.blocks if isinstance(row, Row))
    shown = [block for page in pages for block in page]
    assert sum("Long name" in block.text for block in shown if isinstance(block, Text)) == tiers


async def test_a_price_that_nobody_can_pay_is_told_to_the_owner_and_shown_to_nobody(shop: Shop) -> None:
    await shop.tier()
    await priced(shop, "5", "XPF", months=3)
    found, _ = await shop.service.catalog.product(GUILD, "Gold")

    told = catalog_cards.priced(
        Catalog("en", ZoneInfo("UTC")).community, found, shop.service.checkouts.payable
    )
    await shop.service.shop_cards.post(GUILD, 71, OLIVIA)

    assert "Nobody can pay this yet" in words(told)
    [card] = shop.server.shown.values()
    assert [button.label for button in buttons(card)] == ["$19.00 for 30 days"]


async def test_the_shop_card_counts_the_seats_down_and_up_again(shop: Shop) -> None:
    await shop.tier(days=30)
    await shop.service.tier_editing.propose(GUILD, "Gold", TierEdit(seats=1), OLIVIA, owner=True)
    await shop.service.shop_cards.post(GUILD, 71, OLIVIA)

    await shop.buy(ANN)
    await shop.worker.run_due()
    [sold_out] = shop.server.shown.values()
    await shop.turn(31 * DAY)
    [free] = shop.server.shown.values()

    assert "Sold out." in words(sold_out) and all(button.disabled for button in buttons(sold_out))
    assert "1 seat left." in words(free) and not any(button.disabled for button in buttons(free))
