"""What a member reads in a direct message about their membership, and in answer to their choice."""

from __future__ import annotations

from enum import StrEnum

from bot.cards import Accent, Card, card, plain
from bot.i18n import Language, stamp
from bot.memberships.model import Entitlement, Order


class Why(StrEnum):
    """What a reminder is about."""

    BEFORE = "before"
    GRACE = "grace"
    LAST = "last"
    OVER = "over"


def reminder(t: Language, entitlement: Entitlement, order: Order | None, why: Why) -> Card:
    """What ends when, and how to go on. Nothing about money, and nothing that others may not read over a shoulder."""
    plan = plain(entitlement.tier.name)
    off = t("-# You asked for these reminders. /membership reminders turns them off.")
    renews = order is not None and order.phase is not None
    if why is Why.BEFORE:
        when = stamp(entitlement.ends_at)
        return card(
            t("### {plan} ends {soon}", plan=plan, soon=stamp(entitlement.ends_at, "R")),
            t(
                "It runs until {when}. To go on, type /membership buy in the server: the days are added.",
                when=when,
            ),
            off,
            accent=Accent.WARN,
        )
    if why is Why.GRACE:
        when = stamp(entitlement.held_until)
        told = (
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
        return card(t("### {plan}: days of grace", plan=plan), told, off, accent=Accent.WARN)
    if why is Why.LAST:
        when = stamp(entitlement.held_until)
        told = (
            t(
                "Its renewal is still not paid, and your roles go on {when}. /membership status says how to pay.",
                when=when,
            )
            if renews
            else t("Your roles go on {when}. To keep them, type /membership buy in the server.", when=when)
        )
        return card(t("### {plan}: the last day of grace", plan=plan), told, off, accent=Accent.WARN)
    return card(
        t("### {plan} is over", plan=plan),
        t("Thank you for having been a member. /membership buy in the server begins anew."),
        off,
        accent=Accent.QUIET,
    )


def choice(t: Language, wanted: bool) -> Card:
    """The answer to the member's choice."""
    if not wanted:
        return card(t("You get no reminders about your membership any more."), accent=Accent.QUIET)
    return card(
        t(
            "I remind you by direct message before your membership ends. /membership reminders turns that off again."
        ),
        accent=Accent.GOOD,
    )
