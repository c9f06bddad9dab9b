"""The books compared by night, and for those who wait: each difference is told once, and sums stay with the owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.i18n import Catalog
from bot.memberships.backoffice import books_cards
from bot.memberships.backoffice.books import Books, Waits
from bot.memberships.backoffice.books_report import BooksReport
from bot.memberships.model import OrderStatus
from tests.memberships.bookkeeping import needs, nights, posted, prices, spoil, stocked
from tests.memberships.orders import read
from tests.memberships.shop import CID, GUILD, Shop


@pytest.fixture
async def sold(shop: Shop) -> Shop:
    return await stocked(shop)


async def test_a_difference_is_told_to_staff_once_and_leaves_the_list_when_it_is_gone(
    sold: Shop, texts: Catalog
) -> None:
    spoil(sold, "UPDATE ledger SET delta = delta * 2 WHERE ref = 'paid:pay_1'")

    await nights(sold, 3)
    [card] = await posted(sold)
    assert "The books differ" in card and "`pay_1`" in card
    assert await needs(sold) == ["books-differ"]

    spoil(sold, "UPDATE ledger SET delta = delta / 2 WHERE ref = 'paid:pay_1'")
    await nights(sold, 1)
    assert len(await posted(sold)) == 1
    assert await needs(sold) == []


async def test_a_payment_found_at_night_is_settled_and_said(sold: Shop) -> None:
    order = (await sold.bill(CID, "Gold", (await prices(sold))[0])).order
    await sold.turn(timedelta(hours=2))  # the link has closed, and nobody looks any more
    sold.paid(order, "pay_lost")

    await nights(sold, 2)

    [card] = await posted(sold)
    assert "Found in the books" in card
    assert f"(`pay_lost`) was not known here. Order {order.id} was checked again" in card
    assert (await sold.look(order)).state is OrderStatus.PAID


async def test_a_night_without_a_difference_is_quiet(sold: Shop) -> None:
    await nights(sold, 4)

    assert await posted(sold) == []


async def test_a_provider_that_is_away_at_night_is_asked_again(sold: Shop) -> None:
    sold.provider.away = True
    await nights(sold, 1)
    assert await posted(sold) == []
    sold.provider.away = False
    spoil(sold, "UPDATE ledger SET delta = delta * 2 WHERE ref = 'paid:pay_1'")

    await sold.patience()

    assert len(await posted(sold)) == 1


def impatient(shop: Shop, waits: Waits) -> Books:
    """The books for somebody who waits less."""
    return Books(
        db=shop.db,
        clock=shop,
        queue=shop.queue,
        providers=shop.providers,
        settlement=shop.service.settlement,
        checkouts=shop.service.checkouts,
        outbox=shop.core.outbox,
        texts=shop.core.catalog,
        waits=waits,
    )


async def test_who_waits_hears_how_far_it_is(sold: Shop, texts: Catalog) -> None:
    heard: list[str] = []

    async def hear_of(report: BooksReport) -> None:
        heard.append(read(books_cards.books(texts.of("en"), report)))

    report = await impatient(sold, Waits(news_after=timedelta(0))).compare(GUILD, "2026-01-01", hear_of)

    assert len(heard) > 2
    assert all("Still comparing" in told for told in heard)
    assert "✔ $49.00 came" in read(books_cards.books(texts.of("en"), report))


async def test_what_takes_too_long_goes_on_as_work_and_staff_hear_how_it_ends(
    sold: Shop, texts: Catalog
) -> None:
    report = await impatient(sold, Waits(patience=timedelta(0))).compare(GUILD, "2026-01-01")
    told = read(books_cards.books(texts.of("en"), report))
    assert "the result comes to the staff channel" in told
    assert "came =" not in told

    await sold.worker.run_due()

    [card] = await posted(sold)
    assert "The books agree" in card
    assert "$49.00" not in card  # what a shop takes is not for everybody on the staff


async def test_a_provider_that_was_silent_at_first_is_compared_from_the_beginning(sold: Shop) -> None:
    sold.provider.away = True
    await impatient(sold, Waits(patience=timedelta(0))).compare(GUILD, "2026-01-01")
    sold.provider.away = False
    spoil(sold, "UPDATE ledger SET delta = delta * 2 WHERE ref = 'paid:pay_1'")

    await sold.worker.run_due()

    [card] = await posted(sold)
    assert "The books differ" in card and "`pay_1`" in card
