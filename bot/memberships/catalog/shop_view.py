"""Memberships as members see them: the shop card, the preview of a tier, and the texts they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.cards import Accent, Block, Button, Card, Divider, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.catalog.benefits import benefit_sentences
from bot.memberships.membership_actions import BUY, TURN_SHOP, AtPrice
from bot.memberships.model import BillingKind, ExpiryAction, Product, Terms, Tier
from bot.memberships.wording import end_notice, price_words, roles_words
from bot.paging import turning
from bot.payments.registry import play_money_words

BUTTONS = 5
"""How many buttons fit into a row."""


def shop(
    t: Language, products: Sequence[Product], taken: Mapping[int, int], playing: bool, page: int = 0
) -> Card:
    """The shop card: every tier with what it gives and a button for each of its first prices."""
    sold = [product for product in products if product.prices]
    blocks: list[Block | str | None] = [t("## Membership")]
    for product in sold:
        tier, seats = product.tier, taken.get(product.tier.id, 0)
        disabled = tier.suspended is not None or seats_left(tier, seats) == 0
        rest = len(product.prices) - BUTTONS
        lines = [
            _description(t, product, seats, limit=120),
            t("Not for sale at the moment.") if tier.suspended else "",
            t.n(
                "-# {n} more way to buy it: /membership buy",
                "-# {n} more ways to buy it: /membership buy",
                rest,
            )
            if rest > 0
            else "",
        ]
        blocks += ["\n".join(filter(None, lines)), Row(tuple(_buy_buttons(t, product, BUTTONS, disabled)))]
    if not sold:
        blocks.append(t("Nothing is on sale at the moment."))
    if playing:
        blocks.append(play_money_words(t))
    return card(*blocks, turn=turning(t, page, TURN_SHOP.encode))


def _buy_buttons(t: Language, product: Product, most: int, disabled: bool) -> Iterator[Button]:
    for price in product.prices[:most]:
        label = t("Free trial") if price.duration.kind is BillingKind.TRIAL else price_words(t, price)
        action = BUY.encode(AtPrice(price.id), None)
        yield Button(label, action=action, style="primary", disabled=disabled)


def shop_posted(t: Language, channel_id: int) -> Card:
    """The answer to the owner who posted a shop card."""
    return card(
        t(
            "The shop card is in {channel}. It follows every change to what is on sale; delete the message to take it down.",
            channel=f"<#{channel_id}>",
        ),
        accent=Accent.GOOD,
    )


def preview(t: Language, product: Product, taken: int, courses: Sequence[str]) -> Card:
    """A tier as members will see it, with the courses that it opens."""
    tier = product.tier
    opened = t("Opens these courses: {courses}", courses=t.join([plain(title, 60) for title in courses[:10]]))
    return card(
        _description(t, product, taken, limit=300),
        opened if courses else None,
        "\n".join(f"- {price_words(t, price)}" for price in product.prices)
        or t("It has no price yet, so nobody can buy it. Add one with /tier price add."),
        Divider(),
        ending(t, tier.terms),
        finding_words(t, tier.suspended) if tier.suspended else None,
        accent=Accent.WARN if tier.suspended or not product.prices else Accent.PLAIN,
    )


def finding_words(t: Language, finding: str) -> str:
    """Why a tier is suspended, and what to do."""
    words = {
        "role-deleted": t(
            "⚠ A role that it gives was deleted. Use /tier edit: pick the deleted role under `drop_role` and, if it is the only one, another role under `add_role`."
        ),
        "role-dangerous": t(
            "⚠ A role that it gives has permissions that nobody should be able to buy. Take them from the role and from the channels that grant them. Or use /tier edit: pick the role under `drop_role` and another one under `add_role`."
        ),
        "role-managed": t(
            "⚠ A role that it gives belongs to an integration, and only that can give it. "
            "Use /tier edit: pick the role under `drop_role` and another one under `add_role`."
        ),
        "role-too-high": t(
            "⚠ A role that it gives stands above mine. Open Server Settings → Roles and drag my role above it. "
            "Or use /tier edit: pick the role under `drop_role` and another one under `add_role`."
        ),
        "fallback-deleted": t(
            "⚠ The role that it gives at the end was deleted. Use /tier edit: pick another one under `after_role`, or “Take the roles” under `at_the_end`."
        ),
        "fallback-dangerous": t(
            "⚠ The role that it gives at the end has permissions that nobody should be able to buy. Take them from the role and from the channels that grant them. Or use /tier edit: pick another role under `after_role`, or “Take the roles” under `at_the_end`."
        ),
        "fallback-managed": t(
            "⚠ The role that it gives at the end belongs to an integration, and only that can give it. "
            "Use /tier edit: pick another role under `after_role`, or “Take the roles” under `at_the_end`."
        ),
        "fallback-too-high": t(
            "⚠ The role that it gives at the end stands above mine. Open Server Settings → Roles and drag my role above it. "
            "Or use /tier edit: pick another role under `after_role`, or “Take the roles” under `at_the_end`."
        ),
    }
    return words.get(finding, finding)


def ending(t: Language, terms: Terms) -> str:
    """What happens to the roles when a membership is over."""
    grace = (
        t.n(
            "At the end the roles stay {n} more day.",
            "At the end the roles stay {n} more days.",
            terms.grace_days,
        )
        if terms.grace_days
        else None
    )
    if terms.after is ExpiryAction.FALLBACK and terms.after_role_id is not None:
        role = roles_words([terms.after_role_id])
        then = (
            t("Then {role} takes their place.", role=role)
            if grace
            else t("At the end {role} takes their place.", role=role)
        )
    elif terms.after is ExpiryAction.KEEP and terms.after_until is not None:
        then = t("The roles are kept until {when} in any case.", when=stamp(terms.after_until, "D"))
    elif terms.after is ExpiryAction.KICK:
        then = (
            t("Then the roles are taken, and anyone who has nothing else here is removed from this server.")
            if grace
            else t(
                "At the end the roles are taken, and anyone who has nothing else here is removed from this server."
            )
        )
    else:
        then = t("Then the roles are taken.") if grace else t("At the end the roles are taken.")
    return t.sentences(grace, then)


def seats_left(tier: Tier, taken: int) -> int | None:
    """How many more members may buy the tier; None: no limit."""
    return None if tier.seats is None else max(0, tier.seats - taken)


def _description(t: Language, product: Product, taken: int, *, limit: int) -> str:
    """A tier with what it gives, for members."""
    tier, terms = product.tier, product.tier.terms
    left = seats_left(tier, taken)
    lines = [
        f"**{plain(tier.name)}**",
        plain(tier.description, limit) if tier.description else None,
        t("Gives {role}.", role=roles_words(terms.roles)),
        *benefit_sentences(t, terms),
        end_notice(t, terms),
        None if left is None else t.n("{n} seat left.", "{n} seats left.", left) if left else t("Sold out."),
    ]
    return "\n".join(line for line in lines if line)
