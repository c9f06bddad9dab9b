"""What a member sees when they choose a price, preview a change, and make it."""

from __future__ import annotations

from bot.cards import Accent, Block, Button, Card, Option, Row, Select, card, plain
from bot.i18n import Language, stamp
from bot.memberships.changes.changing import Undone
from bot.memberships.changes.quote import Quote
from bot.memberships.changes.renewals import Reason
from bot.memberships.membership_actions import CONFIRM_CHANGE, PICK_CHANGE, UNDO_CHANGE
from bot.memberships.model import BillingKind, Price, Product
from bot.memberships.orders import item_words
from bot.memberships.orders.cards import start_here
from bot.memberships.orders.discounts import is_free
from bot.memberships.orders.holdings import OwnedMembership, PlannedChange
from bot.memberships.orders.proration import discounted
from bot.memberships.orders.purchasing import Activated, PurchaseChoice
from bot.memberships.wording import price_words, removal_line, roles_words
from bot.money import Money
from bot.payments.registry import label as provider_label

IN_A_ROW = 5
LISTED = 25  # Discord's documentation: options of a select


def stop_reasons(t: Language) -> dict[str, str]:
    """The reasons for ending a subscription in words, by stored reason."""
    return {
        Reason.PRICE: t("It costs too much"),
        Reason.TIME: t("I have no time for it"),
        Reason.CONTENT: t("It was not what I looked for"),
        Reason.DONE: t("I have learnt what I wanted"),
        Reason.OTHER: t("Something else"),
    }


def departure_reasons(t: Language) -> dict[str, str]:
    """Why a subscription ended that its payer did not end, in words, by stored reason."""
    return {
        "leave": t("They left the server"),
        "kick": t("They were kicked"),
        "ban": t("They were banned"),
    }


def choice(t: Language, choice: PurchaseChoice) -> Card:
    """The choice of a price, or of a way to pay: one button for each."""
    title = f"## {plain(choice.tier.name)}"
    if choice.providers:
        due = choice.due or choice.prices[0].money
        pays = [
            Button(provider_label(t, name), action, style="primary")
            for name, action in zip(choice.providers, choice.actions, strict=True)
        ]
        return card(
            title,
            item_words.opened_already(t, choice.opened_by),
            t("How do you want to pay {price}?", price=t.money(due)),
            *_button_rows(pays),
        )
    buttons = [
        Button(_price_button(t, price, choice.percent), action, style="primary")
        for price, action in zip(choice.prices, choice.actions, strict=True)
    ]
    return card(
        title,
        plain(choice.tier.description, 300) if choice.tier.description else None,
        item_words.opened_already(t, choice.opened_by),
        t("Which price?")
        if choice.tier.item
        else t("Gives {role}. Which price?", role=roles_words(choice.tier.terms.roles)),
        _percent_off(t, choice) if choice.percent else None,
        *_button_rows(buttons),
    )


def _percent_off(t: Language, choice: PurchaseChoice) -> str:
    percent = t.percent(choice.percent / 100)
    if choice.tier.item:
        return t("Your membership takes {percent} off.", percent=percent)
    return t("Your other membership takes {percent} off.", percent=percent)


def given(t: Language, activated: Activated) -> Card:
    """A membership or an item that began without a checkout."""
    entitlement, order, item = activated.entitlement, activated.order, activated.entitlement.tier.item
    if item is not None:
        return card(
            t("**You have {plan} now.**", plan=plain(entitlement.tier.name)),
            item_words.held(t, item, entitlement),
            t("It costs nothing because of your membership, and ends with it at the latest."),
            accent=Accent.GOOD,
        )
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
            when=_until(t, OwnedMembership(entitlement, order)),
            role=roles_words(entitlement.tier.terms.roles),
        )
        if order.price.amount:
            rest = t.sentences(t("{price} was charged.", price=t.money(order.price)), rest)
    with_giver = order is not None and is_free(order)
    return card(
        first,
        rest,
        t("It costs nothing because of your other membership, and ends with it at the latest.")
        if with_giver
        else None,
        removal_line(t, entitlement, renews=order is not None and order.renewal is not None),
        start_here(t),
        accent=Accent.GOOD,
    )


def quote(t: Language, quote: Quote) -> Card:
    """The preview of a change: what is credited, what is due, from when until when."""
    old, new = plain(quote.held.entitlement.tier.name), plain(quote.tier.name)
    return card(
        t("## {old} → {new}", old=old, new=new),
        t("The preview that you confirmed is too old, or something has changed. This is how it would be now:")
        if quote.worse
        else None,
        price_words(t, quote.price),
        "\n".join(
            f"- {line}" for line in (_lines_if_now(t, quote) if quote.now else _lines_if_later(t, quote))
        ),
        t("Nothing is charged before you press the button."),
        Row((Button(_confirm_label(t, quote), CONFIRM_CHANGE.encode(quote.draft, None), style="primary"),)),
        accent=Accent.WARN if quote.worse else Accent.PLAIN,
    )


def planned(t: Language, change: PlannedChange) -> Card:
    """A change that the provider will make, or is making."""
    plan = plain(change.order.tier.name)
    if change.order.replaces is not None:
        return card(
            t("The change to **{plan}** is under way. /membership status shows when it is there.", plan=plan)
        )
    return card(
        t("**{plan}** begins on {when}.", plan=plan, when=stamp(change.starts_at)),
        t("{price} is charged then. Until then you keep what you have.", price=t.money(change.order.price)),
        Row((Button(t("Take the change back"), UNDO_CHANGE.encode(change.order.id)),)),
        accent=Accent.GOOD,
    )


def undone(t: Language, undone: Undone) -> Card:
    """A planned change was taken back."""
    plan = plain(undone.order.tier.name)
    return card(
        t("The change to **{plan}** is taken back. You keep what you have.", plan=plan),
        t("{price} goes back to you.", price=t.money(undone.order.price)) if undone.paid else None,
        t("If a subscription was ended for it, /membership cancel has a button to keep it.")
        if undone.paid
        else None,
        accent=Accent.GOOD,
    )


def options(t: Language, held: OwnedMembership | None, products: list[Product]) -> Card:
    """Everything that a membership can be changed to; `held` is None when it has ended meanwhile."""
    if held is None:
        return card(t("This membership is over. /membership plans shows what there is."), accent=Accent.QUIET)
    choices = [
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
    if not choices:
        return card(t("There is nothing else on sale to change to."), accent=Accent.QUIET)
    return card(
        t("What would you like instead of **{plan}**?", plan=plain(held.entitlement.tier.name)),
        Select(PICK_CHANGE.name, t("Another membership"), tuple(choices[:LISTED])),
        t("You see first what it costs and when it begins; nothing is charged yet."),
    )


def _lines_if_now(t: Language, quote: Quote) -> list[str | None]:
    def money(amount: int) -> str:
        return t.money(Money(amount, quote.due.currency))

    lines: list[str | None] = []
    if quote.by_provider:
        lines.append(t("It changes at once. The provider counts the days that you have not used."))
        lines.append(
            t(
                "**Due now: {due}**, charged to the card that it knows; then {price} at each renewal.",
                due=t.money(quote.due),
                price=t.money(quote.price.money),
            )
        )
        lines.append(t("The present period ends on {when}.", when=stamp(quote.ends_at)))
        return lines
    lines.append(
        t(
            "It begins at once. Your unused days until {when} are worth {credit}.",
            when=stamp(quote.held.entitlement.ends_at),
            credit=money(quote.credit + quote.lost),
        )
    )
    if quote.discount:
        lines.append(t("Your other membership takes {amount} off.", amount=money(quote.discount)))
    lines.append(t("**Due now: {due}**", due=t.money(quote.due)))
    if quote.price.duration.kind is BillingKind.RECURRING:
        lines.append(t("Then {price} at each renewal.", price=t.money(quote.price.money)))
    if quote.extra:
        lines.append(
            t(
                "What your days are worth above the price makes it longer: it runs until {when}.",
                when=stamp(quote.ends_at),
            )
        )
    elif quote.price.duration.kind is not BillingKind.LIFETIME:
        lines.append(t("It runs until {when}.", when=stamp(quote.ends_at)))
    if quote.lost:
        lines.append(
            t(
                "⚠ {amount} of what your days are worth is more than the price. It is not paid out.",
                amount=money(quote.lost),
            )
        )
    return lines


def _lines_if_later(t: Language, quote: Quote) -> list[str | None]:
    when = stamp(quote.starts_at)
    first = t(
        "It begins on {when}, when what you have ends. Until then nothing changes, and you can take it back.",
        when=when,
    )
    if quote.by_provider:
        return [first, t("**{price} is charged then**, and at each renewal.", price=t.money(quote.due))]
    lines = [first, t("**Due now: {due}**", due=t.money(quote.due))]
    if quote.discount:
        amount = t.money(Money(quote.discount, quote.due.currency))
        lines.append(t("Your other membership takes {amount} off.", amount=amount))
    if quote.held.renews:
        lines.append(t("Your subscription then stops renewing."))
    lines.append(t("It runs until {when}.", when=stamp(quote.ends_at)))
    return [*lines]


def _confirm_label(t: Language, quote: Quote) -> str:
    if quote.now and quote.by_provider:
        return t("Change and pay {price}", price=t.money(quote.due))
    if quote.by_provider:
        return t("Change when it ends")
    if quote.due.amount == 0:
        return t("Change now, nothing to pay")
    return t("Go on to pay {price}", price=t.money(quote.due))


def _price_button(t: Language, price: Price, percent: int) -> str:
    """The text of a price's button, with the discount taken off."""
    if price.duration.kind is BillingKind.TRIAL:
        return t("Free trial")
    less = discounted(price.money, percent)
    words = price_words(t, price)
    return words if less == price.money else t("{price}, for you {less}", price=words, less=t.money(less))


def _until(t: Language, held: OwnedMembership) -> str:
    return t("for ever") if held.entitlement.forever else stamp(held.entitlement.ends_at)


def _button_rows(buttons: list[Button]) -> list[Block]:
    return [Row(tuple(buttons[n : n + IN_A_ROW])) for n in range(0, len(buttons), IN_A_ROW)]
