"""Phrases that several cards share: how long something lasts, what it costs, which roles it gives, what its end means."""

from __future__ import annotations

from collections.abc import Iterable

from bot.i18n import Language, stamp
from bot.memberships.model import BillingKind, Duration, Entitlement, ExpiryAction, Price, Terms
from bot.payments.port import Phase


def duration_words(t: Language, duration: Duration) -> str:
    """How long a purchase lasts, as a phrase that follows "for"."""
    if duration.kind is BillingKind.LIFETIME:
        return t("ever")
    if duration.months:
        return t.n("{n} month", "{n} months", duration.months)
    return t.n("{n} day", "{n} days", duration.days)


def price_words(t: Language, price: Price) -> str:
    """One way to buy a tier: what it costs, for how long, and whether it renews by itself."""
    duration, money = price.duration, t.money(price.money)
    if duration.kind is BillingKind.LIFETIME:
        return t("{price} once, for ever", price=money)
    if duration.kind is BillingKind.TRIAL:
        return t.n("free for {n} day, once", "free for {n} days, once", duration.days)
    if duration.kind is BillingKind.RECURRING:
        return t.n(
            "{price} every month, renews by itself",
            "{price} every {n} months, renews by itself",
            duration.months,
            price=money,
        )
    return t("{price} for {days}", price=money, days=duration_words(t, duration))


def phase_word(t: Language, phase: Phase | None) -> str:
    """How a subscription stands at its provider."""
    words = {
        Phase.ACTIVE: t("active"),
        Phase.ENDING: t("ends with its period"),
        Phase.PAST_DUE: t("a payment is missing"),
        Phase.PAUSED: t("paused"),
        Phase.ENDED: t("ended"),
    }
    return words[phase] if phase is not None else "–"


def roles_words(roles: Iterable[int]) -> str:
    """Roles as Discord shows them."""
    return " ".join(f"<@&{role}>" for role in roles)


def end_notice(t: Language, terms: Terms) -> str | None:
    """For buyers: that the end of the membership removes from the server; None when it does not."""
    if terms.after is not ExpiryAction.KICK:
        return None
    return t("⚠ When it is over, anyone who has nothing else here is removed from this server.")


def removal_line(t: Language, entitlement: Entitlement, *, renews: bool) -> str | None:
    """That the member is removed from the server when the membership is over, and when; None when they are not."""
    if not entitlement.removes:
        return None
    if renews:
        return t(
            "⚠ When it ends, you will be removed from this server, unless you have something else here by then."
        )
    return t(
        "⚠ You will be removed from this server on {when}, unless you have something else here by then.",
        when=stamp(entitlement.held_until),
    )
