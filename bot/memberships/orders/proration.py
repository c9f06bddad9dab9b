"""What unused days are worth, and what they buy. Pure, in whole minor units and seconds: what is left of a unit is dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.memberships.model import BillingKind, Entitlement, Order, Price
from bot.money import Money

SECOND = timedelta(seconds=1)


def unused(paid: int, starts: datetime, ends: datetime, at: datetime) -> int:
    """floor(paid × remaining seconds / seconds of the period). What has not begun is unused as a whole."""
    period, left = (ends - starts) // SECOND, (ends - max(at, starts)) // SECOND
    return 0 if period <= 0 or left <= 0 else paid * min(left, period) // period


def discounted(money: Money, percent: int) -> Money:
    """The price with so much per cent off, rounded down."""
    return Money(money.amount * (100 - percent) // 100, money.currency)


@dataclass(frozen=True)
class Exchange:
    """What credit makes of a price: what is `due`, how much of the credit was `used`, the seconds that the rest adds.

    `lost` is credit that buys nothing: what never ends cannot be made longer.
    """

    due: int
    used: int
    extra: int
    lost: int


def exchange(price: Money, credit: int, length: timedelta | None) -> Exchange:
    """Credit above the price buys time at that price. `length` None: for ever."""
    due = max(0, price.amount - credit)
    rest = max(0, credit - price.amount)
    if not rest or length is None or price.amount == 0:
        return Exchange(due, credit - rest, 0, rest)
    return Exchange(due, credit, rest * (length // SECOND) // price.amount, 0)


def dearer(new: Price, old: Entitlement, order: Order, now: datetime) -> bool:
    """Does a day of this price cost more than one of what the member has? What never ends is always more."""
    if new.duration.kind is BillingKind.LIFETIME:
        return True
    if order.renewal is not None:
        had, had_for = order.renewal.amount, order.duration.end(now) - now
    else:
        had, had_for = order.full_price.amount, old.ends_at - old.starts_at
    return new.money.amount * (had_for // SECOND) > had * ((new.duration.end(now) - now) // SECOND)
