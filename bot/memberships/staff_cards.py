"""What owners and moderators see of memberships: the shelf, the orders, and why somebody has a role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cards import Accent, Block, Card, Divider, card, plain
from bot.i18n import Words, stamp
from bot.memberships.cards import roles_words, span_words, state_word
from bot.memberships.model import Entitlement, Order, Product, Standing, Tier

ROWS = 20


@dataclass(frozen=True)
class Explanation:
    """Why a member has, or should have, their roles. `held` is None when they are not in the server."""

    user_id: int
    rights: tuple[Entitlement, ...]
    wanted: frozenset[int]
    ours: frozenset[int]
    held: frozenset[int] | None
    now: datetime


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


def explanation(t: Words, told: Explanation) -> Card:
    """role — why — until — source, for one member."""
    lines = [
        _why(t, right, told)
        for right in told.rights
        if right.standing is Standing.LIVE and right.ends_at > told.now
    ]
    by_us = [f"<@&{role}>" for role in sorted((told.held or frozenset()) & told.ours - told.wanted)]
    by_others = [f"<@&{role}>" for role in sorted((told.held or frozenset()) - told.ours)]
    return card(
        t("## Access of {member}", member=f"<@{told.user_id}>"),
        t("This person is not in the server. What they paid for waits for their return.")
        if told.held is None
        else None,
        "\n".join(lines) if lines else t("No membership gives this person a role."),
        t("Over, and being taken back: {roles}", roles=" ".join(by_us)) if by_us else None,
        t("Not given by Lyceum, never taken by it: {roles}", roles=" ".join(by_others))
        if by_others
        else None,
    )


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


def _why(t: Words, right: Entitlement, told: Explanation) -> str:
    role = roles_words(right.tier.terms.roles)
    if right.starts_at > told.now:
        return t(
            "{role} — {plan}, from {start} — until {when} — {source}", role=role, plan=plain(right.tier.name),
            start=stamp(right.starts_at), when=stamp(right.ends_at), source=_source(t, right),
        )  # fmt: skip
    line = t(
        "{role} — {plan}, paid — until {when} — {source}",
        role=role, plan=plain(right.tier.name), when=stamp(right.ends_at), source=_source(t, right),
    )  # fmt: skip
    if told.held is not None and not told.held.issuperset(right.tier.terms.roles):
        line += "\n" + t("⚠ not held at the moment: I may lack Manage Roles, or my role stands below it.")
    elif told.ours.isdisjoint(right.tier.terms.roles):
        line += "\n" + t("held already before, so Lyceum will not take it.")
    return line


def _source(t: Words, right: Entitlement) -> str:
    return t("order {number}", number=right.order_id) if right.order_id is not None else right.source


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
