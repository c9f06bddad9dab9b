"""Bank transfers in parts: what came, what is open, what is above the price, and the owner's slips of the keyboard."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cards import Picture
from bot.errors import UserError
from bot.i18n import Catalog
from bot.memberships.backoffice import answers as backoffice_answers
from bot.memberships.backoffice import cards as backoffice_cards
from bot.memberships.backoffice.offline_payment import Corrected, Marked
from bot.memberships.backoffice.totals import totals
from bot.memberships.changes import status_cards
from bot.memberships.model import Order, OrderStatus, Search
from bot.memberships.orders import cards as order_cards
from bot.memberships.orders import parts
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.memberships.orders.settlement import Policy
from bot.money import Money
from bot.payments.manual.epc import Account
from bot.payments.manual.provider import ManualProvider
from bot.payments.port import Fact, FactKind
from tests.memberships.orders import actions, read, transfer
from tests.memberships.shop import ANN, BOB, DAY, GOLD, GUILD, MONDAY, OLIVIA, Shop
from tests.pictures.codes import scanned

PRICE = Money(4000, "USD")


async def sold(shop: Shop, **tier: Any) -> Order:
    """Gold for $40.00, which Ann pays by bank transfer."""
    await shop.tier(price="40.00", **tier)
    return await transfer(shop)


async def note(shop: Shop, order: Order, amount: str | None = None) -> Marked:
    marked = await shop.service.offline_payments.mark(GUILD, str(order.id), OLIVIA, "came", amount)
    await shop.worker.run_due()
    return marked


async def correct(shop: Shop, order: Order, amount: str | None = None, note: str | None = None) -> Corrected:
    corrected = await shop.service.offline_payments.correct(
        GUILD, str(order.id), OLIVIA, "a slip of mine", amount, note
    )
    await shop.worker.run_due()
    return corrected


async def give_back(shop: Shop, order: Order, amount: str | None = None) -> None:
    draft = await shop.service.refunds.draft(GUILD, str(order.id), OLIVIA, "back", amount)
    await shop.service.refunds.confirm(GUILD, str(draft.draft), OLIVIA)
    await shop.worker.run_due()


async def waiting(shop: Shop) -> list[str]:
    return [item.finding for item in (await shop.service.backoffice.listing(GUILD, Search())).waiting]


async def books_close(shop: Shop) -> bool:
    """Do the totals close, and is exactly what pays nothing in `suspense`?"""
    lines = await shop.service.backoffice.totals(GUILD)
    balances = {account: money for account, [money] in (await shop.balances()).items()}
    suspense = -balances.get("suspense", Money(0, "USD")).amount
    return all(line.closed for line in lines) and suspense == sum(line.open for line in lines)


async def test_the_rest_of_a_transfer_completes_the_order(shop: Shop, texts: Catalog) -> None:
    order = await sold(shop)

    told = read(backoffice_answers.marked(texts.of("en"), await note(shop, order, "30")))
    assert "$10.00 are still open" in told
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
    card = backoffice_cards.order_detail(texts.of("en"), detail)

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
    assert "the $5.00 above its price wait on your list" in told
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
    assert "$40.00 came, and not $45.00" in told
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
    assert "corrected: this was never so · $45.00" in read(
        backoffice_cards.order_detail(texts.of("en"), after)
    )


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

    with pytest.raises(UserError, match="So much is not left"):
        await correct(shop, order, "99")
    with pytest.raises(UserError, match="Money was given back from this payment"):
        await correct(shop, order, "5", f"{order.id}-1")
    await correct(shop, order, "5")

    assert (await shop.balances())["clearing:manual"] == [Money(2500, "USD")]
    assert await books_close(shop)


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
    assert f"order.extend:{order.id}" in actions(backoffice_cards.order_detail(texts.of("en"), detail))

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
    with pytest.raises(UserError, match="does not wait for you any more"):
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

    with pytest.raises(UserError, match="sold out meanwhile"):
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
    await shop.tier("Studio", 51, "80.00")
    [studio] = [one for one in await shop.service.catalog.products(GUILD) if one.tier.name == "Studio"]
    shop.providers.pop("bank")
    shop.providers["manual"] = ManualProvider("To Olivia", ["USD"])

    quote = await shop.service.change_pricing.propose(GUILD, ANN, "Studio", str(studio.prices[0].id))

    assert quote.due == Money(4000, "USD")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("note"), st.integers(1, 60)),
        st.tuples(st.just("correct"), st.integers(0, 60)),
        st.tuples(st.just("rest"), st.just(0)),
    ),
    max_size=12,
)


@given(steps=STEPS, arrival=st.randoms(use_true_random=False))
def test_an_order_is_paid_once_the_notes_that_stand_make_up_its_price(
    steps: list[tuple[str, int]], arrival: object
) -> None:
    """Any split of the price, with corrections in between: the sum decides, and every booking closes."""
    price, facts, noted = Money(40, "USD"), list[Fact](), list[tuple[Fact, int]]()
    ledger: Counter[str] = Counter()

    def state(fact: Fact) -> None:
        sides = parts.accounts(price, facts, fact, revokes=False, provider="manual", tier_id=1)
        assert sum(sides.values()) == 0
        ledger.update(sides)
        facts.append(fact)

    def payment(amount: int, at: object = None) -> Fact:
        paid = sum(fact.kind is FactKind.PAID for fact in facts)
        when = parts.next_moment(facts, MONDAY) if at is None else at
        return Fact(
            kind=FactKind.PAID,
            object_id=f"5-{paid + 1}",
            guild_id=GUILD,
            order_id=5,
            ref="manual-5",
            money=Money(amount, "USD"),
            at=when,  # type: ignore[arg-type]
        )

    for what, amount in steps:
        standing = sum(value for _, value in noted)
        if what == "correct" and noted:
            wrong, _ = noted.pop(amount % len(noted))
            state(replace(wrong, kind=FactKind.CORRECTED, at=parts.next_moment(facts, MONDAY)))
            if amount:
                state(right := payment(amount, wrong.at))
                noted.append((right, amount))
        elif what == "note" or (what == "rest" and standing < price.amount):
            value = amount if what == "note" else price.amount - standing
            state(paid := payment(value))
            noted.append((paid, value))

    stands = sum(value for _, value in noted)
    expected = ExpectedPayment(price, None, "manual-5", in_parts=True)
    outcome = order_state(expected, facts)
    shuffled = list(facts)
    arrival.shuffle(shuffled)  # type: ignore[attr-defined]
    assert order_state(expected, shuffled) == outcome
    assert outcome.parts is not None
    assert (outcome.state is OrderStatus.PAID) == (stands >= price.amount)
    assert outcome.parts.over.amount == max(0, stands - price.amount)
    assert outcome.parts.missing.amount == max(0, price.amount - stands)
    assert ledger["clearing:manual"] == stands
    assert -ledger["sales:1"] == (price.amount if stands >= price.amount else 0)
    assert -ledger["suspense"] == stands + ledger["sales:1"]
    for line in totals([(expected, facts)], {"USD": ledger["clearing:manual"]}):
        assert line.closed
        assert (line.captured, line.given_back) == (stands, 0)


def test_what_goes_back_before_the_price_is_complete_is_open_again() -> None:
    """Twenty, ten of it back, and twenty more are not forty."""
    came = Fact(
        kind=FactKind.PAID,
        object_id="5-1",
        guild_id=GUILD,
        order_id=5,
        ref="manual-5",
        money=Money(2000, "USD"),
        at=MONDAY,
    )
    back = replace(
        came,
        kind=FactKind.REFUNDED,
        object_id="re_1",
        payment_id="5-1",
        money=Money(1000, "USD"),
        at=MONDAY + timedelta(1),
    )
    more = replace(came, object_id="5-2", at=MONDAY + timedelta(2))

    counted = parts.count(PRICE, [more, back, came], revokes=False)

    assert (counted.held, counted.missing, counted.counted) == (
        Money(3000, "USD"),
        Money(1000, "USD"),
        (),
    )
