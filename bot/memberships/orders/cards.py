"""What members see of orders: plans, pay cards, receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Accent, Block, Button, Card, Line, Picture, Row, Text, card, fenced, plain
from bot.i18n import Language, stamp
from bot.memberships.membership_actions import BUY, CHECK_ORDER, TURN_PLANS, OfTier
from bot.memberships.model import (
    RENEWING,
    BillingKind,
    Entitlement,
    EntitlementStatus,
    Order,
    OrderStatus,
    Parts,
    Product,
    Tier,
)
from bot.memberships.orders import item_words
from bot.memberships.orders.checkouts import PendingOrder
from bot.memberships.orders.refusal_words import why_refused
from bot.memberships.wording import duration_words, end_notice, price_words, roles_words
from bot.money import Money
from bot.paging import turning
from bot.payments.port import Checkout
from bot.payments.registry import is_by_hand, play_money_words, scan_words
from bot.pictures import qr
from bot.pictures.unavailable import PictureUnavailable
from bot.ports import Person

OVER = frozenset({EntitlementStatus.ENDED, EntitlementStatus.REVOKED, EntitlementStatus.REPLACED})


@dataclass(frozen=True)
class Offer:
    """A tier on sale with its prices, and the member's entitlement to it, if they have one."""

    product: Product
    entitlement: Entitlement | None


@dataclass(frozen=True)
class OrderReceipt:
    """The outcome of an order: its entitlement, and whether the member has the roles now (`held`)."""

    order: Order
    entitlement: Entitlement | None
    held: bool
    playing: bool
    link: str | None = None
    """The receipt's page outside Discord."""
    ahead: bool = False
    """Does the membership begin later?"""

    @classmethod
    def of(
        cls,
        order: Order,
        entitlement: Entitlement | None,
        person: Person | None,
        now: datetime,
        *,
        playing: bool,
        link: str | None,
    ) -> OrderReceipt:
        """The order's outcome now; a member who is not on the server (`person` None) has no roles."""
        held = person is not None and person.roles.issuperset(order.tier.terms.roles)
        return cls(
            order, entitlement, held, playing, link, entitlement is not None and now < entitlement.starts_at
        )


def plans(t: Language, offers: Sequence[Offer], playing: bool, page: int = 0) -> Card:
    """Every plan with its price, what the member has of it, and a button to buy it."""
    if not offers:
        return card(
            t("Nothing is on sale here yet. An owner can change that with /tier create."), accent=Accent.QUIET
        )
    return card(
        t("## Membership"),
        *(_offer(t, offer) for offer in offers),
        play_money(t, playing=playing),
        turn=turning(t, page, TURN_PLANS.encode),
    )


def pay(t: Language, pending: PendingOrder, *, looked: bool = False, direct: bool = False) -> Card:
    """The pay card: one link to pay (or how to pay without one), and a button to check again.

    `direct` leaves that button out: in a direct message none of ours works.
    """
    order = pending.order
    url = pending.checkout.url
    again = Button(t("Check again"), action=CHECK_ORDER.encode(order.id))
    row = (
        *([Button(t("Pay {price}", price=t.money(order.price)), url=url)] if url else []),
        *([] if direct else [again]),
    )
    return card(
        f"## {plain(order.tier.name)}",
        t("Nothing was paid yet. If you have paid just now, wait a minute and look again.")
        if looked
        else None,
        item_words.offered(t, order)
        if order.tier.item
        else t(
            "{price} for {days}. You get {role}.",
            price=t.money(order.price),
            days=duration_words(t, order.duration),
            role=_role(order.tier),
        ),
        item_words.opened_already(t, pending.opened_by),
        *_price_notes(t, pending),
        _arrived(t, pending),
        None if order.duration.kind is BillingKind.LIFETIME else end_notice(t, order.tier.terms),
        t("For {member}, on this server only.", member=f"<@{order.user_id}>"),
        *_how_to_pay(t, pending),
        Row(row) if row else None,
        play_money(t, playing=pending.play_money),
    )


def _arrived(t: Language, pending: PendingOrder) -> str | None:
    """How much of the price is here, and what is open."""
    parts = pending.parts
    if parts is None or not parts.held.amount:
        return None
    if pending.overdue:
        return t(
            "**{held} of {price} has arrived**, and the time to pay is over. The owner has been asked to look; nothing is lost.",
            held=t.money(parts.held),
            price=t.money(pending.order.price),
        )
    return t(
        "**{held} of {price} has arrived.** {missing} is still open.",
        held=t.money(parts.held),
        price=t.money(pending.order.price),
        missing=t.money(parts.missing),
    )


def arrived_words(t: Language, order: Order, parts: Parts) -> str:
    """How much of an order's price is here, in a list."""
    return t("{held} of {price} has arrived", held=t.money(parts.held), price=t.money(order.price))


def _price_notes(t: Language, pending: PendingOrder) -> list[str]:
    """Discount, credit, renewal price, and the start if it is not at once."""
    order = pending.order

    def money(amount: int) -> str:
        return t.money(Money(amount, order.price.currency))

    lines: list[str] = []
    if order.discount:
        taken_off = money(order.discount)
        lines.append(
            item_words.taken_off(t, taken_off)
            if order.tier.item
            else t("Your other membership took {amount} off.", amount=taken_off)
        )
    if order.credit.amount:
        lines.append(t("Your unused days took {amount} off.", amount=t.money(order.credit)))
    if order.renewal is not None:
        lines.append(
            t(
                "It renews by itself for {price}, until you end it with /membership cancel.",
                price=t.money(order.renewal),
            )
        )
    if pending.receipt is not None:
        lines.append(
            t(
                "[Its page]({link}) shows it and ends it too, even when you are no longer in this server. Keep the address, and keep it to yourself.",
                link=pending.receipt,
            )
        )
    if pending.begins is not None:
        lines.append(t("It begins on {when}, when what you have ends.", when=stamp(pending.begins)))
    return lines


def _how_to_pay(t: Language, pending: PendingOrder) -> list[Block | str]:
    """Instructions or QR code, and how long the checkout is valid."""
    checkout = pending.checkout
    if checkout.instructions is None:
        return [*_qr_code(t, pending), _validity(t, checkout)]
    if pending.overdue:
        return []
    reference = t("Reference: {number}", number=pending.order.id)
    return [
        t("Pay like this, and give the reference with it:"),
        fenced(f"{checkout.instructions}\n\n{reference}"),
        *_qr_code(t, pending),
        t(
            "A person checks whether it has arrived, so it may take some days. This offer stands until {when}.",
            when=stamp(checkout.expires_at),
        ),
    ]


def _validity(t: Language, checkout: Checkout) -> str:
    when = stamp(checkout.expires_at, "t")
    if checkout.url is None and checkout.qr_payload is not None:
        return t(
            "The code works until {when}. It is yours alone: whoever pays with it pays for you.", when=when
        )
    return t("The link works until {when}. It is yours alone: whoever pays with it pays for you.", when=when)


def _qr_code(t: Language, pending: PendingOrder) -> list[Block | str]:
    """The checkout's QR code and what to scan it with, if it has one."""
    content, order = pending.checkout.qr_payload, pending.order
    if content is None:
        return []
    try:
        drawn = qr.png(content)
    except (PictureUnavailable, qr.TooLong):  # the member can pay by the words all the same
        return [t("The QR code could not be drawn. Please tell the owner of this server.")]
    alt = t("QR code to pay {price}, reference {number}", price=t.money(pending.due), number=order.id)
    return [scan_words(t, order.provider), Picture("pay.png", drawn, alt)]


def receipt(t: Language, receipt: OrderReceipt) -> Card:
    """The card that replaces the pay card once the order is closed."""
    accent, sentence = _state_sentence(t, receipt)
    order = receipt.order
    return card(
        f"## {plain(order.tier.name)}",
        sentence,
        t("-# Order {number} · {price}", number=order.id, price=t.money(order.price)),
        start_here(t) if accent is Accent.GOOD and order.tier.item is None else None,
        t(
            "-# It renews by itself. /membership cancel ends that; the receipt's page does too, even when you are no longer in this server."
        )
        if receipt.link and order.phase in RENEWING
        else None,
        Row((_receipt_button(t, order, receipt.link),)) if receipt.link else None,
        play_money(t, playing=receipt.playing),
        accent=accent,
    )


def _receipt_button(t: Language, order: Order, link: str) -> Button:
    """A subscription's page does more than show what was paid."""
    return Button(t("Receipt") if order.renewal is None else t("Receipt and cancellation"), url=link)


def _why_over(t: Language, entitlement: Entitlement) -> str:
    """Why the membership of a paid order is over."""
    if entitlement.tier.item is not None:
        return item_words.over(t, entitlement.tier.item, entitlement)
    if entitlement.status is EntitlementStatus.REVOKED:
        return t("The staff ended this membership. Ask them if you think that this is a mistake.")
    if entitlement.status is EntitlementStatus.REPLACED:
        return t("A larger membership took the place of this one.")
    return t(
        "This membership ended {when}. /membership plans shows how to go on.",
        when=stamp(entitlement.held_until),
    )


def _state_sentence(t: Language, receipt: OrderReceipt) -> tuple[Accent, str]:
    order, entitlement = receipt.order, receipt.entitlement
    if order.state is OrderStatus.PAID and entitlement is not None and entitlement.status in OVER:
        return Accent.QUIET, _why_over(t, entitlement)
    if order.state is OrderStatus.PAID and entitlement is not None and entitlement.user_id != order.user_id:
        return Accent.QUIET, t(
            "Paid. The staff moved this membership to another account; whoever paid for it still sees and ends its payments in /membership status."
        ) if order.tier.item is None else t("Paid. The staff moved it to another account.")
    if order.state is OrderStatus.PAID and entitlement is not None:
        when, role = t("for ever") if entitlement.forever else stamp(entitlement.ends_at), _role(order.tier)
        if receipt.ahead:
            return Accent.GOOD, t(
                "Paid. It begins on {when}, when what you have ends.", when=stamp(entitlement.starts_at)
            )
        if order.tier.item is not None:
            rests = entitlement.status is EntitlementStatus.SUSPENDED
            return Accent.WARN if rests else Accent.GOOD, item_words.held(t, order.tier.item, entitlement)
        if entitlement.forever and receipt.held:
            return Accent.GOOD, t("**Yours for ever.** You have the role {role}.", role=role)
        if receipt.held:
            return Accent.GOOD, t("**Active until {when}.** You have the role {role}.", when=when, role=role)
        return Accent.WARN, t(
            "Paid until {when}. Your role {role} is on its way. If it is not there in a minute, the owner has to set something right first; your days are safe.",
            when=when,
            role=role,
        )
    if order.state is OrderStatus.DISPUTED:
        return Accent.WARN, t("Paid, and disputed at the payer's bank. It has not been decided yet.")
    if order.refused is not None and order.state in (OrderStatus.REFUNDED, OrderStatus.REVIEW):
        price = t.money(order.price)
        back = (
            t("Your {price} went back to where it came from.", price=price)
            if order.state is OrderStatus.REFUNDED
            else t("{price} is on its way back to where it came from. You have nothing to do.", price=price)
        )
        return Accent.WARN, t.sentences(why_refused(t, order), back)
    if order.state is OrderStatus.REFUNDED and is_by_hand(order.provider):
        return Accent.QUIET, t("What came for this order was given back.")
    if order.tier.item is not None and order.state is not OrderStatus.REVIEW:
        return Accent.QUIET, item_words.closed(t, order.tier.item, order)
    if order.state is OrderStatus.REFUNDED:
        return Accent.QUIET, t(
            "{price} was given back, so this membership is over.", price=t.money(order.price)
        )
    if order.state is OrderStatus.REVIEW and entitlement is not None:
        return Accent.WARN, t(
            "Your money came, but this cannot be given any more: it is sold out, or the membership that it was to replace, or that gave your discount, is over. Your money goes back to you."
        )
    if order.state is OrderStatus.REVIEW:
        return Accent.WARN, t(
            "Money came for this order, but not its price. The owner has been asked to look; nothing is lost."
        )
    return Accent.QUIET, t(
        "This link is closed, and nothing was charged. Type /membership buy for a new one."
    )


def order_line(t: Language, order: Order) -> str:
    """One order in a list."""
    parts = (
        stamp(order.created_at, "d"),
        plain(order.tier.name),
        t.money(order.price),
        state_word(t, order.state),
    )
    return " · ".join(parts)


def label(t: Language, order: Order, buyer: str) -> str:
    """One order in a list of choices, where Discord renders no Markdown. `buyer` is a name, or empty."""
    parts = (
        buyer[:24],
        order.tier.name[:24],
        t.money(order.price),
        t.moment(order.created_at),
        f"#{order.id % 10000:04}",
    )
    return " · ".join(filter(None, parts))


def start_here(t: Language) -> str:
    """Where a new member goes first."""
    return t("-# Start here: /course browse shows the courses, /event list the coming events.")


def state_word(t: Language, state: OrderStatus) -> str:
    """An order's state in words."""
    words = {
        OrderStatus.CREATED: t("begun"),
        OrderStatus.PENDING: t("waits for payment"),
        OrderStatus.PAID: t("paid"),
        OrderStatus.DISPUTED: t("disputed"),
        OrderStatus.REFUNDED: t("refunded"),
        OrderStatus.EXPIRED: t("expired"),
        OrderStatus.CANCELLED: t("cancelled"),
        OrderStatus.REVIEW: t("in review"),
    }
    return words[state]


def _offer(t: Language, offer: Offer) -> Line:
    tier, entitlement = offer.product.tier, offer.entitlement
    description = t(
        "**{plan}** — {price}\nGives {role}.",
        plan=plain(tier.name),
        price=" · ".join(price_words(t, price) for price in offer.product.prices),
        role=_role(tier),
    )
    if entitlement is None:
        have = t("You do not have it.")
    elif entitlement.forever:
        have = t("It is yours for ever.")
    else:
        have = t("You have it until {when}.", when=stamp(entitlement.ends_at))
    off_sale = t("Not for sale at the moment.") if tier.suspended else None
    action = BUY.encode(OfTier(tier.id), None)
    return Line(
        "\n".join(filter(None, (description, off_sale, have))),
        Button(
            t("Buy {plan}", plan=tier.name),
            action=action,
            style="primary",
            disabled=tier.suspended is not None,
        ),
    )


def play_money(t: Language, *, playing: bool) -> Text | None:
    """The notice on every card with a price, when no real money moves."""
    return Text(play_money_words(t)) if playing else None


def _role(tier: Tier) -> str:
    return roles_words(tier.terms.roles)
