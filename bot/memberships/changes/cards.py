"""What a member sees when there is something to choose, when a change is previewed, and when it is made."""

from __future__ import annotations

from bot.cards import Accent, Block, Button, Card, Option, Row, Select, card, plain
from bot.i18n import Language, stamp
from bot.memberships.changes.changing import Undone
from bot.memberships.changes.quote import Quote
from bot.memberships.changes.renewals import Reason
from bot.memberships.membership_actions import CONFIRM_CHANGE, PICK_CHANGE, UNDO_CHANGE
from bot.memberships.model import BillingKind, Price, Product
from bot.memberships.orders.cards import start_here
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.proration import discounted
from bot.memberships.orders.purchasing import Activated, PurchaseChoice
from bot.memberships.wording import price_words, roles_words
from bot.money import Money
from bot.payments.registry import label as provider_label

IN_A_ROW = 5
LISTED = 25  # Discord's documentation: options of a select


def stop_reasons(t: Language) -> dict[str, str]:
    """Why somebody ends a subscription, in words, by the word that is kept."""
    return {
        Reason.PRICE: t("It costs too much"),
        Reason.TIME: t("I have no time for it"),
        Reason.CONTENT: t("It was not what I looked for"),
        Reason.DONE: t("I have learnt what I wanted"),
        Reason.OTHER: t("Something else"),
    }


def choice(t: Language, told: PurchaseChoice) -> Card:
    """At which price, or how to pay: one button for each."""
    title = f"## {plain(told.tier.name)}"
    if told.providers:
        due = told.due or told.prices[0].money
        pays = [
            Button(provider_label(t, name), action, style="primary")
            for name, action in zip(told.providers, told.actions, strict=True)
        ]
        return card(title, t("How do you want to pay {price}?", price=t.money(due)), *_rows(pays))
    buttons = [
        Button(_short(t, price, told.percent), action, style="primary")
        for price, action in zip(told.prices, told.actions, strict=True)
    ]
    return card(
        title,
        plain(told.tier.description, 300) if told.tier.description else None,
        t("Gives {role}. Which price?", role=roles_words(told.tier.terms.roles)),
        t("Your other membership takes {percent} off.", percent=t.percent(told.percent / 100))
        if told.percent
        else None,
        *_rows(buttons),
    )


def given(t: Language, told: Activated) -> Card:
    """It begins without a payment."""
    entitlement, order = told.entitlement, told.order
    if order is None:
        first = t("**Your trial of {plan} has begun.**", plan=plain(entitlement.tier.name))
        rest = t(
            "It ends by itself on {when}, and nothing is charged. Your role {role} comes in a moment.",
            when=stamp(entitlement.ends_at),
            role=roles_words(entitlement.tier.terms.roles),
        )
    else:
        first = t("**You have {plan} now.**", plan=plain(entitlement.tier.name))
        rest = t(
            "It runs until {when}. Your role {role} comes in a moment.",
            when=_end(t, OwnedMembership(entitlement, order)),
            role=roles_words(entitlement.tier.terms.roles),
        )
        if order.price.amount:
            rest = t("{price} was charged.", price=t.money(order.price)) + " " + rest
    return card(first, rest, start_here(t), accent=Accent.GOOD)


def quote(t: Language, told: Quote) -> Card:
    """The change before it is made: what is credited, what is due, from when until when."""
    old, new = plain(told.held.entitlement.tier.name), plain(told.tier.name)
    return card(
        t("## {old} → {new}", old=old, new=new),
        t("The preview that you confirmed is too old, or something has changed. This is how it would be now:")
        if told.worse
        else None,
        price_words(t, told.price),
        "\n".join(f"- {line}" for line in (_now(t, told) if told.now else _later(t, told))),
        t("Nothing is charged before you press the button."),
        Row((Button(_label(t, told), CONFIRM_CHANGE.encode(told.draft, None), style="primary"),)),
        accent=Accent.WARN if told.worse else Accent.PLAIN,
    )


def planned(t: Language, told: PlannedChange) -> Card:
    """The provider knows of the change."""
    plan = plain(told.order.tier.name)
    if told.order.replaces is not None:
        return card(
            t("The change to **{plan}** is under way. /membership status shows when it is there.", plan=plan)
        )
    return card(
        t("**{plan}** begins on {when}.", plan=plan, when=stamp(told.starts_at)),
        t("{price} is charged then. Until then you keep what you have.", price=t.money(told.order.price)),
        Row((Button(t("Take the change back"), UNDO_CHANGE.encode(told.order.id)),)),
        accent=Accent.GOOD,
    )


def undone(t: Language, told: Undone) -> Card:
    """It will not be changed."""
    plan = plain(told.order.tier.name)
    return card(
        t("The change to **{plan}** is taken back. You keep what you have.", plan=plan),
        t("{price} goes back to you.", price=t.money(told.order.price)) if told.paid else None,
        t("If a subscription was ended for it, /membership cancel has a button to keep it.")
        if told.paid
        else None,
        accent=Accent.GOOD,
    )


def options(t: Language, held: OwnedMembership | None, products: list[Product]) -> Card:
    """Everything that a membership can be changed to; `held` is None when it is over meanwhile."""
    if held is None:
        return card(t("This membership is over. /membership plans shows what there is."), accent=Accent.QUIET)
    found = [
        Option(
            f"{product.tier.name[:40]} · {price_words(t, price)}",
            PICK_CHANGE.value(held.entitlement.id, price.id),
        )
        for product in products
        for price in product.prices
        if price.duration.kind is not BillingKind.TRIAL and product.tier.suspended is None
        if held.order is None
        or (product.tier.id, price.duration) != (held.entitlement.tier.id, held.order.duration)
    ]
    if not found:
        return card(t("There is nothing else on sale to change to."), accent=Accent.QUIET)
    return card(
        t("What would you like instead of **{plan}**?", plan=plain(held.entitlement.tier.name)),
        Select(PICK_CHANGE.name, t("Another membership"), tuple(found[:LISTED])),
        t("You see first what it costs and when it begins; nothing is charged yet."),
    )


def _now(t: Language, told: Quote) -> list[str | None]:
    def money(amount: int) -> str:
        return t.money(Money(amount, told.due.currency))

    lines: list[str | None] = []
    if told.by_provider:
        lines.append(t("It changes at once. The provider counts the days that you have not used."))
        lines.append(
            t(
                "**Due now: {due}**, charged to the card that it knows; then {price} at each renewal.",
                due=t.money(told.due),
                price=t.money(told.price.money),
            )
        )
        lines.append(t("The present period ends on {when}.", when=stamp(told.ends_at)))
        return lines
    lines.append(
        t(
            "It begins at once. Your unused days until {when} are worth {credit}.",
            when=stamp(told.held.entitlement.ends_at),
            credit=money(told.credit + told.lost),
        )
    )
    if told.discount:
        lines.append(t("Your other membership takes {amount} off.", amount=money(told.discount)))
    lines.append(t("**Due now: {due}**", due=t.money(told.due)))
    if told.price.duration.kind is BillingKind.RECURRING:
        lines.append(t("Then {price} at each renewal.", price=t.money(told.price.money)))
    if told.extra:
        lines.append(
            t(
                "What your days are worth above the price makes it longer: it runs until {when}.",
                when=stamp(told.ends_at),
            )
        )
    elif told.price.duration.kind is not BillingKind.LIFETIME:
        lines.append(t("It runs until {when}.", when=stamp(told.ends_at)))
    if told.lost:
        lines.append(
            t(
                "⚠ {amount} of what your days are worth is more than the price. It is not paid out.",
                amount=money(told.lost),
            )
        )
    return lines


def _later(t: Language, told: Quote) -> list[str | None]:
    when = stamp(told.starts_at)
    first = t(
        "It begins on {when}, when what you have ends. Until then nothing changes, and you can take it back.",
        when=when,
    )
    if told.by_provider:
        return [first, t("**{price} is charged then**, and at each renewal.", price=t.money(told.due))]
    lines = [first, t("**Due now: {due}**", due=t.money(told.due))]
    if told.discount:
        amount = t.money(Money(told.discount, told.due.currency))
        lines.append(t("Your other membership takes {amount} off.", amount=amount))
    if told.held.renews:
        lines.append(t("Your subscription then renews no more."))
    lines.append(t("It runs until {when}.", when=stamp(told.ends_at)))
    return [*lines]


def _label(t: Language, told: Quote) -> str:
    if told.now and told.by_provider:
        return t("Change and pay {price}", price=t.money(told.due))
    if told.by_provider:
        return t("Change when it ends")
    if told.due.amount == 0:
        return t("Change now, nothing to pay")
    return t("Go on to pay {price}", price=t.money(told.due))


def _short(t: Language, price: Price, percent: int) -> str:
    """A price on a button, less the discount."""
    if price.duration.kind is BillingKind.TRIAL:
        return t("Free trial")
    less = discounted(price.money, percent)
    told = price_words(t, price)
    return told if less == price.money else t("{price}, for you {less}", price=told, less=t.money(less))


def _end(t: Language, held: OwnedMembership) -> str:
    return t("for ever") if held.entitlement.forever else stamp(held.entitlement.ends_at)


def _rows(buttons: list[Button]) -> list[Block]:
    return [Row(tuple(buttons[n : n + IN_A_ROW])) for n in range(0, len(buttons), IN_A_ROW)]
