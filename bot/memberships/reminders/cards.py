"""The direct messages about a membership that ends, and the answer to a member who turns them on or off."""

from __future__ import annotations

from enum import StrEnum

from bot.cards import Accent, Card, card, plain
from bot.i18n import Language, stamp
from bot.memberships.model import Entitlement, Order
from bot.memberships.orders.item_words import buy_command
from bot.memberships.wording import removal_line


class ReminderKind(StrEnum):
    """What a reminder announces."""

    BEFORE = "before"  # the end comes in some days
    GRACE = "grace"  # the days of grace have begun
    LAST = "last"  # the last day of grace has begun
    OVER = "over"


def reminder(t: Language, entitlement: Entitlement, order: Order | None, kind: ReminderKind) -> Card:
    """When the membership ends and how to go on. No amounts, and nothing private: others may see the screen."""
    plan = plain(entitlement.tier.name)
    turn_off = t("-# You asked for these reminders. /membership reminders turns them off.")
    renews = order is not None and order.phase is not None
    removal = removal_line(t, entitlement, renews=False)
    if kind in (ReminderKind.GRACE, ReminderKind.LAST) and pays_for_another(entitlement, order):
        return card(
            t("### {plan}: days of grace", plan=plan)
            if kind is ReminderKind.GRACE
            else t("### {plan}: the last day of grace", plan=plan),
            t(
                "The account that pays for it has not paid. You keep your roles until {when}.",
                when=stamp(entitlement.held_until),
            ),
            removal,
            turn_off,
            accent=Accent.WARN,
        )
    if kind is ReminderKind.BEFORE:
        when = stamp(entitlement.ends_at)
        return card(
            t("### {plan} ends {soon}", plan=plan, soon=stamp(entitlement.ends_at, "R")),
            t(
                "It runs until {when}. To go on, type {command} in the server: the days are added.",
                when=when,
                command=buy_command(entitlement.tier),
            ),
            removal,
            turn_off,
            accent=Accent.WARN,
        )
    if kind is ReminderKind.GRACE:
        when = stamp(entitlement.held_until)
        sentence = (
            t(
                "Its renewal was not paid. You keep your roles until {when}; /membership status says how to pay.",
                when=when,
            )
            if renews
            else t(
                "Its time is over, but you keep your roles until {when}. To go on, type /membership buy in the server.",
                when=when,
            )
        )
        return card(
            t("### {plan}: days of grace", plan=plan), sentence, removal, turn_off, accent=Accent.WARN
        )
    if kind is ReminderKind.LAST:
        when = stamp(entitlement.held_until)
        sentence = (
            t(
                "Its renewal is still not paid, and your roles go on {when}. /membership status says how to pay.",
                when=when,
            )
            if renews
            else t("Your roles go on {when}. To keep them, type /membership buy in the server.", when=when)
        )
        return card(
            t("### {plan}: the last day of grace", plan=plan), sentence, removal, turn_off, accent=Accent.WARN
        )
    return card(
        t("### {plan} is over", plan=plan),
        t("To buy it again, type {command} in the server.", command=buy_command(entitlement.tier))
        if entitlement.tier.item
        else t("Thank you for having been a member. To come back, type /membership buy in the server."),
        turn_off,
        accent=Accent.QUIET,
    )


def unpaid(t: Language, entitlement: Entitlement) -> Card:
    """The same for who pays for a membership that another account has: how to pay, or to pay no more."""
    return card(
        t("### {plan}: a payment is missing", plan=plain(entitlement.tier.name)),
        t(
            "You pay for it, and {member} has it until {when}. /membership status in the server says how to pay, /membership cancel ends it.",
            member=f"<@{entitlement.user_id}>",
            when=stamp(entitlement.held_until),
        ),
        t("-# You asked for these reminders. /membership reminders turns them off."),
        accent=Accent.WARN,
    )


def pays_for_another(entitlement: Entitlement, order: Order | None) -> bool:
    """Is it a subscription that another account than its holder pays for?"""
    return order is not None and order.phase is not None and order.user_id != entitlement.user_id


def choice(t: Language, wanted: bool) -> Card:
    """The answer to a member who turned reminders on or off."""
    if not wanted:
        return card(t("You get no reminders about your membership any more."), accent=Accent.QUIET)
    return card(
        t(
            "I remind you by direct message before your membership ends. /membership reminders turns that off again."
        ),
        accent=Accent.GOOD,
    )
