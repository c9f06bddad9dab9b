"""What is said of a single item where the words for a membership would be wrong: it has no roles, and is none."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import plain
from bot.i18n import Language, stamp
from bot.memberships.item import Item, ItemKind
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Tier
from bot.memberships.wording import duration_words

BUYS = {ItemKind.COURSE: "/course buy"}
OPENS = {ItemKind.COURSE: "/course open"}
"""The commands of the domain that owns an item: to buy it, and to have what was bought."""


def offered(t: Language, order: Order) -> str:
    """On the pay card: what is bought, for how long, at which price."""
    return t(
        "{price} for {days}. It opens as soon as it is paid.",
        price=t.money(order.price),
        days=duration_words(t, order.duration),
    )


def opened_already(t: Language, opened_by: Sequence[str]) -> str | None:
    """Before the payment: that the member can open the item already, with these memberships; None without one."""
    if not opened_by:
        return None
    return t(
        "⚠ You can open it already: it comes with {plans}. Buy it only if you want to keep it without that membership.",
        plans=t.join([plain(name, 60) for name in opened_by[:3]]),
    )


def taken_off(t: Language, amount: str) -> str:
    """On the pay card: what a membership took off."""
    return t("Your membership took {amount} off.", amount=amount)


def held(t: Language, item: Item, entitlement: Entitlement) -> str:
    """That the item is there, until when, and how to open it; or that it rests."""
    if entitlement.status is EntitlementStatus.SUSPENDED:
        return t(
            "Paid, but money that counted towards it went back. It is paused until the owner has decided."
        )
    command = OPENS[item.kind]
    if entitlement.forever:
        return t("**Yours for ever.** {command} opens it.", command=command)
    return t("**Yours until {when}.** {command} opens it.", when=stamp(entitlement.ends_at), command=command)


def over(t: Language, item: Item, entitlement: Entitlement) -> str:
    """Why an item that was paid is there no more."""
    if entitlement.status is EntitlementStatus.REVOKED:
        return t("The staff took this back. Ask them if you think that this is a mistake.")
    return t(
        "It ended {when}. To buy it again, type {command}.",
        when=stamp(entitlement.held_until),
        command=BUYS[item.kind],
    )


def closed(t: Language, item: Item, order: Order) -> str:
    """Of an order that gives nothing: its money went back, or it was never paid."""
    if order.state is OrderStatus.REFUNDED:
        return t("{price} was given back, so you no longer have it.", price=t.money(order.price))
    return t(
        "This link is closed, and nothing was charged. Type {command} for a new one.",
        command=BUYS[item.kind],
    )


def owned_line(t: Language, entitlement: Entitlement) -> str:
    """One item in the list of what a member has."""
    name = plain(entitlement.tier.name)
    if entitlement.forever:
        return t("**{item}** — yours for ever", item=name)
    return t("**{item}** — yours until {when}", item=name, when=stamp(entitlement.ends_at))


def buy_command(tier: Tier) -> str:
    """The command that buys it."""
    return BUYS[tier.item.kind] if tier.item else "/membership buy"
