"""The payment provider of the till: talks to it over HTTP, as the adapter of any provider does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any

import aiohttp

from bot.clock import real_now
from bot.currencies import DECIMALS
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
from bot.payments.statements import ReportedPayment, payment_of_facts
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
        """Every amount in every currency that prices can be in, but only once."""
        return recurrence is Recurrence.ONCE and money.currency in DECIMALS

    async def create_checkout(self, purchase: Purchase) -> Checkout:
        """Open the till's page for this order."""
        answer = await self._call(
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
        ref = json_input.name(answer, "id")
        return Checkout(ref, json_input.moment(answer, "expires_at"), url=f"{self._public()}/till/pay/{ref}")

    async def close_checkout(self, ref: str) -> None:
        """Let the till take no more money at this checkout."""
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
        """None: the till's webhooks carry facts and never only name an object."""
        return None

    async def fetch(self, ref: str) -> CheckoutSnapshot:
        """Ask the till what has happened at this checkout."""
        return CheckoutSnapshot(_facts(await self._call("GET", f"/till/api/checkouts/{ref}", None)))

    async def refund(self, payment_id: str, money: Money, key: str) -> tuple[Fact, ...]:
        """Refund play money."""
        body = {"payment": payment_id, "amount": money.amount, "currency": money.currency, "key": key}
        return _facts(await self._call("POST", "/till/api/refunds", body))

    async def statement(self, since: datetime, until: datetime) -> AsyncIterator[ReportedPayment]:
        """The till's own list."""
        after = ""
        while True:
            content = {"since": since.isoformat(), "until": until.isoformat(), "after": after}
            answer = await self._call("POST", "/till/api/statement", content)
            page: list[json_input.Object] = answer.get("checkouts", [])
            for checkout in page:
                payment = _payment(_facts(checkout))
                if payment is not None:
                    yield payment
            if not page:
                return
            after = str(page[-1]["id"])

    async def reported(self, payment_id: str) -> ReportedPayment | None:
        """One payment on that list."""
        if not payment_id.isascii() or not payment_id.replace("_", "").isalnum():
            return None
        return _payment(_facts(await self._call("GET", f"/till/api/payments/{payment_id}", None)))

    async def _call(self, method: str, path: str, content: dict[str, Any] | None) -> json_input.Object:
        if not self._address():
            raise RetryLater("the till is not open yet")
        body = b"" if content is None else json.dumps(content).encode()
        signed = f"{method} {path}\n".encode() + body
        headers = {HEADER: sign(self._secret, signed, real_now())}
        try:
            timeout = aiohttp.ClientTimeout(total=10)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.request(method, self._address() + path, data=body, headers=headers) as response,
            ):
                raw, status = await response.read(), response.status
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


def _payment(facts: Sequence[Fact]) -> ReportedPayment | None:
    paid = next((fact for fact in facts if fact.kind is FactKind.PAID), None)
    if paid is None:
        return None
    return payment_of_facts(paid.object_id, paid.money, paid.at, (paid.guild_id, paid.order_id), facts)


def _facts(answer: json_input.Object) -> tuple[Fact, ...]:
    try:
        return tuple(
            _fact(KINDS[json_input.name(item, "kind")], item, json_input.moment(item, "at"))
            for item in answer.get("objects", [])
        )
    except (InvalidWebhook, KeyError, AttributeError, TypeError) as error:
        raise RetryLater("the till's answer cannot be read") from error


def _fact(kind: FactKind, item: json_input.Object, at: datetime) -> Fact:
    guild_id, order_id = json_input.ids(item, "reference")
    payment_id = json_input.name(item, "payment") if kind is FactKind.REFUNDED else None
    return Fact(
        kind=kind,
        object_id=json_input.name(item, "id"),
        guild_id=guild_id,
        order_id=order_id,
        ref=json_input.name(item, "checkout"),
        money=json_input.money(item),
        at=at,
        payment_id=payment_id,
    )
