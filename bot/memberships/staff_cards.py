"""What owners see of memberships: the shelf and the orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.cards import Accent, Block, Card, Divider, card, plain
from bot.i18n import Words, stamp
from bot.memberships.cards import state_word
from bot.memberships.model import Order, Product, Tier
from bot.memberships.wording import roles_words, span_words

ROWS = 20


@dataclass(frozen=True)
class Sales:
    """Orders, newest first; `waiting` ones need the owner."""

    waiting: tuple[Order, ...]
    latest: tuple[Order, ...]


def tier_created(t: Words, product: Product) -> Card:
    """The new tier, as it is sold."""
    return card(
        t(
            "**{plan}** is on sale: {details}.",
            plan=plain(product.tier.name),
            details=_details(t, product),
        ),
        t("Members see it in /membership plans."),
        accent=Accent.GOOD,
    )


def tier_archived(t: Words, tier: Tier) -> Card:
    """It is sold no more."""
    return card(
        t("**{plan}** is no longer on sale. Whoever has it keeps it until it ends.", plan=plain(tier.name)),
        accent=Accent.GOOD,
    )


def tier_list(t: Words, products: Sequence[Product]) -> Card:
    """Everything on sale, and what was."""
    if not products:
        return card(
            t("Nothing is on sale here yet. An owner can change that with /tier create."), accent=Accent.QUIET
        )
    on_sale = [product for product in products if not product.tier.archived]
    past = [product for product in products if product.tier.archived]
    blocks: list[Block | str | None] = [
        t("## On sale"),
        *([_shelf(t, on_sale)] if on_sale else [t("Nothing.")]),
    ]
    if past:
        blocks += [Divider(), t("## Archived"), _shelf(t, past)]
    return card(*blocks)


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


def _shelf(t: Words, products: Sequence[Product]) -> str:
    return "\n".join(f"**{plain(one.tier.name)}** — {_details(t, one)}" for one in products[:ROWS])


def _details(t: Words, product: Product) -> str:
    prices = (f"{t.money(price.money)} / {span_words(t, price.span)}" for price in product.prices)
    return t(
        "{prices}; gives {role}",
        prices=" · ".join(prices) or "–", role=roles_words(product.tier.terms.roles),
    )  # fmt: skip
