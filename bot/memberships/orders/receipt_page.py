"""GET /receipt/{token}: what was bought, for anyone with the link. Every other token is the same 404."""

from __future__ import annotations

from aiohttp import web

from bot.i18n import Catalog, Language
from bot.memberships.model import OrderStatus
from bot.memberships.orders.receipts import ReceiptData, Receipts
from bot.memberships.wording import duration_words
from bot.money import Money
from bot.web import pages


def routes(receipts: Receipts, texts: Catalog) -> list[web.RouteDef]:
    """The receipt route."""

    async def get(request: web.Request) -> web.StreamResponse:
        receipt = await receipts.read(request.match_info["token"])
        if receipt is None:
            raise web.HTTPNotFound
        return _page(pages.words(texts, request), receipt)

    return [web.get("/receipt/{token}", get)]


def _page(t: Language, receipt: ReceiptData) -> web.Response:
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
        play=t("Play money: nothing real was charged.") if receipt.playing else None,
        name=t("Receipt"),
        item=order.tier.name,
        price=t.money(order.price),
        told=_state_sentence(t, receipt),
        facts=[(label, value) for label, value in facts if value is not None],
        moves=moves,
        moved=t("Payments"),
    )


def _state_sentence(t: Language, receipt: ReceiptData) -> str:
    state = receipt.order.state
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
