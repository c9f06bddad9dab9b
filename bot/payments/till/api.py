"""The till's API for its shop: signed requests, JSON in and out."""

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
    """Open a checkout, ask about one, refund."""

    async def create(request: web.Request) -> web.StreamResponse:
        asked = json_input.read(await _signed(till, request))
        title = asked.get("title")
        if type(title) is not str or not 0 < len(title) <= TITLE_LIMIT or not title.isprintable():
            raise InvalidWebhook("title is not a title")
        slip = await till.create(
            json_input.name(asked, "reference"),
            title,
            json_input.money(asked),
            json_input.moment(asked, "expires_at"),
        )
        return web.json_response({"id": slip.id, "expires_at": slip.expires_at.isoformat()})

    async def look(request: web.Request) -> web.StreamResponse:
        await _signed(till, request)
        slip = await till.look(request.match_info["id"])
        if slip is None:
            raise TillRefused("no such checkout")
        return web.json_response({"id": slip.id, "objects": _objects(slip)})

    async def shut(request: web.Request) -> web.StreamResponse:
        await _signed(till, request)
        slip = await till.shut(request.match_info["id"])
        if slip is None:
            raise TillRefused("no such checkout")
        return web.json_response({"id": slip.id, "objects": _objects(slip)})

    async def refund(request: web.Request) -> web.StreamResponse:
        asked = json_input.read(await _signed(till, request))
        slip = await till.refund(
            json_input.name(asked, "payment"), json_input.money(asked), json_input.name(asked, "key")
        )
        return web.json_response({"id": slip.id, "objects": _objects(slip)})

    return [
        web.post("/till/api/checkouts", _told(create)),
        web.get("/till/api/checkouts/{id}", _told(look)),
        web.post("/till/api/checkouts/{id}/close", _told(shut)),
        web.post("/till/api/refunds", _told(refund)),
    ]


def _told(handler: Any) -> Any:
    """What the till refuses is a 409 with its reason; what nobody signed a 400 without one."""

    async def careful(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)  # type: ignore[no-any-return]
        except InvalidWebhook:
            raise web.HTTPBadRequest(text="bad request") from None
        except TillRefused as error:
            raise web.HTTPConflict(text=str(error)) from None

    return careful


async def _signed(till: Till, request: web.Request) -> bytes:
    body = await request.read()
    over = f"{request.method} {request.path}\n".encode() + body
    if not genuine(till.secret, list(request.headers.items()), over, real_now()):
        raise InvalidWebhook("the signature does not hold")
    return body


def _objects(slip: TillCheckout) -> list[dict[str, Any]]:
    shared = {"checkout": slip.id, "reference": slip.reference, "currency": slip.money.currency}
    if slip.paid_by is None or slip.paid_at is None:
        return []
    paid: dict[str, Any] = {
        "kind": "payment.succeeded",
        "id": slip.paid_by,
        "amount": slip.money.amount,
        "at": slip.paid_at.isoformat(),
    }
    given = [
        {
            "kind": "refund.succeeded",
            "id": one.id,
            "amount": one.amount,
            "at": one.at.isoformat(),
            "payment": slip.paid_by,
        }
        for one in slip.refunds
    ]
    return [{**one, **shared} for one in (paid, *given)]
