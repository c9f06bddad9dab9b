"""Reading how long a purchase lasts, as owners type it: a billing kind, and days or months."""

from __future__ import annotations

from bot.errors import UserError
from bot.memberships.model import BillingKind, Duration
from bot.money import Money, parse_money

LONGEST = 3660  # days
MOST_MONTHS = 120
MOST_RENEWAL_MONTHS = 36  # Stripe's documentation: an interval of a recurring price is three years at most


def read_duration(way: BillingKind | None, days: int | None, months: int | None) -> Duration:
    """The duration; without a `way`, days mean once and months prepaid. UserError for what does not go together."""
    way = way or (BillingKind.PREPAID if months is not None and days is None else BillingKind.ONCE)
    if way is BillingKind.LIFETIME:
        if days is not None or months is not None:
            raise UserError("What lasts for ever has no days and no months. Leave both out.")
        return Duration(way)
    if way in (BillingKind.ONCE, BillingKind.TRIAL):
        if months is not None or days is None:
            raise UserError(
                "Sold once or as a trial, a membership lasts some days. Give days, and no months."
            )
        if not 1 <= days <= LONGEST:
            raise UserError(
                "This lasts between 1 and {longest} days. Choose a number in between.",
                longest=LONGEST,
            )
        return Duration(way, days=days)
    if days is not None or months is None:
        raise UserError("Prepaid or renewing, a membership lasts whole months. Give months, and no days.")
    most = MOST_RENEWAL_MONTHS if way is BillingKind.RECURRING else MOST_MONTHS
    if not 1 <= months <= most:
        raise UserError("This lasts between 1 and {most} months. Choose a number in between.", most=most)
    return Duration(way, months=months)


def read_price(duration: Duration, price: str, currency: str) -> Money:
    """The typed price. UserError when it cannot be read, or when a trial would cost something."""
    if duration.kind is not BillingKind.TRIAL:
        return parse_money(price, currency)
    if price.strip() not in ("0", "0.0", "0.00", "0.000"):
        raise UserError("A trial costs nothing. Write 0 as its price.")
    return Money(0, parse_money("1", currency).currency)
