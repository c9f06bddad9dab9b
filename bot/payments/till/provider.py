"""Our side of the till: what any provider's adapter does, over the same kind of line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp

from bot.clock import real_now
from bot.errors import NeedsAction, RetryLater
from bot.money import Money
from bot.payments import json_input
from bot.payments.port import (
    Checkout,
    CheckoutSnapshot,
    Fact,
    FactKind,
    Headers,
    InvalidWebhook,
    ProviderNotice,
    Purchase,
    Recurrence,
)
from bot.payments.till.signing import HEADER, genuine, sign

KINDS = {
    "payment.succeeded": FactKind.PAID,
    "payment.declined": FactKind.DECLINED,
    "refund.succeeded": FactKind.REFUNDED,
}


class TillProvider:
    """Talks to the till at `address()` and sends members to `public()`: known once the web server listens."""

    name = "till"
    play_money = True
    acknowledgement = b"ok"
    receives_webhooks = True

    def __init__(self, secret: bytes, address: Callable[[], str], public: Callable[[], str]) -> None:
        self._secret = secret
        self._address = address
        self._public = public

    def supports(self, money: Money, recurrence: Recurrence) -> bool:
        """Play money comes in every currency, but once."""
        return recurrence is Recurrence.ONCE

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open the till's page for this order."""
        told = await self._call(
            "POST",
            "/till/api/checkouts",
            {
                "reference": f"{purchase.guild_id}-{purchase.order_id}",
                "title": purchase.title,
                "amount": purchase.money.amount,
                "currency": purchase.money.currency,
                "expires_at": purchase.expires_at.isoformat(),
            },
        )
        ref = json_input.name(told, "id")
        return Checkout(ref, json_input.moment(told, "expires_at"), url=f"{self._public()}/till/pay/{ref}")

    async def close_checkout(self, ref: str) -> None:
        """The till takes no more money there."""
        await self._call("POST", f"/till/api/checkouts/{ref}/close", {})

    def verify(self, headers: Headers, body: bytes, now: datetime) -> ProviderNotice:
        """Check the signature over the raw body, then read it."""
        if not genuine(self._secret, headers, body, now):
            raise InvalidWebhook("the signature does not hold")
        event = json_input.read(body)
        kind, at = json_input.name(event, "kind"), json_input.moment(event, "at")
        meaning = KINDS.get(kind)
        fact = _fact(meaning, json_input.part(event, "object"), at) if meaning else None
        return ProviderNotice(json_input.name(event, "id"), kind, fact)

    async def order_of(self, about: str) -> tuple[int, int] | None:
        """The till's webhooks carry facts; it never asks us to look."""
        return None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Ask the till what has happened."""
        return CheckoutSnapshot(_facts(await self._call("GET", f"/till/api/checkouts/{ref}", None)))

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Give play money back."""
        asked = {"payment": payment_id, "amount": money.amount, "currency": money.currency, "key": key}
        return _facts(await self._call("POST", "/till/api/refunds", asked))

    async def _call(self, method: str, path: str, what: dict[str, Any] | None) -> json_input.Object:
        if not self._address():
            raise RetryLater("the till is not open yet")
        body = b"" if what is None else json.dumps(what).encode()
        signed = f"{method} {path}\n".encode() + body
        headers = {HEADER: sign(self._secret, signed, real_now())}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, self._address() + path, data=body, headers=headers) as answer,
            ):
                raw, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise RetryLater(f"the till could not be reached: {type(error).__name__}") from error
        if status >= 500:
            raise RetryLater(f"the till answered {status}")
        if status != 200:
            raise NeedsAction(
                "payment-refused",
                "The till answered {status}: {answer}",
                status=status,
                answer=raw[:200].decode("utf-8", "replace"),
            )
        try:
            return json_input.read(raw)
        except InvalidWebhook as error:
            raise RetryLater("the till's answer cannot be read") from error


def _facts(told: json_input.Object) -> tuple[Fact, ...]:
    try:
        return tuple(
            _fact(KINDS[json_input.name(one, "kind")], one, json_input.moment(one, "at"))
            for one in told.get("objects", [])
        )
    except (InvalidWebhook, KeyError, AttributeError, TypeError) as error:
        raise RetryLater("the till's answer cannot be read") from error


def _fact(kind: FactKind, what: json_input.Object, at: datetime) -> Fact:
    guild_id, order_id = json_input.ids(what, "reference")
    payment_id = json_input.name(what, "payment") if kind is FactKind.REFUNDED else None
    return Fact(
        kind=kind,
        object_id=json_input.name(what, "id"),
        guild_id=guild_id,
        order_id=order_id,
        ref=json_input.name(what, "checkout"),
        money=json_input.money(what),
        at=at,
        payment_id=payment_id,
    )
