"""Stripe is away, slow, broken, or says no; and a call whose answer got lost is not made twice."""

from __future__ import annotations

import time

import pytest

from bot.errors import NeedsAction, RetryLater
from bot.money import Money
from bot.payments.port import FactKind
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, kinds, of, once, provider_of
from tests.payments.stripe.server import FakeStripe, Fault


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 409])
async def test_stripe_that_stays_broken_is_asked_again_later(fake: FakeStripe, status: int) -> None:
    stripe = provider_of(fake, retries=0)
    ref = await bought(fake, stripe, once())
    fake.faults.append(Fault("GET /v1/checkout/.*", status=status))

    with pytest.raises(RetryLater, match=f"Stripe answered {status}"):
        await stripe.fetch(ref)

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID]


async def test_one_error_is_not_noticed(fake: FakeStripe, stripe: StripeProvider) -> None:
    fake.faults.append(Fault("POST /v1/checkout/sessions", status=500))

    await stripe.create_checkout(once())

    assert len(fake.books.all("checkout.session")) == 1


async def test_a_checkout_whose_answer_got_lost_is_made_once(fake: FakeStripe) -> None:
    stripe = provider_of(fake, retries=0)
    fake.faults.append(Fault("POST /v1/checkout/sessions", after=True))
    purchase = once()
    with pytest.raises(RetryLater):
        await stripe.create_checkout(purchase)

    await stripe.create_checkout(purchase)

    assert len(fake.books.all("checkout.session")) == 1


async def test_a_refund_whose_answer_got_lost_is_made_once(fake: FakeStripe) -> None:
    stripe = provider_of(fake, retries=0)
    ref = await bought(fake, stripe, once())
    payment = of(await stripe.fetch(ref), FactKind.PAID).object_id
    fake.faults.append(Fault("POST /v1/refunds", after=True))
    with pytest.raises(RetryLater):
        await stripe.refund(payment, Money(1900, "USD"), "refund-1")

    facts = await stripe.refund(payment, Money(1900, "USD"), "refund-1")

    assert kinds(facts) == [FactKind.REFUNDED]
    assert len(fake.books.all("refund")) == 1


async def test_stripe_that_says_nothing_is_left_in_time(fake: FakeStripe) -> None:
    stripe = provider_of(fake, timeout=0.2, retries=0)
    await stripe.create_checkout(once())  # the library is loaded, the account known
    fake.faults.append(Fault("GET .*", delay=0.5))
    began = time.monotonic()

    with pytest.raises(RetryLater):
        await stripe.fetch("cs_test_1")

    assert time.monotonic() - began < 5


async def test_nobody_at_that_address(fake: FakeStripe) -> None:
    stripe = provider_of(fake, api="http://127.0.0.1:9", account=None, retries=0)

    with pytest.raises(RetryLater):
        await stripe.create_checkout(once())


async def test_a_key_that_stripe_does_not_know_is_the_owner_s_to_mend(fake: FakeStripe) -> None:
    stripe = provider_of(fake, key="sk_test_51Secret")

    with pytest.raises(NeedsAction, match="payment-refused: Stripe answered 401") as refused:
        await stripe.create_checkout(once())
    assert "Secret" not in str(refused.value)


async def test_a_refusal_names_what_was_wrong_and_where_to_find_it(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    with pytest.raises(NeedsAction) as refused:
        await stripe.create_checkout(once(title=" "))

    assert "empty string" in refused.value.detail and "req_" in refused.value.detail


async def test_no_name_and_no_secret_comes_out_of_an_error(fake: FakeStripe) -> None:
    stripe = provider_of(fake, retries=0)
    for status in (400, 401, 402, 403, 404, 500):
        fake.faults[:] = [Fault("GET /v1/checkout/.*", status=status)]
        with pytest.raises((NeedsAction, RetryLater)) as refused:
            await stripe.fetch("cs_test_1")
        text = f"{refused.value!r}{refused.value.__cause__!r}"
        assert fake.key not in text and "ann@example.org" not in text
        assert ("something broke" in text) is (status in (400, 404))
