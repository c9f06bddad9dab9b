"""Verifying webhooks: whether one is Stripe's and which object it is about. Everything else is fetched, not believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from bot.payments import json_input
from bot.payments.port import Headers, InvalidWebhook, ProviderNotice
from bot.payments.stripe.library import library

HEADER = "stripe-signature"
TOLERANCE = 300  # seconds, into the past and into the future (the library checks the past only)

EVENTS = {
    "checkout.session.completed": "checkout.session",
    "checkout.session.async_payment_succeeded": "checkout.session",
    "checkout.session.async_payment_failed": "checkout.session",
    "checkout.session.expired": "checkout.session",
    "invoice.paid": "invoice",
    "invoice.payment_failed": "invoice",
    "invoice.payment_action_required": "invoice",
    "customer.subscription.updated": "subscription",
    "customer.subscription.deleted": "subscription",
    "customer.subscription.paused": "subscription",
    "customer.subscription.resumed": "subscription",
    "refund.created": "refund",
    "refund.updated": "refund",
    "refund.failed": "refund",
    "charge.refunded": "charge",
    "charge.dispute.created": "dispute",
    "charge.dispute.updated": "dispute",
    "charge.dispute.closed": "dispute",
    "charge.dispute.funds_withdrawn": "dispute",
    "charge.dispute.funds_reinstated": "dispute",
}
"""The events that we act on, with the type of the object that each is about. docs/stripe.md lists them for owners."""

_HEADER = re.compile(r"(?:[a-z][a-z0-9]*=[A-Za-z0-9]+)(?:,[a-z][a-z0-9]*=[A-Za-z0-9]+){1,9}")
_TIME = re.compile(r"(?:^|,)t=([0-9]{1,12})(?=,|$)")


def verify(
    secrets: Sequence[str], headers: Headers, body: bytes, now: datetime, *, live: bool, account: str | None
) -> ProviderNotice:
    """The event's id and what it is about. Raises InvalidWebhook, without telling the sender why."""
    if not _genuine(secrets, headers, body, now):
        raise InvalidWebhook("the signature does not hold")
    event = json_input.read(body, fractions=True)
    if event.get("object") != "event" or event.get("livemode") is not live:
        raise InvalidWebhook("not an event of our mode")
    if event.get("account") is not None and event["account"] != account:
        raise InvalidWebhook("not our account")
    kind = json_input.name(event, "type")
    event_id = json_input.name(event, "id")
    if kind not in EVENTS:
        return ProviderNotice(event_id, kind)
    about = json_input.part(json_input.part(event, "data"), "object")
    if about.get("object") != EVENTS[kind]:
        raise InvalidWebhook("not what such an event is about")
    return ProviderNotice(event_id, kind, about=json_input.name(about, "id"))


def _genuine(secrets: Sequence[str], headers: Headers, body: bytes, now: datetime) -> bool:
    signatures = [value for name, value in headers if name.lower() == HEADER]
    if len(signatures) != 1 or not _HEADER.fullmatch(signatures[0]):
        return False
    times = _TIME.findall(signatures[0])
    if len(times) != 1 or abs(now.timestamp() - int(times[0])) > TOLERANCE:
        return False
    return any(_signed(secret, signatures[0], body) for secret in secrets)


def _signed(secret: str, header: str, body: bytes) -> bool:
    stripe = library()
    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
    except (ValueError, stripe.SignatureVerificationError):  # bytes that are not text raise ValueError
        return False
    return True
