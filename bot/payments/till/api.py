"""The till's HTTP API for its shop: signed requests, JSON in and out."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from bot.clock import real_now
from bot.payments import json_input
from bot.payments.port import InvalidWebhook
from bot.payments.till.machine import Till, TillRefused
from bot.payments.till.signing import genuine
from bot.payments.till.store import TillCheckout

TITLE_LIMIT = 200


def routes(till: Till) -> list[web.RouteDef]:
    """The routes: list what happened, open a checkout, show it, close it, refund."""

    async def create(request: web.Request) -> web.StreamResponse:
        body = json_input.read(await _signed(till, request))
        title = body.get("title")
        if type(title) is not str or not 0 < len(title) <= TITLE_LIMIT or not title.isprintable():
            raise InvalidWebhook("title is not a title")
        checkout = await till.create(
            json_input.name(body, "reference"),
            title,
            json_input.money(body),
            json_input.moment(body, "expires_at"),
        )
        return web.json_response({"id": checkout.id, "expires_at": checkout.expires_at.isoformat()})

    async def show(request: web.Request) -> web.StreamResponse:
        await _signed(till, request)
        checkout = await till.find(request.match_info["id"])
        if checkout is None:
            raise TillRefused("no such checkout")
        return web.json_response({"id": checkout.id, "objects": _objects(checkout)})

    async def close(request: web.Request) -> web.StreamResponse:
        await _signed(till, request)
        checkout = await till.close_checkout(request.match_info["id"])
        if checkout is None:
            raise TillRefused("no such checkout")
        return web.json_response({"id": checkout.id, "objects": _objects(checkout)})

    async def refund(request: web.Request) -> web.StreamResponse:
        body = json_input.read(await _signed(till, request))
        checkout = await till.refund(
            json_input.name(body, "payment"), json_input.money(body), json_input.name(body, "key")
        )
        return web.json_response({"id": checkout.id, "objects": _objects(checkout)})

    async def statement(request: web.Request) -> web.StreamResponse:
        body = json_input.read(await _signed(till, request))
        after = json_input.name(body, "after") if body.get("after") else ""
        page = await till.moved(json_input.moment(body, "since"), json_input.moment(body, "until"), after)
        checkouts = [{"id": checkout.id, "objects": _objects(checkout)} for checkout in page]
        return web.json_response({"checkouts": checkouts})

    async def payment(request: web.Request) -> web.StreamResponse:
        await _signed(till, request)
        checkout = await till.of_payment(request.match_info["id"])
        return web.json_response({"objects": _objects(checkout) if checkout else []})

    return [
        web.post("/till/api/statement", _map_errors(statement)),
        web.get("/till/api/payments/{id}", _map_errors(payment)),
        web.post("/till/api/checkouts", _map_errors(create)),
        web.get("/till/api/checkouts/{id}", _map_errors(show)),
        web.post("/till/api/checkouts/{id}/close", _map_errors(close)),
        web.post("/till/api/refunds", _map_errors(refund)),
    ]


def _map_errors(handler: Any) -> Any:
    """Answer TillRefused with a 409 and its reason, InvalidWebhook with a 400 and none."""

    async def mapped(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except InvalidWebhook:
            raise web.HTTPBadRequest(text="bad request") from None
        except TillRefused as error:
            raise web.HTTPConflict(text=str(error)) from None

    return mapped


async def _signed(till: Till, request: web.Request) -> bytes:
    body = await request.read()
    signed = f"{request.method} {request.path}\n".encode() + body
    if not genuine(till.secret, list(request.headers.items()), signed, real_now()):
        raise InvalidWebhook("the signature does not hold")
    return body


def _objects(checkout: TillCheckout) -> list[dict[str, Any]]:
    shared = {"checkout": checkout.id, "reference": checkout.reference, "currency": checkout.money.currency}
    if checkout.paid_by is None or checkout.paid_at is None:
        return []
    paid: dict[str, Any] = {
        "kind": "payment.succeeded",
        "id": checkout.paid_by,
        "amount": checkout.money.amount,
        "at": checkout.paid_at.isoformat(),
    }
    refunds: list[dict[str, Any]] = [
        {
            "kind": "refund.succeeded",
            "id": refund.id,
            "amount": refund.amount,
            "at": refund.at.isoformat(),
            "payment": checkout.paid_by,
        }
        for refund in checkout.refunds
    ]
    return [{**item, **shared} for item in (paid, *refunds)]
