"""The books against what providers list: ✔ only when the money agrees, and whatever differs is named with what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import books_cards
from bot.memberships.backoffice.comparison import Difference, Mismatch
from bot.memberships.model import OrderStatus
from bot.money import Money
from bot.payments.port import Fact, FactKind
from bot.payments.statements import ReportedPayment
from tests.memberships.bookkeeping import books, fits_discord, needs, prices, spoil, stocked
from tests.memberships.orders import actions, read, transfer
from tests.memberships.shop import ANN, CID, GUILD, OLIVIA, OTHER, Shop


@pytest.fixture
async def sold(shop: Shop) -> Shop:
    return await stocked(shop)


async def test_books_that_agree_with_the_provider_have_their_tick(sold: Shop, texts: Catalog) -> None:
    told = await books(sold, texts)

    assert "✔ $49.00 came = $44.25 for what was sold + $4.75 given back + $0.00 open" in told
    assert "✗" not in told
    assert "✔" in await books(sold, texts, language="zh-CN")
    assert await needs(sold) == []


async def test_no_money_is_said(shop: Shop, texts: Catalog) -> None:
    assert "No money has come in this time." in await books(shop, texts)


PAID = "kind = 'paid' AND object_id = 'pay_1'"
SPOILT = {
    "a fact deleted": (f"DELETE FROM payment WHERE {PAID}",),
    "a side of a booking deleted": (
        "DELETE FROM ledger WHERE ref = 'paid:pay_1' AND account LIKE 'sales:%'",
    ),
    "a booking deleted": ("DELETE FROM ledger WHERE ref = 'paid:pay_1'",),
    "an amount altered": (f"UPDATE payment SET amount = 1700 WHERE {PAID}",),
    "an amount altered in both": (
        f"UPDATE payment SET amount = 1700 WHERE {PAID}",
        "UPDATE ledger SET delta = delta * 17 / 19 WHERE ref = 'paid:pay_1'",
    ),
    "a payment booked twice": (
        "INSERT INTO ledger SELECT guild_id, provider, ref || 'x', account, delta, currency, order_id, at"
        " FROM ledger WHERE ref = 'paid:pay_1'",
    ),
    "a payment nobody made": (
        "INSERT INTO payment SELECT guild_id, order_id, provider, kind, 'pay_1x', payment_id, ref, amount, currency,"
        f" starts_at, ends_at, renewal, at, recorded_at FROM payment WHERE {PAID}",
        "INSERT INTO ledger SELECT guild_id, provider, 'paid:pay_1x', account, delta, currency, order_id, at"
        " FROM ledger WHERE ref = 'paid:pay_1'",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_a_row_that_was_touched_breaks_the_tick_and_is_named(
    sold: Shop, texts: Catalog, what: str
) -> None:
    spoil(sold, *SPOILT[what])

    told = await books(sold, texts)

    assert "✔" not in told
    assert "✗ $" in told
    assert "`pay_1" in told
    if what == "a fact deleted":  # the bank knows it still, so that it is found again
        assert "Bank: $19.00 (`pay_1`) was not known here" in told
        assert "✔" in await books(sold, texts)
    else:
        assert "books-differ" in await needs(sold)


async def test_a_payment_of_just_now_is_settled_without_a_word(sold: Shop, texts: Catalog) -> None:
    order = (await sold.bill(CID, "Gold", (await prices(sold))[0])).order
    sold.paid(order, "pay_now")  # its webhook is on its way

    told = await books(sold, texts)

    assert "✔ $68.00 came" in told and "pay_now" not in told


async def test_an_order_that_is_paid_without_a_payment_breaks_the_tick(sold: Shop, texts: Catalog) -> None:
    order = (await sold.service.backoffice.refundable(GUILD))[0]
    spoil(sold, f"UPDATE \"order\" SET state = 'refunded' WHERE id = {order.id}")

    told = await books(sold, texts)

    assert "✔" not in told
    assert f"The state of order {order.id} does not match its payments" in told


async def test_what_a_backup_lost_is_found_and_settled(sold: Shop, texts: Catalog) -> None:
    """Payment, booking and entitlement are gone: the provider knows the payment, and the order is looked at again."""
    spoil(
        sold,
        "DELETE FROM ledger WHERE order_id IN (SELECT order_id FROM payment WHERE object_id = 'pay_1')",
        "DELETE FROM entitlement WHERE order_id IN (SELECT order_id FROM payment WHERE object_id = 'pay_1')",
        "UPDATE \"order\" SET state = 'pending' WHERE id IN (SELECT order_id FROM payment WHERE object_id = 'pay_1')",
        "DELETE FROM payment WHERE object_id = 'pay_1' OR payment_id = 'pay_1'",
    )
    sold.moment += timedelta(days=1)

    told = await books(sold, texts)

    assert "$19.00 (`pay_1`) was not known here" in told
    assert "✗ $49.00 came = $44.25 for what was sold + $4.75 given back + $0.00 open" in told
    assert "✔ $49.00 came" in await books(sold, texts)
    assert [status for status, _, _ in await sold.held_entitlements(ANN)] == ["live"]


async def test_a_payment_for_an_order_that_is_not_here_is_named(sold: Shop, texts: Catalog) -> None:
    order = (await sold.service.backoffice.choices(GUILD))[0]
    sold.provider.known["co_404"] = [
        Fact(
            kind=FactKind.PAID,
            object_id="pay_404",
            guild_id=GUILD,
            order_id=404,
            ref="co_404",
            money=order.price,
            at=sold.moment,
        )
    ]

    told = await books(sold, texts)

    assert "✔" not in told
    assert "(`pay_404`) was paid for order 404, which is not in this database" in told
    assert await needs(sold) == ["books-differ"]
    sold.provider.known.pop("co_404")
    assert "✔" in await books(sold, texts)
    assert await needs(sold) == []


def dispute_of(paid: Fact, kind: FactKind, days: int) -> Fact:
    at = paid.at + timedelta(days=days)
    return replace(paid, kind=kind, object_id="dp_1", payment_id=paid.object_id, at=at)


async def hear(shop: Shop, *facts: Fact) -> None:
    """The bank does it, and says so."""
    for fact in facts:
        shop.provider.known[fact.ref].append(fact)
        await shop.settle(fact)
        await shop.worker.run_due()


async def test_a_dispute_won_on_appeal_has_a_tick_only_if_the_money_counts_again(
    shop: Shop, texts: Catalog
) -> None:
    """B6: lost, appeal, won. $19 are with the seller; they are for a membership, or the books differ."""
    await shop.tier()
    order = await shop.buy(ANN)
    [paid] = shop.provider.known[order.ref or ""]
    kinds = (FactKind.DISPUTED, FactKind.DISPUTE_LOST, FactKind.DISPUTE_WON)
    await hear(shop, *(dispute_of(paid, kind, day) for day, kind in enumerate(kinds, start=1)))

    told = await books(shop, texts)

    counted = (await shop.look(order)).state is OrderStatus.PAID
    assert ("✔ $19.00 came = $19.00 for what was sold" in told) is counted
    assert ("Of `pay_1`" in told) is not counted


async def test_what_went_back_twice_has_no_tick(shop: Shop, texts: Catalog) -> None:
    """B6: refunded, then disputed and lost: $19 more went back than came."""
    await shop.tier()
    order = await shop.buy(ANN)
    [paid] = shop.provider.known[order.ref or ""]
    lost = (dispute_of(paid, FactKind.DISPUTED, 2), dispute_of(paid, FactKind.DISPUTE_LOST, 3))
    await hear(shop, shop.refunded(paid), *lost)

    told = await books(shop, texts)

    assert "✔" not in told
    assert "$19.00 more went back than came (`pay_1`" in told


async def test_a_dispute_that_is_open_is_open_and_agrees(sold: Shop, texts: Catalog) -> None:
    [paid, *_] = [fact for facts in sold.provider.known.values() for fact in facts]
    await hear(sold, dispute_of(paid, FactKind.DISPUTED, 0))

    assert "✔ $49.00 came = $30.00 for what was sold + $4.75 given back + $14.25 open" in await books(
        sold, texts
    )


async def test_who_keeps_no_list_gets_no_tick(shop: Shop, texts: Catalog) -> None:
    await shop.tier()
    order = await transfer(shop)
    await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came", None)

    told = await books(shop, texts)

    assert "Cannot be compared: this way to pay has no list." in told
    assert "– $19.00 came = $19.00 for what was sold" in told
    assert "✔" not in told
    spoil(shop, "DELETE FROM payment WHERE kind = 'paid'")
    assert "✗" in await books(shop, texts)


async def test_a_provider_that_is_gone_or_silent_is_named(sold: Shop, texts: Catalog) -> None:
    sold.provider.away = True
    told = await books(sold, texts)
    assert "Cannot be compared: the provider did not answer. Try again later." in told
    assert "✔" not in told

    sold.providers.clear()
    told = await books(sold, texts)
    assert "Cannot be compared: the provider is not set up any more." in told
    assert "– $49.00 came" in told


async def test_what_others_sell_is_not_counted_but_said(sold: Shop, texts: Catalog) -> None:
    foreign = ReportedPayment(
        object_id="pi_1", money=Money(700, "USD"), at=sold.moment - timedelta(hours=1), order=None
    )
    elsewhere = replace(foreign, object_id="pi_2", order=(OTHER, 5))
    sold.provider.foreign = [foreign, replace(foreign, object_id="pi_3"), elsewhere]

    told = await books(sold, texts)

    assert "2 payments on the same account are not Lyceum's and are not counted." in told
    assert "✔ $49.00 came" in told


async def test_older_money_is_compared_on_demand(sold: Shop, texts: Catalog) -> None:
    sold.moment += timedelta(days=100)

    assert "$49.00 came" not in await books(sold, texts)
    assert "✔ $49.00 came" in await books(sold, texts, "2026-11-01")
    for day in ("soon", "2026-13-01", "1999-01-01", "2099-01-01"):
        with pytest.raises(UserError):
            await books(sold, texts, day)


async def test_an_older_payment_that_moves_now_is_compared(sold: Shop, texts: Catalog) -> None:
    sold.moment += timedelta(days=100)
    [paid] = [fact for facts in sold.provider.known.values() for fact in facts if fact.object_id == "pay_1"]
    unheard = replace(sold.refunded(paid, "re_9", money=Money(100, "USD")), at=sold.moment)
    sold.provider.known[paid.ref].append(unheard)

    assert "$1.00 (`re_9`) was not known here" in await books(sold, texts)


async def test_another_server_s_money_is_none_of_ours(sold: Shop, texts: Catalog) -> None:
    report = await sold.service.books.compare(OTHER)

    assert report.comparison.lines == {} and report.differing == ()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_many_differences_are_paged(texts: Catalog, language: str) -> None:
    money = Money(10**12, "JPY")
    many = [
        Difference(
            mismatch=kind,
            provider="bank",
            object_id="x" * 100,
            order_id=2**62 + n,
            theirs=Money(-(10**12), "JPY") if n % 2 else money,
            ours=money,
        )
        for n, kind in enumerate([*Mismatch, *Mismatch])
    ]

    first, last = books_cards.page_of(many, 0), books_cards.page_of(many, 99)

    assert (first.pages, len(first.differing), last.number, len(last.differing)) == (3, 5, 2, 4)
    for page in (first, books_cards.page_of(many, 1), last):
        assert fits_discord(books_cards.differing(texts.of(language), page))
    assert "order.differ:1" in actions(books_cards.differing(texts.of("en"), first))
    assert "Nothing differs" in read(books_cards.differing(texts.of("en"), books_cards.page_of([], 3)))
