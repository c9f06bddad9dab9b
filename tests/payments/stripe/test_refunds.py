"""Money that goes back: refunds of ours, of the dashboard, failed ones, and disputes."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import NeedsAction
from bot.money import Money
from bot.payments.port import FactKind
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, kinds, monthly, of, once, subscription_of
from tests.payments.stripe.server import FakeStripe

FIVE = Money(500, "USD")


@pytest.fixture
async def ref(fake: FakeStripe, stripe: StripeProvider) -> str:
    """Ann paid 19 dollars."""
    return await bought(fake, stripe, once())


@pytest.fixture
async def payment(stripe: StripeProvider, ref: str) -> str:
    """What she paid with."""
    return of(await stripe.fetch(ref), FactKind.PAID).object_id


async def test_a_part_is_given_back(stripe: StripeProvider, ref: str, payment: str) -> None:
    [fact] = await stripe.refund(payment, FIVE, "refund-1")

    assert (fact.kind, fact.money, fact.payment_id, fact.ref) == (FactKind.REFUNDED, FIVE, payment, ref)
    assert fact in (await stripe.fetch(ref)).facts


async def test_the_same_key_gives_back_once_for_ever(
    fake: FakeStripe, stripe: StripeProvider, payment: str
) -> None:
    first = await stripe.refund(payment, FIVE, "refund-1")
    fake.forget_keys()  # Stripe does after a day

    second = await stripe.refund(payment, FIVE, "refund-1")

    assert first == second
    assert len(fake.books.all("refund")) == 1


async def test_the_same_key_twice_at_the_same_time_gives_back_once(
    fake: FakeStripe, stripe: StripeProvider, payment: str
) -> None:
    told = await asyncio.gather(*(stripe.refund(payment, FIVE, "refund-1") for _ in range(4)))

    assert len(fake.books.all("refund")) == 1
    assert {kinds(facts)[0] for facts in told} == {FactKind.REFUNDED}


async def test_another_key_gives_back_again(fake: FakeStripe, stripe: StripeProvider, payment: str) -> None:
    await stripe.refund(payment, FIVE, "refund-1")

    facts = await stripe.refund(payment, FIVE, "refund-2")

    assert kinds(facts) == [FactKind.REFUNDED, FactKind.REFUNDED]


async def test_what_was_given_back_elsewhere_is_told_and_not_paid_twice(
    fake: FakeStripe, stripe: StripeProvider, payment: str
) -> None:
    fake.shop.refund(payment)

    [fact] = await stripe.refund(payment, Money(1900, "USD"), "refund-1")

    assert (fact.kind, fact.money) == (FactKind.REFUNDED, Money(1900, "USD"))


async def test_more_than_was_paid_is_refused(stripe: StripeProvider, payment: str) -> None:
    with pytest.raises(NeedsAction, match="payment-refused: Stripe answered 400"):
        await stripe.refund(payment, Money(1901, "USD"), "refund-1")


async def test_another_currency_is_refused_before_stripe_is_asked(
    fake: FakeStripe, stripe: StripeProvider, payment: str
) -> None:
    with pytest.raises(NeedsAction, match="another currency"):
        await stripe.refund(payment, Money(500, "JPY"), "refund-1")
    assert fake.books.all("refund") == []


async def test_a_refund_of_the_dashboard_is_found(
    fake: FakeStripe, stripe: StripeProvider, ref: str, payment: str
) -> None:
    refund = fake.shop.refund(payment, 700)

    told = await stripe.fetch(ref)

    assert of(told, FactKind.REFUNDED).money == Money(700, "USD")
    assert refund["metadata"] == {}
    assert await stripe.order_of(refund["id"]) == (told.facts[0].guild_id, told.facts[0].order_id)


async def test_a_refund_that_comes_back_is_told(
    fake: FakeStripe, stripe: StripeProvider, ref: str, payment: str
) -> None:
    refund = fake.shop.refund(payment, status="pending")
    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID, FactKind.REFUNDED]

    fake.shop.fail_refund(refund["id"])

    told = await stripe.fetch(ref)
    assert kinds(told) == [FactKind.PAID, FactKind.REFUNDED, FactKind.REFUND_FAILED]
    assert of(told, FactKind.REFUNDED).object_id == of(told, FactKind.REFUND_FAILED).object_id == refund["id"]


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("needs_response", []),
        ("under_review", []),
        ("won", [FactKind.DISPUTE_WON]),
        ("lost", [FactKind.DISPUTE_LOST]),
        ("appeal_under_review", [FactKind.DISPUTE_LOST]),
    ],
)
async def test_a_dispute_goes_its_way(
    fake: FakeStripe, stripe: StripeProvider, ref: str, payment: str, status: str, after: list[FactKind]
) -> None:
    dispute = fake.shop.dispute(payment)

    fake.shop.close_dispute(dispute["id"], status)

    told = await stripe.fetch(ref)
    assert kinds(told) == [FactKind.PAID, FactKind.DISPUTED, *after]
    assert of(told, FactKind.DISPUTED).payment_id == payment
    assert {fact.object_id for fact in told.facts[1:]} == {dispute["id"]}


@pytest.mark.parametrize(
    "status",
    ["warning_needs_response", "warning_under_review", "warning_closed", "prevented", "needs_response"],
)
async def test_as_long_as_no_money_moved_there_is_no_dispute(
    fake: FakeStripe, stripe: StripeProvider, ref: str, payment: str, status: str
) -> None:
    dispute = fake.shop.dispute(payment, "warning_needs_response")
    dispute["status"] = status

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID]


async def test_an_inquiry_may_become_a_dispute(
    fake: FakeStripe, stripe: StripeProvider, ref: str, payment: str
) -> None:
    dispute = fake.shop.dispute(payment, "warning_needs_response")

    dispute["status"] = "needs_response"
    fake.shop.move_funds(dispute["id"], -dispute["amount"])

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID, FactKind.DISPUTED]


async def test_a_renewal_can_be_refunded_and_disputed(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, monthly())
    fake.billing.renew(subscription_of(fake, ref))
    first, second = (fact for fact in (await stripe.fetch(ref)).facts)

    [refund] = await stripe.refund(second.object_id, FIVE, "refund-1")
    fake.shop.dispute(first.object_id)

    told = await stripe.fetch(ref)
    assert (refund.ref, refund.payment_id) == (ref, second.object_id)
    assert of(told, FactKind.REFUNDED) == refund
    assert of(told, FactKind.DISPUTED).payment_id == first.object_id


async def test_an_old_payment_that_was_refunded_is_still_looked_at(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly())
    [charge] = fake.books.all("charge")
    charge["created"] -= 400 * 86400
    payment = charge["payment_intent"]
    fake.calls.clear()
    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID]
    assert not any(call.path == "/v1/refunds" for call in fake.calls)

    fake.shop.refund(payment)

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID, FactKind.REFUNDED]
