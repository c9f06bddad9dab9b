"""The till's page: what a member sees behind a pay link. Looking changes nothing; only its forms do."""

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
    """The page and its three verbs."""

    async def page(request: web.Request) -> web.StreamResponse:
        slip = await till.look(request.match_info["id"]) if _ID.fullmatch(request.match_info["id"]) else None
        return _page(pages.words(texts, request), till, slip)

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
        except TillRefused:
            pass  # over meanwhile: the page says so
        raise web.HTTPSeeOther(f"/till/pay/{id_}")

    return [
        web.get("/till/pay/{id}", page),
        web.post("/till/pay/{id}/{verb:pay|decline|refund}", act),
    ]


def _state(till: Till, slip: TillCheckout) -> str:
    if slip.paid_by is not None:
        return "refunded" if slip.refunded >= slip.money.amount else "paid"
    if not till.open_now(slip):
        return "over"
    return "declined" if slip.declined else "open"


def _token(till: Till, id_: str, verb: str) -> str:
    """Shows that a form of ours was sent: only the till can make it, and each fits one verb of one page."""
    return hmac.new(till.secret, f"form {verb} {id_}".encode(), hashlib.sha256).hexdigest()


def _page(t: Language, till: Till, slip: TillCheckout | None) -> web.Response:
    state = _state(till, slip) if slip else "unknown"
    name, nothing = t("The till"), t("There is nothing here")
    return pages.page(
        t,
        "till.html",
        folder=TEMPLATES,
        status=200 if slip else 404,
        title=f"{slip.title if slip else nothing} — {name}",
        state=_COLOURS.get(state, "plain"),
        name=name,
        play=t("Play money: this page moves nothing real."),
        item=slip.title if slip else None,
        nothing=nothing,
        price=t.money(slip.money) if slip else None,
        told=_told(t, state),
        facts=_facts(t, state, slip) if slip else [],
        back=None if state in ("open", "declined") else t("You can close this page and go back to Discord."),
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


def _facts(t: Language, state: str, slip: TillCheckout) -> list[tuple[str, Any]]:
    """What is worth knowing besides the price: a label, and a moment or an amount."""
    found: list[tuple[str, Any]] = []
    if state in ("open", "declined"):
        found.append((t("Pay until"), pages.when(t, slip.expires_at)))
    if slip.paid_at is not None:
        found.append((t("Paid on"), pages.when(t, slip.paid_at)))
    if slip.refunds:
        found.append((t("Given back"), t.money(Money(slip.refunded, slip.money.currency))))
    return found


def _told(t: Language, state: str) -> str:
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


def _forms(t: Language, state: str, slip: TillCheckout) -> list[tuple[str, str]]:
    if state in ("open", "declined"):
        return [("pay", t("Pay {price}", price=t.money(slip.money))), ("decline", t("Decline"))]
    return [("refund", t("Give the money back"))] if state == "paid" else []
