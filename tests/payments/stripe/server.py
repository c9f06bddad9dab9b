"""Our Stripe over HTTP: keys, versions, parameters, idempotency, pages, faults; and its webhooks."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
import stripe
from aiohttp import web

from tests.payments.stripe.billing import Billing
from tests.payments.stripe.books import Books, Object, Refused, SentEvent, listed
from tests.payments.stripe.checkouts import Checkouts
from tests.payments.stripe.rules import coupon
from tests.payments.stripe.shapes import decode, wrong

ID = r"([A-Za-z0-9_]+)"
LISTS = {
    "/v1/checkout/sessions": ("checkout.session", "checkout._session_list_params:SessionListParams"),
    "/v1/refunds": ("refund", "_refund_list_params:RefundListParams"),
    "/v1/disputes": ("dispute", "_dispute_list_params:DisputeListParams"),
    "/v1/charges": ("charge", "_charge_list_params:ChargeListParams"),
    "/v1/invoices": ("invoice", "_invoice_list_params:InvoiceListParams"),
    "/v1/invoice_payments": ("invoice_payment", "_invoice_payment_list_params:InvoicePaymentListParams"),
}
KINDS = {
    "/v1/checkout/sessions": ("checkout.session", "checkout._session_retrieve_params:SessionRetrieveParams"),
    "/v1/payment_intents": ("payment_intent", "_payment_intent_retrieve_params:PaymentIntentRetrieveParams"),
    "/v1/charges": ("charge", "_charge_retrieve_params:ChargeRetrieveParams"),
    "/v1/refunds": ("refund", "_refund_retrieve_params:RefundRetrieveParams"),
    "/v1/disputes": ("dispute", "_dispute_retrieve_params:DisputeRetrieveParams"),
    "/v1/invoices": ("invoice", "_invoice_retrieve_params:InvoiceRetrieveParams"),
    "/v1/subscriptions": ("subscription", "_subscription_retrieve_params:SubscriptionRetrieveParams"),
    "/v1/subscription_schedules": (
        "subscription_schedule",
        "_subscription_schedule_retrieve_params:SubscriptionScheduleRetrieveParams",
    ),
}


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    params: Object
    key: str | None


@dataclass
class Fault:
    """The next `times` calls whose "METHOD /path" matches go wrong.

    `status` answers that instead; without one the connection breaks: after the effect if `after`, else before.
    """

    calls: str
    times: int = 1
    status: int | None = None
    after: bool = False
    delay: float = 0.0


@dataclass
class FakeStripe:
    """Open it with `async with`; then `url`, `key` and `secret` are what an owner would put into the settings."""

    live: bool = False
    account: str = "acct_Lyceum1"
    secret: str = "whsec_" + "a1" * 16
    page: int = 100
    calls: list[Call] = field(default_factory=list[Call])
    faults: list[Fault] = field(default_factory=list[Fault])

    def __post_init__(self) -> None:
        self.key = f"sk_{'live' if self.live else 'test'}_51Lyceum{'0' * 16}"
        self.books = Books(self.account, live=self.live)
        self.billing = Billing(self.books)
        self._done: dict[str, tuple[str, int, Object]] = {}
        self._delivered = 0

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self.shop = Checkouts(self.books, self.billing, self.url)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def forget_keys(self) -> None:
        """A day is over: idempotency keys may be used anew."""
        self._done.clear()

    # Webhooks.

    @property
    def events(self) -> list[SentEvent]:
        """Everything that happened, oldest first."""
        return self.books.events

    def sign(self, body: bytes, *, by: int = 0, secret: str | None = None) -> str:
        """The header over a body, signed `by` seconds from now; with two secrets separated by a comma, both sign."""
        at = int(time.time()) + by
        signed = [
            "v1=" + hmac.new(one.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            for one in (secret or self.secret).split(",")
        ]
        return ",".join([f"t={at}", *signed])

    async def deliver(
        self, hook: str, events: Iterable[SentEvent] | None = None, *, times: int = 1
    ) -> list[int]:
        """Send these events in this order, each so often; without any, those that nobody was sent yet. The answers."""
        if events is None:
            events, self._delivered = self.events[self._delivered :], len(self.events)
        statuses: list[int] = []
        async with aiohttp.ClientSession() as session:
            for event in events:
                for _ in range(times):
                    headers = {"Stripe-Signature": self.sign(event.body), "Content-Type": "application/json"}
                    async with session.post(hook, data=event.body, headers=headers) as answer:
                        statuses.append(answer.status)
        return statuses

    # The API.

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        call = f"{request.method} {request.path}"
        fault = next((one for one in self.faults if one.times and re.fullmatch(one.calls, call)), None)
        if fault is not None:
            fault.times -= 1
            await asyncio.sleep(fault.delay)
            if fault.status is not None:
                error = {"type": "api_error", "message": f"ann@example.org used {self.key}: something broke"}
                return web.json_response({"error": error}, status=fault.status)
            if not fault.after and not fault.delay:
                _break(request)
        status, answer = self._once(request, body)
        if fault is not None and fault.after:
            _break(request)
        return web.json_response(answer, status=status, headers={"Request-Id": f"req_{len(self.calls)}"})

    def _once(self, request: web.Request, body: str) -> tuple[int, Object]:
        """An idempotency key gives the first answer again, and is refused with other parameters."""
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        told = f"{request.path}\n{body}"
        if key in self._done:
            before, status, answer = self._done[key]
            if before == told:
                return status, answer
            refused = Refused(
                "Keys for idempotent requests can only be used with the same parameters",
                kind="idempotency_error",
            )
            return refused.status, {"error": refused.error}
        try:
            status, answer = 200, self._do(request, body, key)
        except Refused as refused:
            status, answer = refused.status, {"error": refused.error}
        answer = json.loads(json.dumps(answer))
        if key is not None and status != 401:
            self._done[key] = (told, status, answer)
        return status, answer

    def _do(self, request: web.Request, body: str, key: str | None) -> Object:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            raise Refused(f"Invalid API Key provided: {self.key[:8]}****", status=401)
        if request.headers.get("Stripe-Version") != stripe.api_version:
            raise Refused("This is not the version whose types are checked here")
        params = decode(body if request.method == "POST" else request.query_string)
        self.calls.append(Call(request.method, request.path, copy.deepcopy(params), key))
        for method, path, kind, do in self._routes():
            found = re.fullmatch(path, request.path)
            if found and method == request.method:
                errors = wrong(params, kind)
                if errors:
                    raise Refused(
                        "; ".join(errors), code="parameter_unknown" if "unknown" in errors[0] else None
                    )
                return do(params, found[1] if found.groups() else "")
        return self._look(request.method, request.path, params)

    def _routes(self) -> list[tuple[str, str, str, Callable[[Object, str], Object]]]:
        shop, billing = self.shop, self.billing
        return [
            (
                "POST",
                "/v1/checkout/sessions",
                "checkout._session_create_params:SessionCreateParams",
                lambda params, _: shop.create_session(params),
            ),
            (
                "POST",
                f"/v1/checkout/sessions/{ID}/expire",
                "checkout._session_expire_params:SessionExpireParams",
                lambda _, id_: shop.expire_session(id_),
            ),
            (
                "POST",
                "/v1/refunds",
                "_refund_create_params:RefundCreateParams",
                lambda params, _: shop.create_refund(params),
            ),
            (
                "POST",
                "/v1/prices",
                "_price_create_params:PriceCreateParams",
                lambda params, _: billing.create_price(params),
            ),
            (
                "POST",
                "/v1/coupons",
                "_coupon_create_params:CouponCreateParams",
                lambda params, _: self._coupon(params),
            ),
            (
                "POST",
                "/v1/invoices/create_preview",
                "_invoice_create_preview_params:InvoiceCreatePreviewParams",
                lambda params, _: billing.preview(params),
            ),
            (
                "GET",
                f"/v1/invoices/{ID}/lines",
                "_invoice_line_item_list_params:InvoiceLineItemListParams",
                self._lines,
            ),
            (
                "POST",
                f"/v1/subscriptions/{ID}",
                "_subscription_update_params:SubscriptionUpdateParams",
                lambda params, id_: billing.update(id_, params),
            ),
            (
                "POST",
                "/v1/subscription_schedules",
                "_subscription_schedule_create_params:SubscriptionScheduleCreateParams",
                lambda params, _: billing.create_schedule(params),
            ),
            (
                "POST",
                f"/v1/subscription_schedules/{ID}/release",
                "_subscription_schedule_release_params:SubscriptionScheduleReleaseParams",
                lambda _, id_: billing.release(id_),
            ),
            (
                "POST",
                f"/v1/subscription_schedules/{ID}",
                "_subscription_schedule_update_params:SubscriptionScheduleUpdateParams",
                lambda params, id_: billing.update_schedule(id_, params),
            ),
            (
                "POST",
                "/v1/billing_portal/sessions",
                "billing_portal._session_create_params:SessionCreateParams",
                lambda params, _: self._portal(params),
            ),
            (
                "GET",
                "/v1/account",
                "_account_retrieve_current_params:AccountRetrieveCurrentParams",
                lambda _, __: {"object": "account", "id": self.account},
            ),
        ]

    def _look(self, method: str, path: str, params: Object) -> Object:
        folder, _, id_ = path.rpartition("/")
        kind, types = LISTS.get(path) or KINDS.get(folder) or ("", "")
        if method != "GET" or not kind:
            raise Refused(f"Unrecognized request URL ({method}: {path})", status=404)
        errors = wrong(params, types)
        if errors:
            raise Refused("; ".join(errors))
        expand: list[str] = params.pop("expand", [])
        if path not in LISTS:
            return self.books.shown(self.books.get(id_, kind), expand)
        return self._list(path, kind, params, [one.removeprefix("data.") for one in expand])

    def _list(self, path: str, kind: str, params: Object, expand: list[str]) -> Object:
        after, limit = params.pop("starting_after", None), min(int(params.pop("limit", 10)), self.page)
        created = params.pop("created", {})
        since, until = int(created.get("gte", 0)), int(created.get("lt", 2**62))
        if kind == "invoice" and "subscription" in params:
            wanted = params.pop("subscription")
            found = [
                one
                for one in self.books.all(kind, **params)
                if one["parent"]["subscription_details"]["subscription"] == wanted
            ]
        else:
            found = self.books.all(kind, **params)
        shown = [self.books.shown(one, expand) for one in found if since <= one["created"] < until]
        return self._paged(shown, path, after, limit)

    def _paged(self, found: list[Object], path: str, after: str | None, limit: int) -> Object:
        ids = [one["id"] for one in found]
        start = ids.index(after) + 1 if after else 0
        return listed(found[start : start + limit], path, more=start + limit < len(found))

    def _lines(self, params: Object, id_: str) -> Object:
        lines = self.books.get(id_, "invoice")["lines"]["data"]
        limit = min(int(params.get("limit", 10)), self.page)
        return self._paged(lines, f"/v1/invoices/{id_}/lines", params.get("starting_after"), limit)

    def _coupon(self, params: Object) -> Object:
        coupon(params)
        whole: Object = {
            name: int(params[name]) for name in ("amount_off", "max_redemptions") if name in params
        }
        kept: Object = {**params, **whole, "valid": True}
        return self.books.add("coupon", **kept)

    def _portal(self, params: Object) -> Object:
        customer: Any = params.get("customer")
        self.books.get(customer, "customer", "customer")
        made = self.books.add(
            "billing_portal.session", customer=customer, return_url=params.get("return_url")
        )
        return made | {"url": f"{self.url}/portal/{made['id']}"}


def _break(request: web.Request) -> None:
    """The connection is gone, and with it the answer."""
    transport = request.transport
    if transport is not None:
        transport.abort()
    raise ConnectionResetError
