"""What owners see of the shelf."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Accent, Block, Card, Divider, card, plain
from bot.i18n import Words
from bot.memberships.model import Product, Tier
from bot.memberships.wording import roles_words, span_words

ROWS = 20


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


def _shelf(t: Words, products: Sequence[Product]) -> str:
    return "\n".join(f"**{plain(one.tier.name)}** — {_details(t, one)}" for one in products[:ROWS])


def _details(t: Words, product: Product) -> str:
    prices = (f"{t.money(price.money)} / {span_words(t, price.span)}" for price in product.prices)
    return t(
        "{prices}; gives {role}",
        prices=" · ".join(prices) or "–", role=roles_words(product.tier.terms.roles),
    )  # fmt: skip
