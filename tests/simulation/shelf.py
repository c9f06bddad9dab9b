"""What the simulated shop sells."""

from __future__ import annotations

from bot.memberships.item import Item, ItemKind
from bot.memberships.model import BillingKind, Duration, ExpiryAction, Price, Terms, Tier
from bot.money import Money
from tests.simulation.fake_server import GOLD, GUILD, HELPER, PLUS, SILVER

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
            terms=Terms(version=1, roles=(SILVER,), after=ExpiryAction.FALLBACK, after_role_id=HELPER),
        ),
        "silver",
    ),
    # No membership: one course, which gives no role and stands beside all of them.
    (
        Tier(
            id=4,
            guild_id=GUILD,
            name="Knots",
            description="",
            position=0,
            seats=None,
            suspended=None,
            archived=False,
            terms=Terms(version=1, roles=()),
            item=Item(ItemKind.COURSE, 77),
        ),
        "knots",
    ),
)
TRIAL = Price(13, 1, Duration(BillingKind.TRIAL, 5), Money(0, "USD"))
LIFETIME = Price(14, 1, Duration(BillingKind.LIFETIME), Money(9900, "USD"))
QUARTERLY = Price(15, 1, Duration(BillingKind.RECURRING, months=3), Money(4000, "USD"))
PRICES = (
    Price(11, 1, Duration(BillingKind.ONCE, 30), Money(1900, "USD")),
    Price(12, 1, Duration(BillingKind.RECURRING, months=1), Money(1500, "USD")),
    Price(21, 2, Duration(BillingKind.ONCE, 10), Money(900, "USD")),
    Price(22, 2, Duration(BillingKind.RECURRING, months=1), Money(700, "USD")),
    Price(31, 3, Duration(BillingKind.PREPAID, months=1), Money(500, "JPY")),
    Price(41, 4, Duration(BillingKind.ONCE, 20), Money(800, "USD")),
    Price(42, 4, Duration(BillingKind.LIFETIME), Money(2900, "USD")),
)
SUBSCRIBED = tuple(price for price in PRICES if price.duration.kind is BillingKind.RECURRING)
