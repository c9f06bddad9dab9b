"""The till's page behind a pay link. Opening it changes nothing; only its forms do."""

from __future__ import annotations

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.i18n import Catalog, Language
from bot.money import Money
from bot.payments.till.machine import Till, TillRefused
from bot.payments.till.store import TillCheckout
from bot.web import pages

TEMPLATES = Path(__file__).parent / "templates"
_ID = re.compile(r"[0-9a-f]{32}")
_COLOURS = {"open": "open", "declined": "bad", "paid": "good"}


def routes(till: Till, texts: Catalog) -> list[web.RouteDef]:
    """The page and its three forms: pay, decline, refund."""

    async def page(request: web.Request) -> web.StreamResponse:
        checkout = (
            await till.find(request.match_info["id"]) if _ID.fullmatch(request.match_info["id"]) else None
        )
        return _page(pages.words(texts, request), till, checkout)

    async def act(request: web.Request) -> web.StreamResponse:
        id_, verb = request.match_info["id"], request.match_info["verb"]
        token = (await request.post()).get("token")
        checkout = await till.find(id_) if _ID.fullmatch(id_) else None
        is_genuine = isinstance(token, str) and hmac.compare_digest(
            token.encode("utf-8", "surrogatepass"), _token(till, id_, verb).encode()
        )
        if checkout is None or not is_genuine:
            raise web.HTTPNotFound
        try:
            if verb == "pay":
                await till.pay(id_)
            elif verb == "decline":
                await till.decline(id_)
            elif checkout.paid_by is not None:
                await till.refund(checkout.paid_by, None, "page")
        except TillRefused:
            pass  # it expired meanwhile: the page says so
        raise web.HTTPSeeOther(f"/till/pay/{id_}")

    return [
        web.get("/till/pay/{id}", page),
        web.post("/till/pay/{id}/{verb:pay|decline|refund}", act),
    ]


def _state(till: Till, checkout: TillCheckout) -> str:
    if checkout.paid_by is not None:
        return "refunded" if checkout.refunded >= checkout.money.amount else "paid"
    if not till.is_open(checkout):
        return "over"
    return "declined" if checkout.declined else "open"


def _token(till: Till, id_: str, verb: str) -> str:
    """The token of a form. It proves that our page sent the form: only the till can make it, for one verb of one page."""
    return hmac.new(till.secret, f"form {verb} {id_}".encode(), hashlib.sha256).hexdigest()


def _page(t: Language, till: Till, checkout: TillCheckout | None) -> web.Response:
    state = _state(till, checkout) if checkout else "unknown"
    name, nothing = t("The till"), t("There is nothing here")
    return pages.page(
        t,
        "till.html",
        folder=TEMPLATES,
        status=200 if checkout else 404,
        title=f"{checkout.title if checkout else nothing} — {name}",
        state=_COLOURS.get(state, "plain"),
        name=name,
        play=t("Play money: this page moves nothing real."),
        item=checkout.title if checkout else None,
        nothing=nothing,
        price=t.money(checkout.money) if checkout else None,
        told=_sentence(t, state),
        facts=_facts(t, state, checkout) if checkout else [],
        back=None if state in ("open", "declined") else t("You can close this page and go back to Discord."),
        forms=[
            {
                "id": verb,
                "action": f"/till/pay/{checkout.id}/{verb}",
                "token": _token(till, checkout.id, verb),
                "label": label,
            }
            for verb, label in _forms(t, state, checkout)
        ]
        if checkout
        else [],
    )


def _facts(t: Language, state: str, checkout: TillCheckout) -> list[tuple[str, Any]]:
    """What to show besides the price: a label, and a time or an amount."""
    facts: list[tuple[str, Any]] = []
    if state in ("open", "declined"):
        facts.append((t("Pay until"), pages.when(t, checkout.expires_at)))
    if checkout.paid_at is not None:
        facts.append((t("Paid on"), pages.when(t, checkout.paid_at)))
    if checkout.refunds:
        facts.append((t("Given back"), t.money(Money(checkout.refunded, checkout.money.currency))))
    return facts


def _sentence(t: Language, state: str) -> str:
    sentences = {
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
    return sentences[state]


def _forms(t: Language, state: str, checkout: TillCheckout) -> list[tuple[str, str]]:
    if state in ("open", "declined"):
        return [("pay", t("Pay {price}", price=t.money(checkout.money))), ("decline", t("Decline"))]
    return [("refund", t("Give the money back"))] if state == "paid" else []
