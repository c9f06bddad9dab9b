"""The cards of the back office: the list with what needs the owner, and one order in full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from bot.audit import Area, AuditAction, Entry
from bot.audit.labels import action_label
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
    CORRECT_NOTE,
    EXTEND_ORDER,
    MARK_PAID,
    PICK_ORDER,
    REFRESH_ORDER,
    REFUND_ORDER,
    RESEND_ORDER,
    TURN_ORDER,
    TURN_ORDERS,
    TURN_WAITING,
)
from bot.memberships.backoffice.backoffice import OrderDetail, OrderListing, Waiting, unmatched_id
from bot.memberships.changes.cards import departure_reasons, stop_reasons
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Parts, Search
from bot.memberships.orders.cards import label, state_word
from bot.memberships.orders.store.ledger import Booking
from bot.memberships.wording import duration_words
from bot.money import Money
from bot.paging import Weight, fitting, turning
from bot.payments.port import Fact, FactKind, Unmatched

WITHOUT_DETAIL = ("payment-mismatch", "payment-partial", "refund-by-hand", "payer-gone", "paid-role-deleted")
UNMATCHED_SHOWN = 4
"""Most payments of one provider without an order that are listed one by one."""
NEEDS_YOU_ROOM = Weight(components=20, characters=1500, bytes=4000)
"""The part of the list's card that what needs the owner may take; the rest stands on its own card."""
FACTS_SHOWN, BOOKINGS_SHOWN, NOTES_SHOWN = 8, 8, 8


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
            "A role that was paid for is deleted. Give the membership another role with /tier edit, *Apply to existing too*; the days are safe."
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
            "Its membership is over and removes the member, but I may not. Give my role *Kick Members*."
        ),
        "books-differ": t(
            "The books are not what the provider lists. /order books tells what differs, and what to do."
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
            provider=provider,
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
        "{when}: {money} at {provider} ({id}) belong to no order here. Look there who paid: give it back there, or give the membership with /access grant.",
        when=stamp(payment.received_at, "d"),
        money=money,
        provider=payment.provider,
        id=coded(payment.object_id, 40),
    )
    return Line(sentence, Button(t("Done…"), action=CLOSE_UNMATCHED.encode(unmatched_id(payment))))


def order_detail(t: Language, detail: OrderDetail, page: int = 0) -> Card:
    """One order: what was agreed, what happened, how it was booked, what it gave, who did what."""
    order = detail.order
    blocks: list[Block | str | None] = [
        t("## Order {number}", number=order.id),
        "\n".join(_agreed(t, detail)),
        _section(t, t("**What happened**"), [_fact(t, fact) for fact in detail.facts], FACTS_SHOWN),
        _section(
            t,
            t("**Ledger** · sum {sum}", sum=_sum(t, detail.bookings)),
            [_booking(t, sides) for sides in _grouped(detail.bookings)],
            BOOKINGS_SHOWN,
        ),
        _section(
            t, t("**Log**"), [_log_line(t, entry) for entry in _without_facts(detail.notes)], NOTES_SHOWN
        ),
        t("-# Play money: nothing real was charged.") if detail.play_money else None,
    ]
    accent = Accent.WARN if order.state in (OrderStatus.REVIEW, OrderStatus.DISPUTED) else Accent.PLAIN
    return card(
        *blocks,
        Row(_buttons(t, detail)),
        accent=accent,
        turn=turning(t, page, lambda to: TURN_ORDER.encode(order.id, to)),
    )


def _agreed(t: Language, detail: OrderDetail) -> list[str]:
    order = detail.order
    lines = [
        f"<@{order.user_id}> · **{plain(order.tier.name, 60)}** · {state_word(t, order.state)}",
        t(
            "{price} for {days}, ordered {when}",
            price=t.money(order.price),
            days=duration_words(t, order.duration),
            when=stamp(order.created_at),
        ),
    ]
    if order.renewal:
        lines.append(
            t(
                "Renews for {price}; the subscription is {phase}",
                price=t.money(order.renewal),
                phase=order.phase or "–",
            )
        )
    if order.credit.amount:
        lines.append(t("{credit} were credited for unused days", credit=t.money(order.credit)))
    if order.discount:
        less = t.money(Money(order.discount, order.price.currency))
        lines.append(
            t("{amount} were taken off by a membership", amount=less)
            if order.tier.item
            else t("{amount} were taken off by another membership", amount=less)
        )
    lines.append(t("Paid through {provider}: {ref}", provider=order.provider, ref=coded(order.ref or "–")))
    if order.state in (OrderStatus.CREATED, OrderStatus.PENDING):
        lines.append(t("Can be paid until {when}", when=stamp(order.expires_at)))
    if detail.parts is not None and detail.parts.held.amount:
        lines.append(parts_line(t, order, detail.parts))
    if detail.overdue:
        lines.append(t("⚠ Its time is over: note the rest, let it wait longer, or give back what came."))
    if detail.entitlement is not None:
        lines.append(_entitlement(t, detail.entitlement, order))
    return lines


def parts_line(t: Language, order: Order, parts: Parts) -> str:
    """What is noted of an order's price by hand, and what is open or above it."""
    held, price = t.money(parts.held), t.money(order.price)
    if parts.over.amount:
        return t(
            "**{held} noted** for {price}: {over} too much", held=held, price=price, over=t.money(parts.over)
        )
    if parts.missing.amount:
        return t(
            "**{held} of {price} noted** · {missing} still open",
            held=held,
            price=price,
            missing=t.money(parts.missing),
        )
    return t("**{held} of {price} noted**", held=held, price=price)


def _entitlement(t: Language, entitlement: Entitlement, order: Order) -> str:
    words = {
        EntitlementStatus.LIVE: t("active"),
        EntitlementStatus.SUSPENDED: t("suspended"),
        EntitlementStatus.ENDED: t("ended"),
        EntitlementStatus.REVOKED: t("revoked"),
        EntitlementStatus.REPLACED: t("replaced by an upgrade"),
    }
    until = t("for ever") if entitlement.forever else stamp(entitlement.ends_at)
    line = t(
        "Gave: {start} – {until}, {standing}",
        start=stamp(entitlement.starts_at),
        until=until,
        standing=words[entitlement.status],
    )
    return line if entitlement.user_id == order.user_id else f"{line} · <@{entitlement.user_id}>"


def _fact(t: Language, fact: Fact) -> str:
    words = {
        FactKind.PAID: t("paid"),
        FactKind.DECLINED: t("declined"),
        FactKind.REFUNDED: t("refunded"),
        FactKind.REFUND_FAILED: t("the refund came back"),
        FactKind.DISPUTED: t("disputed"),
        FactKind.DISPUTE_WON: t("dispute won"),
        FactKind.DISPUTE_LOST: t("dispute lost"),
        FactKind.EXPIRED: t("expired"),
        FactKind.CANCELLED: t("cancelled"),
        FactKind.REJECTED: t("cannot be given any more"),
        FactKind.CORRECTED: t("corrected: this was never so"),
    }
    id_ = "" if fact.object_id.startswith("order:") else f" · {coded(fact.object_id, 40)}"
    return f"{stamp(fact.at)} · {words[fact.kind]} · {t.money(fact.money)}{id_}"


def _grouped(bookings: Sequence[Booking]) -> list[list[Booking]]:
    """The lines of each booking together, oldest booking first."""
    by_ref: dict[str, list[Booking]] = {}
    for booking in bookings:
        by_ref.setdefault(booking.ref, []).append(booking)
    return list(by_ref.values())


def _booking(t: Language, sides: list[Booking]) -> str:
    accounts = " · ".join(f"{coded(side.account, 40)} {_signed(t, side.delta)}" for side in sides)
    return f"{stamp(sides[0].at, 'd')} {accounts}"


def _signed(t: Language, money: Money) -> str:
    return f"{'+' if money.amount > 0 else '−'}{t.money(Money(abs(money.amount), money.currency))}"


def _sum(t: Language, bookings: Sequence[Booking]) -> str:
    """The sum in each currency. It is zero unless the ledger is wrong."""
    sums: dict[str, int] = {}
    for booking in bookings:
        sums[booking.delta.currency] = sums.get(booking.delta.currency, 0) + booking.delta.amount
    return " · ".join(t.money(Money(amount, currency)) for currency, amount in sorted(sums.items()))


def _without_facts(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without those that only repeat a fact listed under "What happened"."""
    return [
        entry
        for entry in entries
        if not entry.what.startswith(f"{Area.FACT}.") or entry.what == AuditAction.FACT_CONTRADICTION
    ]


def _log_line(t: Language, entry: Entry) -> str:
    who = f"<@{entry.actor}>" if entry.actor else "Lyceum"
    reason = str(entry.detail.get("reason") or "")
    if entry.what == AuditAction.SUBSCRIPTION_STOPPED:
        reason = (stop_reasons(t) | departure_reasons(t)).get(reason, reason)
    return " · ".join(filter(None, [stamp(entry.at), who, action_label(t, entry.what), plain(reason, 60)]))


def _section(t: Language, head: str, rows: Sequence[str], most: int) -> str | None:
    """The latest rows under a heading, with the number of rows before them."""
    if not rows:
        return None
    hidden = len(rows) - most
    lines = [head, *rows[-most:]]
    if hidden > 0:
        lines.insert(
            1,
            t.n("-# … {n} before; /order export has all.", "-# … {n} before; /order export has all.", hidden),
        )
    return "\n".join(lines)


def _buttons(t: Language, detail: OrderDetail) -> tuple[Button, ...]:
    id_, parts = detail.order.id, detail.parts if detail.by_hand else None
    mark = t("Note the rest…") if parts is not None and parts.held.amount else t("Mark as paid…")
    buttons = [
        Button(t("Refund…"), action=REFUND_ORDER.encode(id_), style="danger") if detail.refundable else None,
        Button(mark, action=MARK_PAID.encode(id_), style="primary")
        if parts is not None and parts.missing.amount
        else None,
        Button(t("Correct a note…"), action=CORRECT_NOTE.encode(id_))
        if parts is not None and detail.correctable
        else None,
        Button(t("Let it wait longer"), action=EXTEND_ORDER.encode(id_)) if detail.overdue else None,
        Button(t("Send it again"), action=RESEND_ORDER.encode(id_)),
        Button(t("Look again at the provider"), action=REFRESH_ORDER.encode(id_))
        if detail.order.ref and not detail.by_hand  # there is nobody to ask
        else None,
    ]
    return tuple(button for button in buttons if button is not None)
