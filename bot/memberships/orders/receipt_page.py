"""/receipt/{token}: what was bought, for anyone with the link, and the end of a subscription. Other tokens are one 404.

Who has left the server or was banned from it ends their subscription here. Opening a page changes nothing; only the
form of the confirming page does, and it carries a token that only our page knows.
"""

from __future__ import annotations

import hmac
from urllib.parse import parse_qs

from aiohttp import web

from bot.i18n import Catalog, Language
from bot.memberships.model import RENEWING, Order, OrderStatus
from bot.memberships.orders.receipts import HAS_RECEIPT, EndsSubscriptions, ReceiptData, Receipts
from bot.memberships.wording import duration_words
from bot.money import Money
from bot.payments.port import Phase
from bot.web import pages

FORM = "application/x-www-form-urlencoded"


def routes(receipts: Receipts, texts: Catalog, subscriptions: EndsSubscriptions) -> list[web.RouteDef]:
    """The receipt, the page that asks whether to end a subscription, and the form that ends it."""

    async def read(request: web.Request) -> ReceiptData:
        receipt = await receipts.read(request.match_info["token"])
        if receipt is None:
            raise web.HTTPNotFound
        return receipt

    async def get(request: web.Request) -> web.StreamResponse:
        receipt = await read(request)
        asked = await subscriptions.end_asked(receipt.order)
        return _page(pages.words(texts, request), receipt, request.match_info["token"], asked=asked)

    async def ask(request: web.Request) -> web.StreamResponse:
        receipt, token = await read(request), request.match_info["token"]
        if not _can_end(receipt.order):
            raise web.HTTPSeeOther(f"/receipt/{token}")
        return _asking(pages.words(texts, request), receipt, token, receipts.form_token(receipt.order))

    async def end(request: web.Request) -> web.StreamResponse:
        receipt = await read(request)
        form = await _form(request)
        if not hmac.compare_digest(form.encode(), receipts.form_token(receipt.order).encode()):
            raise web.HTTPNotFound
        await subscriptions.ask_end(receipt.order)
        raise web.HTTPSeeOther(f"/receipt/{request.match_info['token']}")

    return [
        web.get("/receipt/{token}", get),
        web.get("/receipt/{token}/end", ask),
        web.post("/receipt/{token}/end", end),
    ]


async def _form(request: web.Request) -> str:
    """The form's token, "" when the form is not ours.

    Browsers say from where a form was sent. Our pages send no referrer, so that `Origin` may be null; old browsers say
    nothing.
    """
    if request.content_type != FORM or request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return ""
    try:
        fields = parse_qs((await request.read()).decode("ascii"), max_num_fields=5)
    except ValueError:
        return ""
    return fields.get("token", [""])[0]


def _can_end(order: Order) -> bool:
    return order.phase in RENEWING


def _page(t: Language, receipt: ReceiptData, token: str, *, asked: bool) -> web.Response:
    order = receipt.order
    facts = [
        (t("Sold by"), receipt.seller),
        (t("Order"), str(order.id)),
        (t("Ordered on"), pages.when(t, order.created_at)),
        (t("For how long"), duration_words(t, order.duration)),
        (t("Discount"), t.money(Money(order.discount, order.price.currency)) if order.discount else None),
        (t("Unused days credited"), t.money(order.credit) if order.credit.amount else None),
    ]
    moves = [(t("Paid"), pages.when(t, paid.at), t.money(paid.money)) for paid in receipt.payments]
    moves += [
        (t("Given back"), pages.when(t, given.at), f"−{t.money(given.money)}") for given in receipt.refunds
    ]
    return pages.page(
        t,
        "receipt.html",
        title=t("Receipt {number}", number=order.id),
        state="good"
        if order.state is OrderStatus.PAID
        else "bad"
        if order.state is OrderStatus.DISPUTED
        else "plain",
        play=_play(t, receipt),
        name=t("Receipt"),
        item=order.tier.name,
        price=t.money(order.price),
        told=_state_sentence(t, receipt),
        facts=[(label, value) for label, value in facts if value is not None],
        moves=moves,
        moved=t("Payments"),
        subscription=t("Subscription"),
        going=_subscription_sentences(t, receipt, asked=asked),
        end=(f"/receipt/{token}/end", t("End this subscription")) if _can_end(order) and not asked else None,
        later=(
            f"/receipt/{receipt.successor[0]}",
            t("It was changed to {plan}, which has a page of its own.", plan=receipt.successor[1]),
        )
        if receipt.successor
        else None,
    )


def _asking(t: Language, receipt: ReceiptData, token: str, form_token: str) -> web.Response:
    """The page that asks whether to end the subscription."""
    told = (
        t(
            "If you end it, it runs until {when}, and nothing more is charged.",
            when=pages.when(t, receipt.runs_until).text,
        )
        if receipt.runs_until is not None
        else t("If you end it, nothing more is charged.")
    )
    return pages.page(
        t,
        "receipt_end.html",
        title=t("End this subscription"),
        state="open",
        play=_play(t, receipt),
        name=t("End this subscription?"),
        item=receipt.order.tier.name,
        told=told,
        kept=t("Once you have ended it, only its payer can take that back, in Discord."),
        action=f"/receipt/{token}/end",
        token=form_token,
        label=t("End this subscription"),
        back=(f"/receipt/{token}", t("Go back, and change nothing")),
    )


def _play(t: Language, receipt: ReceiptData) -> str | None:
    return t("Play money: nothing real was charged.") if receipt.playing else None


def _subscription_sentences(t: Language, receipt: ReceiptData, *, asked: bool) -> list[str]:
    """How the subscription goes on; none for what was bought once, or is not paid yet."""
    order = receipt.order
    if order.renewal is None or order.phase is None:
        return []
    price = t.money(order.renewal)
    if asked and _can_end(order):
        return [
            t(
                "You asked to end it. The payment provider has not confirmed that yet; Lyceum goes on asking until it does, and this page will say so. Nothing else is left to do."
            )
        ]
    when = pages.when(t, receipt.runs_until).text if receipt.runs_until is not None else None
    if order.phase is Phase.ACTIVE:
        return [
            t("It renews by itself on {when} for {price}.", when=when, price=price)
            if when
            else t("It renews by itself for {price}.", price=price)
        ]
    if order.phase is Phase.ENDING:
        ends = (
            t("It was ended: it runs until {when}, and nothing more is charged.", when=when)
            if when
            else t("It was ended, and nothing more is charged.")
        )
        return [ends, t("Only its payer can keep it, by typing /membership cancel in Discord.")]
    if order.phase is Phase.PAST_DUE:
        return [t("{price} could not be charged. The payment provider tries again.", price=price)]
    if order.phase is Phase.PAUSED:
        return [t("It is paused at the payment provider.")]
    return [t("It has ended. Nothing more is charged.")]


def _state_sentence(t: Language, receipt: ReceiptData) -> str:
    state = receipt.order.state
    if state not in HAS_RECEIPT:
        return t("Nothing was paid.")
    if state is OrderStatus.DISPUTED:
        return t("Paid, and disputed at the payer's bank. It has not been decided yet.")
    if state is OrderStatus.REVIEW:
        return t("Money came that is not the price. The seller is looking into it.")
    if state is OrderStatus.REFUNDED:
        return (
            t("Everything was given back.")
            if receipt.back
            else t("The payment was taken back by the payer's bank.")
        )
    if receipt.back:
        back = t.join([t.money(money) for money in receipt.back])
        return t("Paid. {money} of it was given back.", money=back)
    return t("Paid. Thank you!")
