"""Every event leads to the order that it is about, and what is not ours to none."""

from __future__ import annotations

import pytest

from bot.clock import real_now
from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.counter import (
    HEADER,
    bought,
    monthly,
    of,
    once,
    provider_of,
    subscription_of,
    verified,
)
from tests.payments.stripe.server import FakeStripe


async def test_everything_in_a_subscription_s_life_leads_to_its_order(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    purchase = monthly()
    ref = await bought(fake, stripe, purchase)
    id_ = subscription_of(fake, ref)
    fake.billing.renew(id_)
    payment = (await stripe.fetch(ref)).facts[0].object_id
    fake.shop.fail_refund(fake.shop.refund(payment, 100)["id"])
    fake.shop.close_dispute(fake.shop.dispute(payment)["id"], "won")
    fake.billing.cancel(id_)

    told = [verified(fake, stripe, event.body) for event in fake.events]
    looked = [(notice.kind, await stripe.order_of(notice.about)) for notice in told if notice.about]

    assert len(looked) == 12
    assert {kind for kind, order in looked if order != (purchase.guild_id, purchase.order_id)} == set()


async def test_everything_about_a_payment_leads_to_its_order(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    purchase = once()
    ref = await bought(fake, stripe, purchase, "delayed")
    fake.shop.arrive(ref, paid=True)
    session = fake.books.get(ref, "checkout.session")
    fake.shop.refund(session["payment_intent"], 100)
    fake.shop.dispute(session["payment_intent"])

    abouts = {notice.about for event in fake.events if (notice := verified(fake, stripe, event.body)).about}
    abouts |= {session["payment_intent"], fake.books.all("charge")[0]["id"]}

    assert len(abouts) == 5
    for about in abouts:
        assert about and await stripe.order_of(about) == (purchase.guild_id, purchase.order_id)


@pytest.mark.parametrize(
    "about", ["cs_gone", "pi_gone", "ch_gone", "re_gone", "dp_gone", "sub_gone", "in_gone", "x_1", "file"]
)
async def test_what_is_not_there_is_nobody_s(stripe: StripeProvider, about: str) -> None:
    assert await stripe.order_of(about) is None


async def test_what_the_account_sells_besides_is_not_ours(fake: FakeStripe, stripe: StripeProvider) -> None:
    shirt = fake.billing.charge(2500, "usd", None, {"shirt": "L"}, "succeeded")
    refund = fake.shop.refund(shirt["id"])

    assert await stripe.order_of(shirt["id"]) is None
    assert await stripe.order_of(refund["id"]) is None


@pytest.mark.parametrize("order", ["5", "05", "-5", "5.0", "٥", str(2**63), "", "x"])
async def test_metadata_that_we_would_not_write_is_not_ours(
    fake: FakeStripe, stripe: StripeProvider, order: str
) -> None:
    intent = fake.billing.charge(2500, "usd", None, {"guild_id": "7", "order_id": order}, "succeeded")

    assert await stripe.order_of(intent["id"]) == ((7, 5) if order == "5" else None)


async def test_the_fake_signs_as_we_read(fake: FakeStripe) -> None:
    """Our own HMAC, the fake's and the library's agree; npm's has its say in test_signatures.py."""
    stripe = provider_of(fake)
    ref = await bought(fake, stripe, once())

    notice = stripe.verify([(HEADER, fake.sign(fake.events[-1].body))], fake.events[-1].body, real_now())

    assert (notice.kind, notice.about) == ("checkout.session.completed", ref)
    assert of(await stripe.fetch(ref), kind := (await stripe.fetch(ref)).facts[0].kind).kind is kind
