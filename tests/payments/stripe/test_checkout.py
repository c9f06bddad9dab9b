"""One purchase, paid once at Stripe: in time, late, declined, never, twice, or in yen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.clock import real_now
from bot.errors import NeedsAction
from bot.ids import snowflake_at, snowflake_time
from bot.money import Money
from bot.payments.port import FactKind, Recurrence
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import ANN, GUILD, bought, kinds, of, once, provider_of
from tests.payments.stripe.server import FakeStripe


async def test_what_is_bought_is_paid_for_and_known(fake: FakeStripe, stripe: StripeProvider) -> None:
    purchase = once()

    ref = await bought(fake, stripe, purchase)

    paid = of(await stripe.fetch(ref), FactKind.PAID)
    assert (paid.guild_id, paid.order_id, paid.ref) == (GUILD, purchase.order_id, ref)
    assert paid.money == Money(1900, "USD")
    assert (paid.period, paid.renewal) == (None, False)
    assert abs(paid.at - real_now()) < timedelta(minutes=1)


async def test_before_anybody_pays_nothing_has_happened(stripe: StripeProvider) -> None:
    checkout = await stripe.create_checkout(once())

    told = await stripe.fetch(checkout.ref)

    assert told.facts == () and told.subscription is None
    assert checkout.url and checkout.url.startswith("http")


async def test_every_object_names_the_order(fake: FakeStripe, stripe: StripeProvider) -> None:
    """A refund or dispute is matched by what stands on the payment: Stripe copies metadata to no other object."""
    purchase = once()
    told = {"guild_id": str(GUILD), "order_id": str(purchase.order_id), "user_id": str(ANN)}

    ref = await bought(fake, stripe, purchase)

    session = fake.books.get(ref, "checkout.session")
    assert session["metadata"] == told
    assert session["client_reference_id"] == f"{GUILD}-{purchase.order_id}"
    assert fake.books.get(session["payment_intent"], "payment_intent")["metadata"] == told


async def test_asked_twice_it_is_the_same_checkout(fake: FakeStripe, stripe: StripeProvider) -> None:
    purchase = once()

    first, second = await stripe.create_checkout(purchase), await stripe.create_checkout(purchase)

    assert first == second
    assert len(fake.books.all("checkout.session")) == 1
    assert fake.calls[-1].key == f"cs:{purchase.order_id}"


@pytest.mark.parametrize("change", [{"title": "Gold (new)"}, {"customer": "cus_1"}])
async def test_a_link_that_ann_has_is_not_joined_by_a_second_one(
    fake: FakeStripe, stripe: StripeProvider, change: Any
) -> None:
    """Two that can be paid would be paid twice one day."""
    purchase = once()
    first = await stripe.create_checkout(purchase)

    second = await stripe.create_checkout(replace(purchase, **change))

    assert second == first
    assert len(fake.books.all("checkout.session")) == 1


async def test_a_link_that_was_closed_is_followed_by_another(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    purchase = once()
    first = await stripe.create_checkout(purchase)
    await stripe.close_checkout(first.ref)

    second = await stripe.create_checkout(replace(purchase, title="Gold (new)"))

    assert second.ref != first.ref and second.url


async def test_what_is_paid_already_is_not_opened_again(fake: FakeStripe, stripe: StripeProvider) -> None:
    purchase = once()
    ref = await bought(fake, stripe, purchase)

    again = await stripe.create_checkout(replace(purchase, title="Gold (new)"))

    assert again.ref == ref


@pytest.mark.parametrize(
    ("minutes", "expected"), [(1, 60), (30, 60), (90, 90), (1440, 1440), (100_000, 1440), (-5000, 60)]
)
async def test_stripe_keeps_it_open_for_at_least_30_minutes_and_at_most_a_day(
    fake: FakeStripe, stripe: StripeProvider, minutes: int, expected: int
) -> None:
    """Also while the sandbox's clock stands weeks from ours."""
    purchase = once()
    made = snowflake_time(purchase.order_id)
    purchase = replace(purchase, expires_at=made + timedelta(minutes=minutes))

    checkout = await stripe.create_checkout(purchase)

    closes = fake.books.get(checkout.ref, "checkout.session")["expires_at"]
    assert closes == int((made + timedelta(minutes=expected)).timestamp())
    assert checkout.expires_at == purchase.expires_at


async def test_an_id_that_runs_ahead_after_the_clock_was_set_back_is_sold_all_the_same(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    """Ids never go back, so theirs is then no time that Stripe would take."""
    ahead = snowflake_at(real_now() + timedelta(days=90))
    purchase = replace(once(), order_id=ahead)

    first, again = await stripe.create_checkout(purchase), await stripe.create_checkout(purchase)

    assert first.ref == again.ref


async def test_a_checkout_that_we_close_is_over(fake: FakeStripe, stripe: StripeProvider) -> None:
    checkout = await stripe.create_checkout(once())

    await stripe.close_checkout(checkout.ref)
    await stripe.close_checkout(checkout.ref)

    assert kinds(await stripe.fetch(checkout.ref)) == [FactKind.EXPIRED]


async def test_closing_what_is_paid_changes_nothing(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, once())

    await stripe.close_checkout(ref)

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID]
    assert not any(call.path.endswith("/expire") for call in fake.calls)


async def test_a_declined_card_may_be_followed_by_another(fake: FakeStripe, stripe: StripeProvider) -> None:
    checkout = await stripe.create_checkout(once())
    fake.shop.pay(checkout.ref, "declined")
    assert kinds(await stripe.fetch(checkout.ref)) == []

    fake.shop.pay(checkout.ref)

    assert kinds(await stripe.fetch(checkout.ref)) == [FactKind.PAID]


async def test_a_delayed_payment_stays_open_until_it_comes(fake: FakeStripe, stripe: StripeProvider) -> None:
    ref = await bought(fake, stripe, once(), "delayed")
    assert kinds(await stripe.fetch(ref)) == []

    fake.shop.arrive(ref, paid=True)

    assert kinds(await stripe.fetch(ref)) == [FactKind.PAID]


async def test_a_delayed_payment_that_never_comes_is_declined(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    ref = await bought(fake, stripe, once(), "delayed")

    fake.shop.arrive(ref, paid=False)

    assert kinds(await stripe.fetch(ref)) == [FactKind.DECLINED]


@pytest.mark.parametrize(
    ("money", "unit_amount"),
    [
        (Money(500, "JPY"), "500"),
        (Money(9990, "KWD"), "9990"),
        (Money(5000, "UGX"), "500000"),
        (Money(150000, "ISK"), "150000"),
    ],
)
async def test_currencies_without_and_with_three_decimals(
    fake: FakeStripe, stripe: StripeProvider, money: Money, unit_amount: str
) -> None:
    ref = await bought(fake, stripe, once(money.amount, money.currency))

    asked = fake.calls[-2].params if fake.calls[-1].method == "GET" else fake.calls[-1].params
    assert asked["line_items"][0]["price_data"]["unit_amount"] == unit_amount
    assert of(await stripe.fetch(ref), FactKind.PAID).money == money


@pytest.mark.parametrize(
    ("money", "yes"),
    [
        (Money(50, "USD"), True),
        (Money(49, "USD"), False),
        (Money(0, "EUR"), False),
        (Money(99_999_999, "USD"), True),
        (Money(100_000_000, "USD"), False),
        (Money(50, "JPY"), True),
        (Money(9995, "KWD"), False),
        (Money(9990, "KWD"), True),
        (Money(150, "ISK"), False),
        (Money(1, "UGX"), True),
        (Money(100, "XXX"), False),
        (Money(100, "BTC"), False),
    ],
)
def test_what_stripe_cannot_take_is_not_offered(stripe: StripeProvider, money: Money, yes: bool) -> None:
    assert stripe.supports(money, Recurrence.ONCE) is yes


async def test_the_price_is_in_the_currency_that_the_card_said(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    await stripe.create_checkout(once(4900, "CNY"))

    assert fake.calls[-1].params["adaptive_pricing"] == {"enabled": "false"}
    assert "payment_method_types" not in fake.calls[-1].params


async def test_the_browser_goes_back_to_the_server(fake: FakeStripe, stripe: StripeProvider) -> None:
    await stripe.create_checkout(once())

    assert fake.calls[-1].params["success_url"] == f"https://discord.com/channels/{GUILD}"


async def test_a_customer_who_was_deleted_at_stripe_can_buy_again(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    checkout = await stripe.create_checkout(once(customer="cus_gone"))

    assert fake.books.get(checkout.ref, "checkout.session")["customer"] is None


async def test_a_known_customer_is_used_again(fake: FakeStripe, stripe: StripeProvider) -> None:
    customer = fake.books.add("customer", metadata={})["id"]

    checkout = await stripe.create_checkout(once(customer=customer))

    assert fake.books.get(checkout.ref, "checkout.session")["customer"] == customer


async def test_a_checkout_of_somebody_else_is_not_ours(fake: FakeStripe, stripe: StripeProvider) -> None:
    """The account may sell other things too."""
    checkout = await stripe.create_checkout(once())
    fake.books.get(checkout.ref, "checkout.session")["metadata"] = {"shirt": "L"}

    with pytest.raises(NeedsAction, match="names no order of ours"):
        await stripe.fetch(checkout.ref)
    assert await stripe.order_of(checkout.ref) is None


async def test_a_second_lyceum_with_a_live_key_says_that_money_is_real(fake: FakeStripe) -> None:
    assert provider_of(fake).play_money
    assert not provider_of(fake, key="sk_live_51").play_money
    assert not provider_of(fake, key="rk_live_51").play_money
