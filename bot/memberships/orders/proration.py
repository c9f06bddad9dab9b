"""The value of unused days, and what it buys. Pure, in whole minor units and seconds, rounded down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.currencies import rounding
from bot.memberships.model import BillingKind, Entitlement, Order, Price
from bot.money import Money

SECOND = timedelta(seconds=1)


def unused(paid: int, starts: datetime, ends: datetime, at: datetime) -> int:
    """floor(paid × remaining seconds / seconds of the period). All of `paid` before the period begins."""
    period, left = (ends - starts) // SECOND, (ends - max(at, starts)) // SECOND
    return 0 if period <= 0 or left <= 0 else paid * min(left, period) // period


def discounted(money: Money, percent: int) -> Money:
    """The price less `percent` per cent, rounded down to what can be charged in its currency."""
    if not percent:
        return money
    step = rounding(money.currency)
    return Money(money.amount * (100 - percent) // (100 * step) * step, money.currency)


@dataclass(frozen=True)
class Exchange:
    """A price less credit: what is `due`, how much credit was `used`, the seconds (`extra`) that the rest adds.

    `lost` is credit that buys nothing, because a lifetime membership cannot be made longer.
    """

    due: int
    used: int
    extra: int
    lost: int


def exchange(price: Money, credit: int, length: timedelta | None) -> Exchange:
    """Apply credit to a price; credit above it buys time at that price. `length` None: no time can be added.

    What is due is rounded up to what can be charged in the currency, so that no more credit is used than there is.
    """
    step = rounding(price.currency)
    due = min(price.amount, -(min(0, credit - price.amount) // step) * step)
    rest = max(0, credit - price.amount)
    if not rest or length is None or price.amount == 0:
        return Exchange(due, price.amount - due, 0, rest)
    return Exchange(due, credit, rest * (length // SECOND) // price.amount, 0)


def costs_more(new: Price, old: Entitlement, order: Order, now: datetime) -> bool:
    """Does this price cost more per day than the present membership? A lifetime price always does."""
    if new.duration.kind is BillingKind.LIFETIME:
        return True
    if order.renewal is not None:
        had, had_for = order.renewal.amount, order.duration.end(now) - now
    else:
        had, had_for = order.full_price.amount, old.ends_at - old.starts_at
    return new.money.amount * (had_for // SECOND) > had * ((new.duration.end(now) - now) // SECOND)
