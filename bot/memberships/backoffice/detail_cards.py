"""One order in full: what was agreed, what came, what it gave, and who did what."""

from __future__ import annotations

from collections.abc import Sequence

from bot.audit import Area, AuditAction, Entry
from bot.audit.labels import action_label
from bot.cards import (
    Accent,
    Block,
    Button,
    Card,
    Row,
    card,
    coded,
    plain,
)
from bot.i18n import Language, stamp
from bot.memberships.backoffice.actions import (
    CORRECT_NOTE,
    EXTEND_ORDER,
    MARK_PAID,
    REFRESH_ORDER,
    REFUND_ORDER,
    RESEND_ORDER,
    TURN_ORDER,
)
from bot.memberships.backoffice.backoffice import OrderDetail
from bot.memberships.changes.cards import departure_reasons, stop_reasons
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Parts
from bot.memberships.orders.cards import state_word
from bot.memberships.orders.store.ledger import Booking
from bot.memberships.wording import duration_words, phase_word
from bot.money import Money
from bot.paging import turning
from bot.payments.port import Fact, FactKind
from bot.payments.registry import label as provider_label

FACTS_SHOWN, BOOKINGS_SHOWN, NOTES_SHOWN = 8, 8, 8


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
                "Renews for {price} · subscription: {phase}",
                price=t.money(order.renewal),
                phase=phase_word(t, order.phase),
            )
        )
    if order.credit.amount:
        lines.append(t("{credit} was credited for unused days", credit=t.money(order.credit)))
    if order.discount:
        less = t.money(Money(order.discount, order.price.currency))
        lines.append(
            t("A membership took {amount} off", amount=less)
            if order.tier.item
            else t("Another membership took {amount} off", amount=less)
        )
    lines.append(t("{way}: {ref}", way=provider_label(t, order.provider), ref=coded(order.ref or "–")))
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
        FactKind.CORRECTED: t("corrected: this did not happen"),
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
