"""Memberships as members see them: the shop card, the preview of a tier, and the texts they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.cards import COMPONENT_LIMIT, Accent, Block, Button, Card, Divider, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.membership_actions import BUY, AtPrice
from bot.memberships.model import BillingKind, ExpiryAction, Product, Terms, Tier
from bot.memberships.wording import end_notice, price_words, roles_words
from bot.payments.registry import play_money_words

SPARE = 4
"""Components that belong to no tier: the card itself, its title, the lines about further plans and about play money."""
BUTTONS = 5
"""How many buttons fit into a row."""


def shop(t: Language, products: Sequence[Product], taken: Mapping[int, int], playing: bool) -> Card:
    """The shop card: every tier with what it gives and a button for each price, as far as they fit into a message."""
    sold = [product for product in products if product.prices]
    buttons, fit = _limits(sold)
    blocks: list[Block | str | None] = [t("## Membership")]
    for product in sold[:fit]:
        tier, seats = product.tier, taken.get(product.tier.id, 0)
        disabled = tier.suspended is not None or seats_left(tier, seats) == 0
        rest = len(product.prices) - buttons
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
        blocks += ["\n".join(filter(None, lines)), Row(tuple(_buy_buttons(t, product, buttons, disabled)))]
    if not sold:
        blocks.append(t("Nothing is on sale at the moment."))
    if len(sold) > fit:
        blocks.append(
            t.n(
                "{n} more plan: type /membership buy.",
                "{n} more plans: type /membership buy.",
                len(sold) - fit,
            )
        )
    if playing:
        blocks.append(play_money_words(t))
    return card(*blocks)


def _limits(sold: Sequence[Product]) -> tuple[int, int]:
    """(buttons for each tier at most, how many tiers fit): a tier takes a text, a row, and its buttons."""
    limit = COMPONENT_LIMIT - SPARE
    for buttons in range(BUTTONS, 0, -1):
        if sum(2 + min(buttons, len(product.prices)) for product in sold) <= limit:
            return buttons, len(sold)
    return 1, limit // 3


def _buy_buttons(t: Language, product: Product, most: int, disabled: bool) -> Iterator[Button]:
    for price in product.prices[:most]:
        label = t("Free trial") if price.duration.kind is BillingKind.TRIAL else price_words(t, price)
        action = BUY.encode(AtPrice(price.id), None)
        yield Button(label, action=action, style="primary", disabled=disabled)


def shop_posted(t: Language, channel_id: int) -> Card:
    """The answer to the owner who posted a shop card."""
    return card(
        t(
            "The shop card stands in {channel}. It follows every change of the shelf; delete the message to take it away.",
            channel=f"<#{channel_id}>",
        ),
        accent=Accent.GOOD,
    )


def preview(t: Language, product: Product, taken: int, courses: Sequence[str]) -> Card:
    """A tier as members will see it, with the courses that it opens."""
    tier = product.tier
    opened = t(
        "Opens these courses: {courses}", courses=", ".join(plain(title, 60) for title in courses[:10])
    )
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
            "⚠ A role that it gives was deleted. Give it another one with /tier edit: add the new role, take the old one away."
        ),
        "role-dangerous": t(
            "⚠ A role that it gives may do what nobody should buy, or belongs to an integration. "
            "Take those permissions from the role and from the channels that grant them, or choose another one with /tier edit."
        ),
        "role-too-high": t(
            "⚠ A role that it gives stands above mine. Open Server Settings → Roles and drag my role above it."
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
            t("Then the roles are taken, and whoever has no other membership leaves this server.")
            if grace
            else t("At the end the roles are taken, and whoever has no other membership leaves this server.")
        )
    else:
        then = t("Then the roles are taken.") if grace else t("At the end the roles are taken.")
    return " ".join(part for part in (grace, then) if part)


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
        t("Opens the events for members.") if terms.events else None,
        t.n("{n} consultation a month.", "{n} consultations a month.", terms.consultations)
        if terms.consultations
        else None,
        t("{percent} off other memberships.", percent=t.percent(terms.discount / 100))
        if terms.discount
        else None,
        end_notice(t, terms),
        None if left is None else t.n("{n} seat left.", "{n} seats left.", left) if left else t("Sold out."),
    ]
    return "\n".join(line for line in lines if line)
