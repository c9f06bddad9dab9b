"""What the simulated shop sells."""

from __future__ import annotations

from bot.memberships.model import After, Price, Span, Terms, Tier, Way
from bot.money import Money
from tests.simulation.hall import GOLD, GUILD, HELPER, PLUS, SILVER

TIERS = (
    (
        Tier(
            id=1,
            guild_id=GUILD,
            name="Gold",
            description="",
            position=1,
            seats=None,
            suspended=None,
            archived=False,
            terms=Terms(version=1, roles=(GOLD,)),
        ),
        "gold",
    ),
    # Holds Gold's role too: ending one of the two must not take it from the other.
    (
        Tier(
            id=2,
            guild_id=GUILD,
            name="Plus",
            description="",
            position=2,
            seats=None,
            suspended=None,
            archived=False,
            terms=Terms(version=1, roles=(GOLD, PLUS), grace_days=3),
        ),
        "plus",
    ),
    (
        Tier(
            id=3,
            guild_id=GUILD,
            name="Silver",
            description="",
            position=3,
            seats=None,
            suspended=None,
            archived=False,
            terms=Terms(version=1, roles=(SILVER,), after=After.FALLBACK, after_role_id=HELPER),
        ),
        "silver",
    ),
)
TRIAL = Price(13, 1, Span(Way.TRIAL, 5), Money(0, "USD"))
LIFETIME = Price(14, 1, Span(Way.LIFETIME), Money(9900, "USD"))
PRICES = (
    Price(11, 1, Span(Way.ONCE, 30), Money(1900, "USD")),
    Price(12, 1, Span(Way.RECURRING, months=1), Money(1500, "USD")),
    Price(21, 2, Span(Way.ONCE, 10), Money(900, "USD")),
    Price(22, 2, Span(Way.RECURRING, months=1), Money(700, "USD")),
    Price(31, 3, Span(Way.PREPAID, months=1), Money(500, "JPY")),
)
SUBSCRIBED = tuple(price for price in PRICES if price.span.way is Way.RECURRING)
