"""What became of all the money: captured = allocated + given back + open, in each currency. Pure.

Currencies are never added up. This is a check, not bookkeeping: it knows no fees and no payouts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.memberships.model import OrderStatus
from bot.memberships.orders.order_state import ExpectedPayment, amount_left, disputes, order_state, refunded
from bot.memberships.orders.parts import NOTES, corrected
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


def portions(expected: ExpectedPayment, known: Sequence[Fact]) -> list[Portion]:
    """Every payment of an order, and where its money is. A note that was corrected is none."""
    wrong = corrected(known)
    facts = [fact for fact in set(known) if fact.object_id not in wrong]
    state, given_back, (contested, lost) = order_state(expected, known), refunded(facts), disputes(facts)
    pays = state.parts.allocated.amount if state.parts and state.state is not OrderStatus.REVIEW else 0
    found: list[Portion] = []
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.object_id)):
        if fact.kind is not FactKind.PAID:
            continue
        rest = amount_left(fact, given_back)
        gone = fact.money.amount - rest
        if state.parts is not None:  # the first parts pay the price
            allocated = min(max(0, rest), pays)
            pays -= allocated
            found.append(Portion(fact, allocated, gone, rest - allocated))
        elif fact.object_id in lost:
            found.append(Portion(fact, 0, fact.money.amount, 0))
        elif fact.object_id in contested or fact in (*state.odd, *state.extra):
            found.append(Portion(fact, 0, gone, rest))
        else:
            found.append(Portion(fact, rest, gone, 0))
    return found


def movements(facts: Iterable[Fact]) -> dict[str, tuple[Fact, Money]]:
    """What each fact moved on the seller's account at the provider, by the name under which the ledger books it.

    Positive when money came. A correction takes back what the note moved that it corrects. Facts that move none are
    left out.
    """
    known = set(facts)
    noted = {fact.object_id: _AT_THE_PROVIDER[fact.kind] for fact in known if fact.kind in NOTES}
    signs = {
        fact: -noted.get(fact.object_id, 0)
        if fact.kind is FactKind.CORRECTED
        else _AT_THE_PROVIDER.get(fact.kind, 0)
        for fact in known
    }
    return {
        f"{fact.kind}:{fact.object_id}": (fact, Money(sign * fact.money.amount, fact.money.currency))
        for fact, sign in signs.items()
        if sign
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
