"""What became of all the money: captured = allocated + given back + open, in each currency. Pure.

Currencies are never added up. This is a check, not bookkeeping: it knows no fees and no payouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.memberships.model import OrderStatus
from bot.memberships.orders.order_state import ExpectedPayment, amount_left, disputes, order_state, refunded
from bot.memberships.orders.parts import corrected
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


def totals(
    orders: Iterable[tuple[ExpectedPayment, Sequence[Fact]]], clearing: Mapping[str, int]
) -> list[Totals]:
    """One line per currency, sorted. A lost dispute counts as given back. `clearing`: the ledger's sum in each currency."""
    by_currency = {
        currency: Totals(currency=currency, booked=amount) for currency, amount in clearing.items()
    }
    for expected, known in orders:
        state = order_state(expected, known)
        wrong = corrected(known)  # notes of the owner that were never so, with their corrections
        facts = [fact for fact in known if fact.object_id not in wrong]
        given_back, (contested, lost) = refunded(facts), disputes(facts)
        for fact in set(facts):
            line = by_currency.setdefault(fact.money.currency, Totals(currency=fact.money.currency))
            line.reported += _AT_THE_PROVIDER.get(fact.kind, 0) * fact.money.amount
            if fact.kind is not FactKind.PAID:
                continue
            rest = amount_left(fact, given_back)
            line.captured += fact.money.amount
            line.given_back += fact.money.amount - rest
            if state.parts is not None:
                continue
            if fact.object_id in lost:
                line.given_back += rest
            elif fact.object_id in contested or fact in (*state.odd, *state.extra):
                line.open += rest
            else:
                line.allocated += rest
        if state.parts is not None and state.parts.held.amount:
            pays = 0 if state.state is OrderStatus.REVIEW else state.parts.allocated.amount
            line = by_currency[state.parts.held.currency]
            line.allocated += pays
            line.open += state.parts.held.amount - pays
    lines = [by_currency[currency] for currency in sorted(by_currency)]
    return [line for line in lines if line.captured or line.reported or line.booked]
