"""Stripe's own list: every payment with what became of it, whose it is, and no more requests than pages."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.clock import real_now
from bot.errors import NeedsAction, RetryLater
from bot.money import Money
from bot.payments.port import FactKind
from bot.payments.statements import ReportedPayment, statements_of
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, monthly, of, once, provider_of, subscription_of
from tests.payments.stripe.server import FakeStripe, Fault


async def listed(
    stripe: StripeProvider, *, days: float = 35, until: datetime | None = None
) -> list[ReportedPayment]:
    end = until or real_now() + timedelta(minutes=1)
    return [payment async for payment in stripe.statement(end - timedelta(days=days), end)]


async def test_what_was_paid_once_is_listed_with_its_order(fake: FakeStripe, stripe: StripeProvider) -> None:
    purchase = once()
    ref = await bought(fake, stripe, purchase)
    paid = of(await stripe.fetch(ref), FactKind.PAID)

    [payment] = await listed(stripe)

    assert (payment.object_id, payment.money, payment.at) == (paid.object_id, paid.money, paid.at)
    assert payment.order == (purchase.guild_id, purchase.order_id)
    assert (payment.refunds, payment.disputes, payment.given_back) == ((), (), 0)
    assert await stripe.reported(paid.object_id) == payment


async def test_what_was_declined_or_is_still_on_its_way_is_no_payment(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    await bought(fake, stripe, once(), "declined")
    ref = await bought(fake, stripe, once(), "delayed")

    assert await listed(stripe) == []
    fake.shop.arrive(ref, paid=True)
    assert [payment.money for payment in await listed(stripe)] == [Money(1900, "USD")]


async def test_every_period_of_a_subscription_is_listed_with_its_order(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    purchase = monthly()
    ref = await bought(fake, stripe, purchase)
    fake.billing.renew(subscription_of(fake, ref))
    facts = [fact for fact in (await stripe.fetch(ref)).facts if fact.kind is FactKind.PAID]

    payments = await listed(stripe, days=60, until=facts[-1].at + timedelta(days=1))

    assert {payment.object_id for payment in payments} == {fact.object_id for fact in facts}
    assert {payment.order for payment in payments} == {(purchase.guild_id, purchase.order_id)}


async def test_refunds_and_disputes_stand_with_their_payment(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, once())
    paid = of(await stripe.fetch(ref), FactKind.PAID).object_id
    kept = fake.shop.refund(paid, 500)
    failed = fake.shop.fail_refund(fake.shop.refund(paid, 400)["id"])
    dispute = fake.shop.dispute(paid)

    [payment] = await listed(stripe)
    assert {refund.object_id: refund.failed for refund in payment.refunds} == {
        kept["id"]: False,
        failed["id"]: True,
    }
    assert [one.decision for one in payment.disputes] == [FactKind.DISPUTED]
    assert payment.given_back == 500

    fake.shop.close_dispute(dispute["id"], "lost")
    [payment] = await listed(stripe)
    assert payment.given_back == 500 + 1900


async def test_an_inquiry_moves_nothing(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, once())
    fake.shop.dispute(of(await stripe.fetch(ref), FactKind.PAID).object_id, "warning_needs_response")

    assert [payment.disputes for payment in await listed(stripe)] == [()]


async def test_an_older_payment_is_listed_when_something_happens_to_it(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, once())
    paid = of(await stripe.fetch(ref), FactKind.PAID)
    fake.books.turn_to(fake.books.now() + 40 * 86400)
    now = datetime.fromtimestamp(fake.books.now(), paid.at.tzinfo) + timedelta(seconds=1)
    assert await listed(stripe, days=7, until=now) == []

    fake.shop.refund(paid.object_id)

    [payment] = await listed(stripe, days=7, until=now + timedelta(seconds=2))
    assert (payment.object_id, payment.given_back) == (paid.object_id, 1900)


async def test_what_others_sell_on_the_same_account_has_no_order_and_costs_no_request(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    for _ in range(5):
        fake.billing.charge(700, "usd", None, {"shop": "another"}, "succeeded")
    await listed(stripe)
    before = len(fake.calls)

    payments = await listed(stripe)

    assert [(payment.money, payment.order) for payment in payments] == [(Money(700, "USD"), None)] * 5
    assert len(fake.calls) - before == 4  # charges, refunds, disputes, invoices


async def test_every_page_is_fetched(fake: FakeStripe, stripe: StripeProvider) -> None:
    fake.page = 2
    for _ in range(5):
        await bought(fake, stripe, once())

    assert len({payment.object_id for payment in await listed(stripe)}) == 5


async def test_nothing_is_invented(fake: FakeStripe, stripe: StripeProvider) -> None:
    assert await stripe.reported("pi_404") is None
    assert await stripe.reported("something") is None
    assert statements_of(stripe) is stripe


async def test_a_stripe_that_does_not_answer_says_so(fake: FakeStripe) -> None:
    fake.faults = [Fault("GET /v1/charges", times=9, status=500)]
    with pytest.raises(RetryLater):
        await listed(provider_of(fake, retries=0))
    with pytest.raises(NeedsAction):
        await listed(provider_of(fake, account="acct_Other"))
