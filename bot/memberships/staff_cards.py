"""What owners see of the orders."""

from __future__ import annotations

from dataclasses import dataclass

from bot.cards import Accent, Block, Card, Divider, card, plain
from bot.i18n import Words, stamp
from bot.memberships.cards import state_word
from bot.memberships.model import Order

ROWS = 20


@dataclass(frozen=True)
class Sales:
    """Orders, newest first; `waiting` ones need the owner."""

    waiting: tuple[Order, ...]
    latest: tuple[Order, ...]


def sales(t: Words, sales: Sales) -> Card:
    """Orders that need the owner, then the latest."""
    if not sales.latest and not sales.waiting:
        return card(t("Nobody has ordered anything yet."), accent=Accent.QUIET)
    blocks: list[Block | str | None] = []
    if sales.waiting:
        blocks += [t("## These need you"), "\n".join(_sale(t, order) for order in sales.waiting), Divider()]
    blocks += [t("## Latest orders"), "\n".join(_sale(t, order) for order in sales.latest[:ROWS])]
    return card(*blocks, accent=Accent.WARN if sales.waiting else Accent.PLAIN)


def refund_asked(t: Words, order: Order) -> Card:
    """The money is on its way back."""
    return card(
        t(
            "{price} goes back to {member} for **{plan}**. The role goes with it; /order list shows when it is done.",
            price=t.money(order.price), member=f"<@{order.user_id}>", plan=plain(order.tier.name),
        ),
        accent=Accent.GOOD,
    )  # fmt: skip


def _sale(t: Words, order: Order) -> str:
    parts = (
        stamp(order.created_at, "d"),
        f"<@{order.user_id}>",
        plain(order.tier.name),
        t.money(order.price),
        state_word(t, order.state),
        f"`{order.id}`",
    )
    return " · ".join(parts)
