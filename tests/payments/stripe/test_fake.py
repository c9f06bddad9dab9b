"""Our Stripe refuses what Stripe would, and shows nothing that this version of the API does not have."""

from __future__ import annotations

import asyncio
import copy
import time
from operator import attrgetter
from typing import Any

import aiohttp
import aiohttp.web
import pytest
import stripe as library

from bot.payments.stripe.provider import StripeProvider
from tests.payments.stripe.books import Books
from tests.payments.stripe.counter import bought, monthly, once, subscription_of
from tests.payments.stripe.server import FakeStripe
from tests.payments.stripe.shapes import decode, stray

GOOD: dict[str, Any] = {
    "mode": "payment",
    "success_url": "https://lyceum.example.org/",
    "line_items": [
        {
            "price_data": {"currency": "usd", "unit_amount": 500, "product_data": {"name": "Gold"}},
            "quantity": 1,
        }
    ],
    "client_reference_id": "7-5",
    "metadata": {"order_id": "5"},
}


async def called(fake: FakeStripe, call: str, *arguments: Any) -> Any:
    """What the library returns from `checkout.sessions.create_async`."""
    stripe: Any = library
    http = stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=10))
    client = stripe.StripeClient(fake.key, http_client=http, base_addresses={"api": fake.url})
    try:
        return await attrgetter(call)(client.v1)(*arguments)
    finally:
        await http.close_async()


async def refused(fake: FakeStripe, call: str, *arguments: Any) -> library.StripeError:
    """The error of such a call."""
    with pytest.raises(library.StripeError) as error:
        await called(fake, call, *arguments)
    return error.value


def with_(path: str, value: Any) -> dict[str, Any]:
    """GOOD with one thing changed: `line_items.0.quantity`. Without a value it is left out."""
    changed = copy.deepcopy(GOOD)
    place: Any = changed
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return changed


async def test_control_a_good_call_is_accepted(fake: FakeStripe) -> None:
    made = await called(fake, "checkout.sessions.create_async", GOOD)

    assert made.status == "open" and made.amount_total == 500


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("mode", "paymnt", "Invalid mode"),
        ("bogus", "1", "unknown parameter: bogus"),
        ("payment_method_types", ["card"], "unknown parameter: payment_method_types"),
        ("ui_mode", "hosted", "Invalid ui_mode"),
        ("expires_at", 1.5, "Invalid int: expires_at"),
        pytest.param("expires_at", int(time.time()) + 1700, "between 30 minutes and 24 hours", id="too-soon"),
        pytest.param(
            "expires_at", int(time.time()) + 90000, "between 30 minutes and 24 hours", id="too-late"
        ),
        ("client_reference_id", "x" * 201, "200 characters"),
        ("metadata.order_id", "x" * 501, "40 and 500 characters"),
        ("success_url", None, "success_url"),
        ("success_url", "lyceum", "Not a valid URL"),
        ("cancel_url", "javascript:1", "Not a valid URL"),
        ("line_items", [], "line_items"),
        ("line_items.0.quantity", None, "Quantity is required"),
        ("line_items.0.quantity", "two", "Invalid int"),
        ("line_items.0.price", "price_1", "Exactly one of price and price_data"),
        (
            "line_items.0.price_data.unit_amout",
            500,
            "unknown parameter: line_items[0][price_data][unit_amout]",
        ),
        ("line_items.0.price_data.unit_amount", 4.99, "Invalid int"),
        ("line_items.0.price_data.unit_amount", 49, "amount_too_small"),
        ("line_items.0.price_data.unit_amount", 10**8, "amount_too_large"),
        (
            "line_items.0.price_data.currency",
            None,
            "Missing required param: line_items[0][price_data][currency]",
        ),
        ("line_items.0.price_data.currency", "USD", "Invalid currency"),
        ("line_items.0.price_data.product_data", None, "product"),
        ("line_items.0.price_data.product_data.name", " ", "empty string"),
        ("line_items.0.price_data.recurring", {"interval": "month"}, "passed a recurring price"),
        ("mode", "subscription", "at least one recurring price"),
        ("subscription_data", {"description": "x"}, "Only in `subscription` mode"),
        ("customer", "cus_1", "No such customer"),
        ("discounts", [{"coupon": "co_1"}], "No such coupon"),
        ("locale", "klingon", "Invalid locale"),
        ("payment_method_options", {"wechat_pay": {"client": "desktop"}}, "Invalid payment_method_options"),
    ],
)
async def test_a_bad_checkout_is_refused(fake: FakeStripe, path: str, value: Any, told: str) -> None:
    error = await refused(fake, "checkout.sessions.create_async", with_(path, value))

    assert error.http_status == 400
    assert told in str(error.user_message)


@pytest.mark.parametrize(
    ("call", "params", "told"),
    [
        ("refunds.create_async", {"payment_intent": "pi_1", "reason": "because"}, "Invalid reason"),
        ("refunds.create_async", {}, "Exactly one of payment_intent and charge"),
        ("coupons.create_async", {"amount_off": 5, "duration": "once"}, "needs a currency"),
        ("coupons.create_async", {"percent_off": 5, "amount_off": 5, "currency": "usd"}, "Exactly one"),
        ("prices.create_async", {"currency": "usd", "unit_amount": 500}, "product"),
        ("promotion_codes.create_async", {"promotion": {"type": "coupon"}}, "Unrecognized request URL"),
        (
            "invoice_payments.list_async",
            {"payment": {"payment_intent": "pi_1"}},
            "Missing required param: payment[type]",
        ),
        (
            "subscription_schedules.create_async",
            {"from_subscription": "sub_1", "end_behavior": "release"},
            "no other parameter",
        ),
        ("billing_portal.sessions.create_async", {"customer": "cus_1"}, "No such customer"),
        ("charges.list_async", {"limit": 5, "invoice": "in_1"}, "unknown parameter: invoice"),
    ],
)
async def test_other_bad_calls_are_refused(fake: FakeStripe, call: str, params: Any, told: str) -> None:
    error = await refused(fake, call, params)

    assert told in str(error.user_message)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"items": [{"id": "si_1", "price": "price_1"}]}, "No such subscription item"),
        ({"proration_date": 1}, "within the current period"),
        ({"current_period_end": 1}, "unknown parameter: current_period_end"),
        ({"payment_behavior": "pending_if_incomplete", "metadata": {"a": "b"}}, "Not supported"),
        ({"proration_behavior": "always"}, "Invalid proration_behavior"),
    ],
)
async def test_bad_changes_of_a_subscription_are_refused(
    fake: FakeStripe, stripe: StripeProvider, params: Any, told: str
) -> None:
    id_ = subscription_of(fake, await bought(fake, stripe, monthly()))

    error = await refused(fake, "subscriptions.update_async", id_, params)

    assert told in str(error.user_message)


async def test_what_a_schedule_manages_cannot_be_cancelled_beside_it(
    fake: FakeStripe, stripe: StripeProvider
) -> None:
    id_ = subscription_of(fake, await bought(fake, stripe, monthly()))
    fake.billing.create_schedule({"from_subscription": id_})

    error = await refused(fake, "subscriptions.update_async", id_, {"cancel_at_period_end": True})

    assert "managed by the subscription schedule" in str(error.user_message)


async def test_a_key_that_comes_again_gives_the_first_answer_or_an_error(fake: FakeStripe) -> None:
    headers = {
        "Authorization": f"Bearer {fake.key}",
        "Stripe-Version": library.api_version or "",
        "Idempotency-Key": "k",
    }
    body = "currency=usd&unit_amount=500&product_data[name]=Gold"
    async with aiohttp.ClientSession(headers=headers) as session:
        answers: list[Any] = []
        for told in (body, body, body + "x"):
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            async with session.post(f"{fake.url}/v1/prices", data=told, headers=form) as answer:
                answers.append((answer.status, await answer.json()))

    assert answers[0] == answers[1] and answers[0][0] == 200
    assert answers[2][0] == 400 and answers[2][1]["error"]["type"] == "idempotency_error"


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [("Authorization", "Bearer sk_test_other", 401), ("Stripe-Version", "2022-11-15", 400)],
)
async def test_another_key_or_version_is_refused(
    fake: FakeStripe, header: str, value: str, status: int
) -> None:
    headers = {
        "Authorization": f"Bearer {fake.key}",
        "Stripe-Version": library.api_version or "",
        header: value,
    }
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{fake.url}/v1/account", headers=headers) as answer,
    ):
        assert answer.status == status


@pytest.mark.parametrize(
    ("answer", "strange"),
    [
        ({"object": "invoice", "subscription": "sub_1"}, "invoice.subscription"),
        ({"object": "invoice", "charge": "ch_1"}, "invoice.charge"),
        ({"object": "subscription", "current_period_end": 1}, "subscription.current_period_end"),
        ({"object": "invoice", "parent": {"subscription": "sub_1"}}, "invoice.parent.subscription"),
        ({"object": "charge", "invoice": "in_1"}, "charge.invoice"),
    ],
)
def test_it_cannot_show_fields_of_an_older_api(answer: dict[str, Any], strange: str) -> None:
    assert stray(answer) == [strange]


def test_it_would_not_keep_such_an_object() -> None:
    with pytest.raises(AssertionError):
        Books("acct_1", live=False).add("charge", invoice="in_1")


def test_forms_are_read_as_stripe_writes_them() -> None:
    form = "a[0][b][c]=1&a[1][b][c]=2&d=&e%5Bf%5D=%C3%A4"

    assert decode(form) == {"a": [{"b": {"c": "1"}}, {"b": {"c": "2"}}], "d": "", "e": {"f": "ä"}}


async def test_events_go_out_in_any_order_twice_or_never(fake: FakeStripe, stripe: StripeProvider) -> None:
    got: list[bytes] = []

    async def hook(request: aiohttp.web.Request) -> aiohttp.web.Response:
        got.append(await request.read())
        return aiohttp.web.Response(status=200)

    app = aiohttp.web.Application()
    app.router.add_post("/hook", hook)
    runner = aiohttp.web.AppRunner(app)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await bought(fake, stripe, once())

    assert await fake.deliver(address, times=2) == [200] * 4
    assert await fake.deliver(address) == []
    assert await fake.deliver(address, reversed(fake.events)) == [200, 200]

    await runner.cleanup()
    bodies = [event.body for event in fake.events]
    assert got == [bodies[0], bodies[0], bodies[1], bodies[1], bodies[1], bodies[0]]
    await asyncio.sleep(0)
