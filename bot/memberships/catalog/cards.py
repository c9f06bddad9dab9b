"""The cards of /tier: the catalog as its owner sees and changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from bot.cards import Accent, Block, Button, Card, Divider, Row, card, plain
from bot.i18n import Language, stamp
from bot.memberships.catalog.actions import (
    APPLY_TO_ALL,
    APPLY_TO_NEW,
    DROP_DRAFT,
    RECHECK_TIERS,
    TURN_TIERS,
)
from bot.memberships.catalog.benefits import benefit_values
from bot.memberships.catalog.holders import Holders
from bot.memberships.catalog.shop_view import ending, finding_words
from bot.memberships.catalog.tier_edit import EditProposal
from bot.memberships.model import ExpiryAction, Price, Product, Terms, Tier
from bot.memberships.wording import price_words, roles_words
from bot.paging import turning


def listed(t: Language, products: Sequence[Product], page: int = 0) -> Card:
    """All tiers on sale in the owner's order, and the archived ones."""
    if not products:
        return card(
            t("Nothing is on sale here yet. An owner can change that with /tier create."), accent=Accent.QUIET
        )
    on_sale = [product for product in products if not product.tier.archived]
    archived_products = [product for product in products if product.tier.archived]
    blocks: list[Block | str | None] = [
        t("## On sale"),
        *(_rows(t, on_sale) or [t("Nothing.")]),
    ]
    if archived_products:
        blocks += [
            Divider(),
            t("## Archived"),
            *_rows(t, archived_products),
        ]
    return card(*blocks, turn=turning(t, page, TURN_TIERS.encode))


def created(t: Language, product: Product, payable: Callable[[Price], bool]) -> Card:
    """The new tier, as it is sold."""
    return card(
        t("**{plan}** is on sale: {details}.", plan=plain(product.tier.name), details=_details(t, product)),
        _unpayable(t, product, payable)
        or t("Members see it in /membership plans. /tier edit and /tier price add say more about it."),
        accent=Accent.GOOD if all(map(payable, product.prices)) else Accent.WARN,
    )


def priced(t: Language, product: Product, payable: Callable[[Price], bool]) -> Card:
    """The prices after a change."""
    lines = "\n".join(f"- {price_words(t, price)}" for price in product.prices)
    return card(
        t("**{plan}** is sold like this now:", plan=plain(product.tier.name)),
        lines or t("Nothing: without a price nobody can buy it."),
        _unpayable(t, product, payable),
        t("Whoever has bought it already keeps their price, renewals included."),
        accent=Accent.GOOD if lines and all(map(payable, product.prices)) else Accent.WARN,
    )


def _unpayable(t: Language, product: Product, payable: Callable[[Price], bool]) -> str | None:
    """A warning about prices that no provider takes: they can be saved, but members do not see them."""
    unpayable = [price_words(t, price) for price in product.prices if not payable(price)]
    if not unpayable:
        return None
    return t(
        "⚠ Nobody can pay this yet, so members do not see it: {prices}. Set up a payment provider that takes it; see docs/settings.md.",
        prices=" · ".join(unpayable),
    )


def archived(t: Language, tier: Tier) -> Card:
    """A tier was taken off sale."""
    return card(
        t("**{plan}** is no longer on sale. Whoever has it keeps it until it ends.", plan=plain(tier.name)),
        accent=Accent.GOOD,
    )


def restored(t: Language, tier: Tier) -> Card:
    """An archived tier is back: on sale, or off sale until its roles are right."""
    if tier.suspended:
        return card(
            t("**{plan}** is back, but not on sale yet.", plan=plain(tier.name)),
            finding_words(t, tier.suspended),
            accent=Accent.WARN,
        )
    return card(t("**{plan}** is on sale again, as it was.", plan=plain(tier.name)), accent=Accent.GOOD)


def course_included(t: Language, title: str, tiers: Sequence[str], *, sold: bool) -> Card:
    """Which memberships open a course now; without one, whether it is `sold` singly."""
    course, plans = plain(title, 100), " · ".join(plain(name, 60) for name in tiers)
    if plans:
        sentence = t("**{course}** opens with {plans}.", course=course, plans=plans)
    elif sold:
        sentence = t("No membership opens **{course}** any more. It is sold on its own.", course=course)
    else:
        sentence = t("**{course}** is open to everybody.", course=course)
    return card(sentence, accent=Accent.GOOD)


def proposed(t: Language, proposal: EditProposal, *, may_remove: bool = True) -> Card:
    """What an edit changed at once. If members have the tier: who keeps the old terms until when, and the choice.

    `may_remove`: Lyceum has the permission to remove members.
    """
    before, after = proposal.before, proposal.after
    warning = _removal_warning(t, before, after, may_remove=may_remove)
    saved, terms = (
        _lines(_label_changes(t, before, after)),
        _lines(_term_changes(t, before.terms, after.terms)),
    )
    if proposal.draft is None:
        heading = t("**{plan}** is changed:", plan=plain(after.name))
        return card(
            heading,
            "\n".join(filter(None, (saved, terms))),
            warning,
            finding_words(t, after.suspended) if after.suspended else None,
            accent=Accent.WARN if after.suspended else Accent.GOOD,
        )
    return card(
        t("**Saved:**") + "\n" + saved if saved else None,
        t("## Change {plan}?", plan=plain(after.name)),
        terms,
        warning,
        Divider(),
        keepers(t, proposal.holders),
        t("*Apply to existing too* changes what they have at once, roles included."),
        Row(
            (
                Button(t("Apply to new buyers only"), APPLY_TO_NEW.encode(*proposal.draft), style="primary"),
                Button(t("Apply to existing too"), APPLY_TO_ALL.encode(*proposal.draft), style="danger"),
                Button(t("Cancel"), DROP_DRAFT.encode()),
            )
        ),
        accent=Accent.WARN,
    )


def keepers(t: Language, holders: Holders) -> str:
    """How many members keep the old terms, and until when."""
    heading = t.n(
        "**{n} member has it now** and keeps the old terms:",
        "**{n} members have it now** and keep the old terms:",
        holders.members,
    )
    lines = [
        t("until {when} at the latest", when=stamp(holders.until, "D")) if holders.until else None,
        t.n("{n} as long as it is renewed", "{n} as long as they are renewed", holders.renewing)
        if holders.renewing
        else None,
        t.n("{n} for ever", "{n} for ever", holders.forever) if holders.forever else None,
    ]
    return "\n".join([heading, *(f"- {line}" for line in lines if line)])


def applied(t: Language, tier: Tier, reached: int) -> Card:
    """The new terms are in force."""
    return card(
        t("**{plan}** is changed. New buyers get the new terms.", plan=plain(tier.name)),
        t.n("{n} member has them too.", "{n} members have them too.", reached) if reached else None,
        finding_words(t, tier.suspended) if tier.suspended else None,
        accent=Accent.WARN if tier.suspended else Accent.GOOD,
    )


def role_choice(t: Language, role_id: int, name: str | None) -> str:
    """A role in a list of choices, where Discord renders no mention."""
    return t("deleted role ({number})", number=role_id) if name is None else name


def cancelled(t: Language) -> Card:
    """The draft is dropped."""
    return card(t("What it gives stays as it was."), accent=Accent.QUIET)


def suspended(t: Language, tier: Tier, action: str) -> Card:
    """For the staff channel: a tier cannot be sold any more, why, and what to do."""
    return card(
        t("## {plan} is off sale for now", plan=plain(tier.name)),
        finding_words(t, tier.suspended or ""),
        t("Members who have it keep their membership and its days. It goes on sale again by itself."),
        Row((Button(t("Look again"), action),)),
        accent=Accent.WARN,
    )


def looked(t: Language) -> Card:
    """The answer to *Look again*."""
    return card(t("I looked at all roles. /tier list shows what is on sale now."), accent=Accent.GOOD)


def recheck_action(mark: str) -> str:
    """The action of *Look again*; `mark` identifies the card it is on."""
    return RECHECK_TIERS.encode(mark)


def _removal_warning(t: Language, before: Tier, after: Tier, *, may_remove: bool) -> str | None:
    """What it means that members are removed at the end, said when that is new."""
    if after.terms.after is not ExpiryAction.KICK or before.terms.after is ExpiryAction.KICK:
        return None
    return t.sentences(
        t(
            "⚠ When it is over and its days of grace are past, **I remove the member from this server**, and write to them first. I never remove staff, bots or anyone who has something else here, and nobody after a refund, a dispute or /access revoke. My role needs **Kick Members** for it."
        ),
        None if may_remove else t("It lacks that permission at the moment."),
    )


Change: TypeAlias = tuple[str, str, str]
"""The label of a value, what it was, what it will be."""


def _label_changes(t: Language, before: Tier, after: Tier) -> list[Change]:
    """Name, description and seats: they are no part of the terms, so they change at once."""
    none = t("none")
    seats = [t("no limit") if tier.seats is None else t.number(tier.seats) for tier in (before, after)]
    return [
        (t("Name"), plain(before.name), plain(after.name)),
        (t("Description"), plain(before.description, 100) or none, plain(after.description, 100) or none),
        (t("Seats"), seats[0], seats[1]),
    ]


def _term_changes(t: Language, old: Terms, new: Terms) -> list[Change]:
    """The terms: what members bought."""
    benefits = zip(benefit_values(t, old), benefit_values(t, new), strict=True)
    return [
        (t("Roles"), roles_words(old.roles), roles_words(new.roles)),
        *((label, was, becomes) for (label, was), (_, becomes) in benefits),
        (t("At the end"), ending(t, _no_grace(old)), ending(t, _no_grace(new))),
    ]


def _lines(changes: Sequence[Change]) -> str:
    return "\n".join(f"- {label}: {old} → {new}" for label, old, new in changes if old != new)


def _no_grace(terms: Terms) -> Terms:
    return replace(terms, grace_days=0)


def _rows(t: Language, products: Sequence[Product]) -> list[str]:
    return [_row(t, position, product) for position, product in enumerate(products, 1)]


def _row(t: Language, position: int, product: Product) -> str:
    """One tier in the owner's list: its position, its roles, its prices, and what keeps it off sale."""
    tier = product.tier
    lines = [
        f"**{t.number(position)}. {plain(tier.name)}** · {roles_words(tier.terms.roles)}",
        "-# " + (" · ".join(price_words(t, price) for price in product.prices) or t("no price yet")),
        finding_words(t, tier.suspended) if tier.suspended else "",
    ]
    return "\n".join(filter(None, lines))


def _details(t: Language, product: Product) -> str:
    prices = " · ".join(price_words(t, price) for price in product.prices)
    return t(
        "{prices}; gives {role}",
        prices=prices or "–",
        role=roles_words(product.tier.terms.roles),
    )
