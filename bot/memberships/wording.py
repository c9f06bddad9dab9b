"""Words that several cards share: how long something lasts, what it costs, which roles it gives."""

from __future__ import annotations

from collections.abc import Iterable

from bot.i18n import Words
from bot.memberships.model import Price, Span, Way


def span_words(t: Words, span: Span) -> str:
    """How long a purchase lasts, as it stands after "for"."""
    if span.way is Way.LIFETIME:
        return t("ever")
    if span.months:
        return t.n("{n} month", "{n} months", span.months)
    return t.n("{n} day", "{n} days", span.days)


def price_words(t: Words, price: Price) -> str:
    """One way to buy a tier: what it costs, for how long, and whether it goes on by itself."""
    span, money = price.span, t.money(price.money)
    if span.way is Way.LIFETIME:
        return t("{price} once, for ever", price=money)
    if span.way is Way.TRIAL:
        return t.n("free for {n} day, once", "free for {n} days, once", span.days)
    if span.way is Way.RECURRING:
        return t.n(
            "{price} every month, renews by itself", "{price} every {n} months, renews by itself",
            span.months, price=money,
        )  # fmt: skip
    return t("{price} for {days}", price=money, days=span_words(t, span))


def roles_words(roles: Iterable[int]) -> str:
    """Roles as Discord shows them."""
    return " ".join(f"<@&{role}>" for role in roles)
