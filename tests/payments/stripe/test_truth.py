"""What Stripe shows is compared, not believed: amounts, currency, mode, account and order (docs/threats.md, T4)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import NeedsAction
from bot.money import Money
from bot.payments.port import FactKind
from bot.payments.stripe.amounts import from_stripe, to_stripe
from bot.payments.stripe.facts import period_of
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import bought, monthly, of, once, provider_of, subscription_of
from tests.payments.stripe.lines import line
from tests.payments.stripe.server import FakeStripe

NO_AMOUNTS = [500.0, "500", True, False, None, -1, 10**15, [500], {"a": 1}]
NO_CURRENCIES = ["USD", "us", "usdd", 840, None, "ｕｓｄ", "", ["usd"]]


@pytest.mark.parametrize("amount", NO_AMOUNTS)
async def test_an_amount_is_a_whole_number(fake: FakeStripe, stripe: StripeProvider, amount: object) -> None:
    ref = await bought(fake, stripe, once())
    fake.books.all("payment_intent")[0]["amount_received"] = amount

    with pytest.raises(NeedsAction, match="payment-mismatch"):
        await stripe.fetch(ref)


@pytest.mark.parametrize("currency", NO_CURRENCIES)
async def test_a_currency_is_three_letters(
    fake: FakeStripe, stripe: StripeProvider, currency: object
) -> None:
    ref = await bought(fake, stripe, once())
    fake.books.all("payment_intent")[0]["currency"] = currency

    with pytest.raises(NeedsAction, match="payment-mismatch"):
        await stripe.fetch(ref)


@pytest.mark.parametrize("amount", NO_AMOUNTS)
async def test_the_same_for_invoices_refunds_and_disputes(
    fake: FakeStripe, stripe: StripeProvider, amount: object
) -> None:
    ref = await bought(fake, stripe, monthly())
    payment = of(await stripe.fetch(ref), FactKind.PAID).object_id
    refund, dispute = fake.shop.refund(payment, 100), fake.shop.dispute(payment)
    invoice = fake.books.all("invoice")[0]
    for found, field in ((invoice, "amount_paid"), (refund, "amount"), (dispute, "amount")):
        whole, found[field] = found[field], amount
        with pytest.raises(NeedsAction, match="payment-mismatch"):
            await stripe.fetch(ref)
        found[field] = whole


@pytest.mark.parametrize(("field", "value"), [("amount_received", 1899), ("currency", "jpy")])
async def test_another_amount_or_currency_is_told_as_it_is(
    fake: FakeStripe, stripe: StripeProvider, field: str, value: object
) -> None:
    """Whether it is the price is the order's to say: it goes onto the owner's list."""
    ref = await bought(fake, stripe, once())
    fake.books.all("payment_intent")[0][field] = value

    money = of(await stripe.fetch(ref), FactKind.PAID).money

    assert money == (Money(1899, "USD") if field == "amount_received" else Money(1900, "JPY"))


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent", "dispute"])
async def test_objects_of_the_other_mode_pay_nothing(
    fake: FakeStripe, stripe: StripeProvider, kind: str
) -> None:
    ref = await bought(fake, stripe, once())
    fake.shop.dispute(fake.books.all("payment_intent")[0]["id"])
    fake.books.all(kind)[0]["livemode"] = True

    with pytest.raises(NeedsAction, match="payment-account"):
        await stripe.fetch(ref)


@pytest.mark.parametrize("kind", ["subscription", "invoice", "charge"])
async def test_nor_do_subscriptions_of_the_other_mode(
    fake: FakeStripe, stripe: StripeProvider, kind: str
) -> None:
    ref = await bought(fake, stripe, monthly())
    fake.books.all(kind)[0]["livemode"] = True

    with pytest.raises(NeedsAction, match="payment-account"):
        await stripe.fetch(ref)


async def test_a_live_account_works_the_same() -> None:
    async with FakeStripe(live=True) as fake:
        stripe = provider_of(fake)
        ref = await bought(fake, stripe, once())

        assert of(await stripe.fetch(ref), FactKind.PAID).money == Money(1900, "USD")
        assert not stripe.play_money


async def test_a_key_of_another_account_does_nothing(fake: FakeStripe) -> None:
    stripe = provider_of(fake, account="acct_Other1")

    with pytest.raises(NeedsAction, match="payment-account"):
        await stripe.create_checkout(once())
    assert fake.books.all("checkout.session") == []


async def test_the_account_is_asked_once(fake: FakeStripe, stripe: StripeProvider) -> None:
    for _ in range(3):
        await stripe.create_checkout(once())

    assert [call.path for call in fake.calls].count("/v1/account") == 1


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent"])
async def test_a_payment_that_names_another_order_is_for_the_owner(
    fake: FakeStripe, stripe: StripeProvider, kind: str
) -> None:
    ref = await bought(fake, stripe, once())
    fake.books.all(kind)[0]["metadata"]["order_id"] = "5"

    with pytest.raises(NeedsAction, match="payment-mismatch"):
        await stripe.fetch(ref)


async def test_a_checkout_that_names_two_orders_is_for_the_owner(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, once())
    fake.books.get(ref, "checkout.session")["client_reference_id"] = "7-5"

    with pytest.raises(NeedsAction, match="payment-mismatch"):
        await stripe.fetch(ref)


async def test_an_invoice_that_names_another_order_is_not_this_one_s(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly())
    fake.books.all("invoice")[0]["parent"]["subscription_details"]["metadata"]["order_id"] = "5"

    assert (await stripe.fetch(ref)).facts == ()


async def test_what_was_paid_outside_stripe_is_named_by_its_invoice(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly())
    payment = fake.books.all("invoice_payment")[0]
    payment["status"] = "canceled"

    assert of(await stripe.fetch(ref), FactKind.PAID).object_id == payment["invoice"]


async def test_an_invoice_that_says_not_what_it_is_for_is_for_the_owner(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly())
    fake.books.all("invoice")[0]["lines"]["data"] = []

    with pytest.raises(NeedsAction, match="does not say what it is for"):
        await stripe.fetch(ref)


def test_what_is_credited_is_not_what_is_paid_for() -> None:
    """From a year to a month: the credit is for a longer time than the month."""
    month = {"start": 1_795_000_000, "end": 1_797_600_000}
    credit = line(-5000, "usd", month["start"], month["end"] + 20_000_000, "si_1")

    period = period_of(
        {"id": "in_1", "lines": {"data": [credit, line(9900, "usd", **month, item_id="si_1")]}}
    )

    assert period.ends_at.timestamp() == month["end"]


async def test_lines_that_do_not_fit_into_an_invoice_are_asked_for(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, monthly())
    fake.books.all("invoice")[0]["lines"]["has_more"] = True

    paid = of(await stripe.fetch(ref), FactKind.PAID)

    item: dict[str, Any] = fake.books.get(subscription_of(fake, ref), "subscription")["items"]["data"][0]
    assert paid.period and int(paid.period.ends_at.timestamp()) == item["current_period_end"]
    assert any(call.path.endswith("/lines") for call in fake.calls)


@pytest.mark.parametrize(
    ("money", "stripes"),
    [
        (Money(500, "JPY"), (500, "jpy")),
        (Money(1990, "USD"), (1990, "usd")),
        (Money(1990, "BHD"), (1990, "bhd")),
        (Money(7, "UGX"), (700, "ugx")),
        (Money(700, "ISK"), (700, "isk")),
        (Money(5, "MGA"), (5, "mga")),
    ],
)
def test_amounts_go_there_and_come_back(money: Money, stripes: tuple[int, str]) -> None:
    assert to_stripe(money) == stripes[0]
    assert from_stripe(*stripes) == money


def test_a_fraction_of_a_shilling_is_none() -> None:
    with pytest.raises(NeedsAction):
        from_stripe(750, "ugx")
