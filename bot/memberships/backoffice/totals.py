"""What became of all the money: captured = allocated + given back + open, in each currency. Pure.

Currencies are never added up. This is a check, not bookkeeping: it knows no fees and no payouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.memberships.orders.order_state import ExpectedPayment, amount_left, disputes, order_state, refunded
from bot.money import Money
from bot.payments.port import Fact, FactKind


@dataclass(kw_only=True)
class Totals:
    """Amounts of one currency in its smallest unit. `open` waits for the owner, a refund or a bank's decision.

    `reported` is the balance at the providers by their own facts, `booked` the same by the ledger.
    """

    currency: str
    captured: int = 0
    allocated: int = 0
    given_back: int = 0
    open: int = 0
    reported: int = 0
    booked: int = 0

    @property
    def closed(self) -> bool:
        """Is every cent accounted for, and does the ledger agree with the facts that it was written from?"""
        return self.captured == self.allocated + self.given_back + self.open and self.reported == self.booked


_AT_THE_PROVIDER = {
    FactKind.PAID: 1,
    FactKind.REFUNDED: -1,
    FactKind.REFUND_FAILED: 1,
    FactKind.DISPUTED: -1,
    FactKind.DISPUTE_WON: 1,
}


@dataclass(frozen=True)
class Portion:
    """What became of one payment, by the facts: the parts sum to its amount. A lost dispute counts as given back."""

    payment: Fact
    allocated: int
    given_back: int
    open: int


def portions(expected: ExpectedPayment, facts: Sequence[Fact]) -> list[Portion]:
    """Every payment of an order, and where its money is."""
    state, given_back, (contested, lost) = order_state(expected, facts), refunded(facts), disputes(facts)
    found: list[Portion] = []
    for fact in set(facts):
        if fact.kind is not FactKind.PAID:
            continue
        rest = amount_left(fact, given_back)
        if fact.object_id in lost:
            found.append(Portion(fact, 0, fact.money.amount, 0))
        elif fact.object_id in contested or fact in (*state.odd, *state.extra):
            found.append(Portion(fact, 0, fact.money.amount - rest, rest))
        else:
            found.append(Portion(fact, rest, fact.money.amount - rest, 0))
    return found


def movements(facts: Iterable[Fact]) -> dict[str, tuple[Fact, Money]]:
    """What each fact moved on the seller's account at the provider, by the name under which the ledger books it.

    Positive when money came. Facts that move none are left out.
    """
    return {
        f"{fact.kind}:{fact.object_id}": (fact, Money(sign * fact.money.amount, fact.money.currency))
        for fact in set(facts)
        if (sign := _AT_THE_PROVIDER.get(fact.kind, 0))
    }


def totals(
    orders: Iterable[tuple[ExpectedPayment, Sequence[Fact]]], clearing: Mapping[str, int]
) -> list[Totals]:
    """One line per currency, sorted. `clearing`: the ledger's sum in each currency."""
    by_currency = {
        currency: Totals(currency=currency, booked=amount) for currency, amount in clearing.items()
    }

    def line_of(currency: str) -> Totals:
        return by_currency.setdefault(currency, Totals(currency=currency))

    for expected, facts in orders:
        for _, moved in movements(facts).values():
            line_of(moved.currency).reported += moved.amount
        for portion in portions(expected, facts):
            line = line_of(portion.payment.money.currency)
            line.captured += portion.payment.money.amount
            line.allocated += portion.allocated
            line.given_back += portion.given_back
            line.open += portion.open
    lines = [by_currency[currency] for currency in sorted(by_currency)]
    return [line for line in lines if line.captured or line.reported or line.booked]
