"""Paid again and again: renewals, failures, ends."""

from __future__ import annotations

import pytest

from bot.errors import NeedsAction
from bot.ids import new_id
from bot.money import Money
from bot.payments.port import FactKind, Phase, Recurrence
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, kinds, monthly, of, phase_of, subscription_of
from tests.payments.stripe.server import FakeStripe


async def test_the_first_payment_is_for_the_first_period(stripe: StripeProvider, gold: str) -> None:
    told = await stripe.fetch(gold)

    paid = of(told, FactKind.PAID)
    assert paid.money == Money(900, "USD") and not paid.renewal
    assert paid.period is not None and 28 <= (paid.period.ends_at - paid.period.starts_at).days <= 31
    assert told.subscription is not None
    assert (told.subscription.phase, told.subscription.ref) == (Phase.ACTIVE, gold)
    assert told.subscription.customer and told.subscription.customer.startswith("cus_")


async def test_before_it_is_paid_there_is_no_subscription(stripe: StripeProvider) -> None:
    checkout = await stripe.create_checkout(monthly())

    assert (await stripe.fetch(checkout.ref)).subscription is None


async def test_each_renewal_is_paid_for_its_own_period(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    fake.page = 2  # so that lists come in pages
    for _ in range(3):
        fake.billing.renew(subscription_of(fake, gold))

    facts = (await stripe.fetch(gold)).facts

    periods = [fact.period for fact in facts if fact.period]
    assert [fact.renewal for fact in facts] == [False, True, True, True]
    assert [one.ends_at for one in periods[:-1]] == [one.starts_at for one in periods[1:]]
    assert len({fact.object_id for fact in facts}) == 4


async def test_the_first_payment_may_be_less_than_the_renewals(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly(900, first=350))
    fake.billing.renew(subscription_of(fake, ref))

    assert [fact.money.amount for fact in (await stripe.fetch(ref)).facts] == [350, 900]


async def test_the_first_payment_may_be_more_than_the_renewals(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly(900, first=1500))
    fake.billing.renew(subscription_of(fake, ref))

    first, second = (await stripe.fetch(ref)).facts
    assert (first.money.amount, second.money.amount) == (1500, 900)
    assert first.period and second.period and first.period.ends_at == second.period.starts_at


async def test_three_months_are_three_months(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, monthly(2500, months=3))

    paid = of(await stripe.fetch(ref), FactKind.PAID)
    assert paid.period and 89 <= (paid.period.ends_at - paid.period.starts_at).days <= 92


async def test_a_renewal_that_fails_is_past_due_until_it_is_paid(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    id_ = subscription_of(fake, gold)
    customer = fake.books.get(id_, "subscription")["customer"]
    fake.billing.broken_cards.add(customer)

    fake.billing.renew(id_)
    failed = await stripe.fetch(gold)
    fake.billing.pay_invoice(fake.books.get(id_, "subscription")["latest_invoice"])
    mended = await stripe.fetch(gold)

    assert (failed.subscription and failed.subscription.phase, len(failed.facts)) == (Phase.PAST_DUE, 1)
    assert (mended.subscription and mended.subscription.phase, len(mended.facts)) == (Phase.ACTIVE, 2)


async def test_a_cancelled_one_runs_to_the_end_of_what_was_paid(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    await stripe.set_ending(gold, True)
    await stripe.set_ending(gold, True)
    assert await phase_of(stripe, gold) is Phase.ENDING

    fake.billing.renew(subscription_of(fake, gold))

    assert await phase_of(stripe, gold) is Phase.ENDED
    assert kinds(await stripe.fetch(gold)) == [FactKind.PAID]
    await stripe.set_ending(gold, True)  # harmless


async def test_cancelling_can_be_taken_back(stripe: StripeProvider, gold: str) -> None:
    await stripe.set_ending(gold, True)

    await stripe.set_ending(gold, False)

    assert await phase_of(stripe, gold) is Phase.ACTIVE


async def test_a_date_that_the_portal_set_can_be_taken_back(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    subscription = fake.books.get(subscription_of(fake, gold), "subscription")
    subscription["cancel_at"] = subscription["items"]["data"][0]["current_period_end"]
    assert await phase_of(stripe, gold) is Phase.ENDING

    await stripe.set_ending(gold, False)

    assert await phase_of(stripe, gold) is Phase.ACTIVE


async def test_what_is_over_cannot_go_on(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    await stripe.set_ending(gold, True)
    fake.billing.cancel(subscription_of(fake, gold))

    with pytest.raises(NeedsAction, match="payment-refused"):
        await stripe.set_ending(gold, False)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": "trialing"}, Phase.ACTIVE),
        ({"status": "unpaid"}, Phase.PAST_DUE),
        ({"status": "paused"}, Phase.PAUSED),
        ({"pause_collection": {"behavior": "void", "resumes_at": None}}, Phase.PAUSED),
        ({"status": "incomplete_expired"}, Phase.ENDED),
        ({"cancel_at": 4102444800}, Phase.ENDING),
    ],
)
async def test_whatever_the_owner_does_at_stripe_is_seen(
    fake: FakeStripe, stripe: StripeProvider, gold: str, change: dict[str, object], expected: Phase
) -> None:
    subscription = fake.books.get(subscription_of(fake, gold), "subscription")

    subscription |= change

    assert await phase_of(stripe, gold) is expected


async def test_the_portal_is_for_the_customer(fake: FakeStripe, stripe: StripeProvider, gold: str) -> None:
    customer = (await stripe.fetch(gold)).subscription
    assert customer is not None and customer.customer is not None

    address = await stripe.portal(customer.customer, "https://discord.com/channels/1")

    assert address and address.startswith(f"{fake.url}/portal/")
    assert fake.calls[-1].params == {
        "customer": customer.customer,
        "return_url": "https://discord.com/channels/1",
    }


def test_every_pace_is_supported(stripe: StripeProvider) -> None:
    assert all(stripe.supports(Money(900, "USD"), recurrence) for recurrence in Recurrence)


async def test_years_of_renewals_are_not_asked_about_one_by_one(
    fake: FakeStripe, stripe: StripeProvider, gold: str
) -> None:
    for _ in range(24):
        fake.billing.renew(subscription_of(fake, gold))
    for charge in fake.books.all("charge"):
        charge["created"] -= 1000 * 86400
    fake.calls.clear()

    assert len((await stripe.fetch(gold)).facts) == 25

    assert len(fake.calls) == 4


async def test_a_ref_that_we_never_gave_out(stripe: StripeProvider, gold: str) -> None:
    with pytest.raises(NeedsAction):
        await stripe.fetch(f"sub_999999:{new_id()}")
