"""The QR code on a pay card: what to scan it with, what it says to those who do not see it, and when it goes."""

from __future__ import annotations

from datetime import timedelta

from bot.cards import Card, Picture
from bot.i18n import Catalog
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders.checkouts import PendingOrder
from bot.payments.port import Checkout
from tests.memberships.orders import read, transfer
from tests.memberships.shop import DAY, Shop
from tests.pictures.codes import scanned


async def test_the_card_says_what_to_scan_it_with_in_both_languages(shop: Shop, texts: Catalog) -> None:
    bill = await billed(
        shop, Checkout("c", shop.now() + timedelta(days=7), qr_payload="x", instructions="To Olivia")
    )

    for language, sentence, alt in (
        ("en", "Scan this with your banking app", "QR code to pay $19.00, reference"),
        ("zh-CN", "用银行 App 扫码", "付款二维码：US$19.00，附言"),
    ):
        card = order_cards.pay(texts.of(language), bill)
        [picture] = pictures(card)
        assert sentence in read(card)
        assert picture.alt.startswith(alt)
        assert scanned(picture.data).text == "x"


async def test_a_code_without_a_link_is_not_called_a_link(shop: Shop, texts: Catalog) -> None:
    card = order_cards.pay(texts.of("en"), await billed(shop, Checkout("c", shop.now(), qr_payload="x")))

    assert "The code works until" in read(card)
    assert "link" not in read(card)


async def test_a_code_that_cannot_be_drawn_is_told(shop: Shop, texts: Catalog) -> None:
    card = order_cards.pay(
        texts.of("en"), await billed(shop, Checkout("c", shop.now(), qr_payload="x" * 3000))
    )

    assert "The QR code could not be drawn" in read(card)
    assert not pictures(card)


async def test_a_card_that_follows_its_order_has_no_code_any_more(shop: Shop, texts: Catalog) -> None:
    bill = await billed(shop, Checkout("c", shop.now(), qr_payload="x"))
    await shop.turn(8 * DAY)

    card = order_cards.receipt(
        texts.of("en"), order_cards.OrderReceipt(await shop.look(bill.order), None, False, False)
    )

    assert not pictures(card)


def pictures(card: Card) -> list[Picture]:
    """What is drawn on the card."""
    return [block for block in card.blocks if isinstance(block, Picture)]


async def billed(shop: Shop, checkout: Checkout) -> PendingOrder:
    """An order by bank transfer with this checkout."""
    await shop.tier()
    order = await transfer(shop)
    return PendingOrder(order=order, checkout=checkout, play_money=False)
