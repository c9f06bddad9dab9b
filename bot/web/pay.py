"""The till's page: what a member sees behind a pay link. Looking changes nothing; only its forms do."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from bot.i18n import Texts, Words
from bot.payments.till import Till
from bot.payments.till.machine import Refused
from bot.payments.till.store import Slip

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
_ID = re.compile(r"[0-9a-f]{32}")
_TAG = re.compile(r"\s*([A-Za-z*-]{1,20})\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?))?\s*")


def routes(till: Till, texts: Texts) -> list[web.RouteDef]:
    """The page, its three verbs and its style sheet."""

    async def page(request: web.Request) -> web.StreamResponse:
        t = texts.of(preferred(request.headers.get("Accept-Language", "")))
        slip = await till.look(request.match_info["id"]) if _ID.fullmatch(request.match_info["id"]) else None
        return _page(t, till, slip)

    async def act(request: web.Request) -> web.StreamResponse:
        id_, verb = request.match_info["id"], request.match_info["verb"]
        given = (await request.post()).get("token")
        known = await till.look(id_) if _ID.fullmatch(id_) else None
        fits = isinstance(given, str) and hmac.compare_digest(
            given.encode("utf-8", "surrogatepass"), _token(till, id_, verb).encode()
        )
        if known is None or not fits:
            raise web.HTTPNotFound
        try:
            if verb == "pay":
                await till.pay(id_)
            elif verb == "decline":
                await till.decline(id_)
            elif known.paid_by is not None:
                await till.refund(known.paid_by, None, "page")
        except Refused:
            pass  # over meanwhile: the page says so
        raise web.HTTPSeeOther(f"/till/pay/{id_}")

    async def style(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(
            HERE / "static" / "till.css", headers={"Content-Type": "text/css; charset=utf-8"}
        )

    return [
        web.get("/till/pay/{id}", page),
        web.post("/till/pay/{id}/{verb:pay|decline|refund}", act),
        web.get("/static/till.css", style),
    ]


def preferred(header: str) -> str:
    """The best of our languages for an Accept-Language header."""
    best, best_weight = "en", 0.0
    for entry in header[:400].split(","):
        match = _TAG.fullmatch(entry)
        if match is None:
            continue
        weight = float(match[2] or "1")
        language = match[1].lower().partition("-")[0]
        if weight > best_weight and language in ("en", "zh"):
            best, best_weight = ("zh-CN" if language == "zh" else "en"), weight
    return best


def _state(till: Till, slip: Slip) -> str:
    if slip.paid_by is not None:
        return "refunded" if slip.refunded >= slip.money.amount else "paid"
    if not till.open_now(slip):
        return "over"
    return "declined" if slip.declined else "open"


def _token(till: Till, id_: str, verb: str) -> str:
    """Shows that a form of ours was sent: only the till can make it, and each fits one verb of one page."""
    return hmac.new(till.secret, f"form {verb} {id_}".encode(), hashlib.sha256).hexdigest()


def _page(t: Words, till: Till, slip: Slip | None) -> web.Response:
    state = _state(till, slip) if slip else "unknown"
    html = (
        _environment()
        .get_template("till.html")
        .render(
            language=t.code,
            name=t("The till"),
            play=t("Play money: this page moves nothing real."),
            title=slip.title if slip else None,
            price=t.money(slip.money) if slip else None,
            told=_told(t, state),
            state=state,
            back=t("You can close this page and go back to Discord."),
            forms=[
                {
                    "id": verb,
                    "action": f"/till/pay/{slip.id}/{verb}",
                    "token": _token(till, slip.id, verb),
                    "label": label,
                }
                for verb, label in _forms(t, state, slip)
            ]
            if slip
            else [],
        )
    )
    return web.Response(text=html, status=200 if slip else 404, content_type="text/html")


def _told(t: Words, state: str) -> str:
    told = {
        "unknown": t(
            "There is nothing to pay under this link. Type /membership buy in Discord for a new one."
        ),
        "open": t("Nothing has been paid yet."),
        "declined": t("The payment was declined, and nothing was taken. You can try again."),
        "over": t(
            "This link is no longer valid, and nothing was taken. Type /membership buy in Discord for a new one."
        ),
        "paid": t("Paid. Thank you!"),
        "refunded": t("The money was given back."),
    }
    return told[state]


def _forms(t: Words, state: str, slip: Slip) -> list[tuple[str, str]]:
    if state in ("open", "declined"):
        return [("pay", t("Pay {price}", price=t.money(slip.money))), ("decline", t("Decline"))]
    return [("refund", t("Give the money back"))] if state == "paid" else []


@functools.cache
def _environment() -> Environment:
    from jinja2 import (
        Environment,
        FileSystemLoader,
        StrictUndefined,
        select_autoescape,
    )  # not needed to start

    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
