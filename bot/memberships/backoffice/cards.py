"""The list of orders, with what needs the owner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.cards import (
    Accent,
    Block,
    Button,
    Card,
    Divider,
    Line,
    Option,
    Row,
    Select,
    Text,
    card,
    coded,
    plain,
)
from bot.i18n import Language, stamp
from bot.memberships.backoffice.actions import (
    CLOSE_UNMATCHED,
    PICK_ORDER,
    TURN_ORDERS,
    TURN_WAITING,
)
from bot.memberships.backoffice.backoffice import OrderListing, Waiting, unmatched_id
from bot.memberships.model import Order, Search
from bot.memberships.orders.cards import label, state_word
from bot.paging import Weight, fitting, turning
from bot.payments.port import Unmatched

WITHOUT_DETAIL = ("payment-mismatch", "payment-partial", "refund-by-hand", "payer-gone", "paid-role-deleted")
UNMATCHED_SHOWN = 4
"""Most payments of one provider without an order that are listed one by one."""
NEEDS_YOU_ROOM = Weight(components=20, characters=1500, bytes=4000)
"""The part of the list's card that what needs the owner may take; the rest stands on its own card."""


def nameless(_: int) -> str:
    """No name for anybody."""
    return ""


def order_list(t: Language, page: OrderListing, named: Callable[[int], str] = nameless) -> Card:
    """What needs the owner, then one page of orders, newest first, and a list to open one. `named` tells a buyer's name."""
    blocks: list[Block | str | None] = []
    needed = [*(Text(_waiting(t, item)) for item in page.waiting), *_strays(t, page.unmatched_payments)]
    if needed:
        shown = needed[: fitting(needed, NEEDS_YOU_ROOM)]
        hidden = len(needed) - len(shown)
        blocks += [
            t("## These need you"),
            *shown,
            t.n("… and {n} more.", "… and {n} more.", hidden) if hidden else None,
            Row((Button(t("Show all of them"), TURN_WAITING.encode(0)),))
            if hidden or _is_grouped(page.unmatched_payments)
            else None,
            Divider(),
        ]
    blocks.append(t("## Orders"))
    if not page.orders:
        blocks.append(
            t("Nobody has ordered anything yet.") if page.search == Search() else t("No order fits that.")
        )
    else:
        blocks.append("\n".join(order_line(t, order) for order in page.orders))
        blocks.append(
            Select(
                PICK_ORDER.name,
                t("Open an order"),
                tuple(
                    Option(
                        label(t, order, named(order.user_id)),
                        PICK_ORDER.value(order.id),
                        state_word(t, order.state),
                    )
                    for order in page.orders
                ),
            )
        )
    if page.pages > 1:
        blocks.append(
            t(
                "-# Page {page} of {pages} · {count} orders",
                page=page.number + 1,
                pages=page.pages,
                count=t.number(page.total),
            )
        )
        blocks.append(Row((_turn(t("Newer"), page, -1), _turn(t("Older"), page, +1))))
    return card(*blocks, accent=Accent.WARN if page.waiting or page.unmatched_payments else Accent.PLAIN)


def needs_you(t: Language, page: OrderListing, number: int = 0) -> Card:
    """Everything that needs the owner, page by page."""
    if not page.waiting and not page.unmatched_payments:
        return card(t("Nothing needs you any more."), accent=Accent.GOOD)
    return card(
        t("## These need you"),
        *(_waiting(t, item) for item in page.waiting),
        *(_unmatched(t, payment) for payment in page.unmatched_payments),
        accent=Accent.WARN,
        turn=turning(t, number, TURN_WAITING.encode),
    )


def order_line(t: Language, order: Order) -> str:
    """One order among others, for staff."""
    parts = (
        stamp(order.created_at, "d"),
        f"<@{order.user_id}>",
        plain(order.tier.name, 40),
        t.money(order.price),
        state_word(t, order.state),
        f"`{order.id}`",
    )
    return " · ".join(parts)


def _turn(label: str, page: OrderListing, by: int) -> Button:
    to, search = page.number + by, page.search
    action = TURN_ORDERS.encode(to, search.user_id, search.state, search.tier_id)
    return Button(label, action=action, disabled=not 0 <= to < page.pages)


def _waiting(t: Language, item: Waiting) -> str:
    sentences: dict[str, str] = {
        "payment-mismatch": t(
            "Money came that is not the price. /order show tells what came, /order refund gives it back."
        ),
        "payment-over": t(
            "More than its price came. /order refund gives the rest back; if it was a typing slip, use /order correct."
        ),
        "payment-partial": t(
            "Only a part of its price came, and its time is over. Look at it with /order show: note the rest, let it wait longer, or give back what came."
        ),
        "refund-by-hand": t("Its money has to go back by hand. Send it, then say so with /order refund."),
        "refund-under-way": t("Money is on its way back by itself; there is nothing to do."),
        "refund-came-back": t(
            "A refund came back: the bank did not take it. Ask the member for another way, or try /order refund again."
        ),
        "payer-gone": t(
            "Whoever paid this has left the server. What they bought waits for them and its days run; /order refund gives the money back."
        ),
        "paid-role-deleted": t(
            "A role that was paid for was deleted. Give the membership another role with /tier edit and *Apply to existing too*; the days are safe."
        ),
        "paid-role-refused": t(
            "A role that was paid for may not be given any more: it stands above mine, can do what nobody may buy, or belongs to an integration. /tier list says which; mend it, or give the membership another with /tier edit, *Apply to existing too*. The days are safe."
        ),
        "payment-overdrawn": t(
            "More went back than was paid: it was refunded, and the payer's bank took it as well. Object to the dispute at your provider."
        ),
        "credit-lost": t(
            "Money that counted towards it went back, so it is not paid in full and is suspended. Give the rest back with /order refund, or give what was bought for nothing with /access grant."
        ),
        "payment-refused": t("The provider refused. Look into your account there."),
        "provider-off": t(
            "Its provider is not set up any more. Set it up again, or give the money back there."
        ),
        "kick-members": t(
            "This membership is over and should remove the member, but I may not. Give my role *Kick Members*."
        ),
        "books-differ": t(
            "The books do not match what the provider lists. /order books shows what differs and what to do."
        ),
        "work-failed": t(
            "Something went wrong that Lyceum does not know. Nothing is lost: it is tried again every hour."
        ),
        "payment-account": t(
            "The provider's key belongs to another account, or to the other mode. Put the right one into the settings."
        ),
    }
    sentence = sentences.get(item.finding, t("This stopped with {finding}.", finding=coded(item.finding)))
    about = order_line(t, item.order) if item.order else coded(item.finding)
    detail = (
        f"\n-# {plain(t.error(item.problem), 150)}"
        if item.problem and item.finding not in WITHOUT_DETAIL
        else ""
    )
    return f"⚠ {about}\n{sentence}{detail}"


def _strays(t: Language, payments: Sequence[Unmatched]) -> list[Text | Line]:
    """Payments that match no order: each alone, or those of a provider with many in one line with their number."""
    by_provider: dict[str, list[Unmatched]] = {}
    for payment in payments:
        by_provider.setdefault(payment.provider, []).append(payment)
    blocks: list[Text | Line] = []
    for provider, strays in by_provider.items():
        if len(strays) <= UNMATCHED_SHOWN:
            blocks += [_unmatched(t, stray) for stray in strays]
            continue
        sentence = t.n(
            "{n} report from {provider} belongs to no order here, the latest from {when}.",
            "{n} reports from {provider} belong to no order here, the latest from {when}.",
            len(strays),
            provider=provider.capitalize(),
            when=stamp(max(stray.received_at for stray in strays)),
        )
        blocks.append(Text(f"⚠ {sentence}"))
    return blocks


def _is_grouped(payments: Sequence[Unmatched]) -> bool:
    counts = Counter(payment.provider for payment in payments)
    return any(count > UNMATCHED_SHOWN for count in counts.values())


def _unmatched(t: Language, payment: Unmatched) -> Line:
    money = t.money(payment.money) if payment.money else t("something")
    sentence = "⚠ " + t(
        "{when}: {money} at {provider} ({id}) belongs to no order here. See there who paid: give it back there, or give the membership with /access grant.",
        when=stamp(payment.received_at, "d"),
        money=money,
        provider=payment.provider.capitalize(),
        id=coded(payment.object_id, 40),
    )
    return Line(sentence, Button(t("Done…"), action=CLOSE_UNMATCHED.encode(unmatched_id(payment))))
