"""What an order's facts mean. A pure function of the set of facts: no order of arrival changes the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.money import Money
from bot.payments.port import Fact, Kind


class State(StrEnum):
    """Where an order stands."""

    CREATED = "created"  # no checkout yet
    PENDING = "pending"  # waits for the money
    PAID = "paid"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"  # money came that is not the price: the owner decides


@dataclass(frozen=True)
class Outcome:
    """The state, and the payments behind it.

    `counted` pays the order; `extra` payments of the right price came on top and are given back;
    `odd` ones are of another amount, currency or checkout and wait for the owner; `ever` tells
    whether a right payment came at all, refunded or not, and `mismatched` the same of an odd one.
    """

    state: State
    counted: Fact | None
    extra: tuple[Fact, ...]
    odd: tuple[Fact, ...]
    ever: bool
    mismatched: bool


def order_state(price: Money, ref: str | None, facts: Iterable[Fact]) -> Outcome:
    """Money wins over expiry and cancellation, however late it comes; a refund is remembered even before its payment."""
    known = set(facts)
    given_back = refunded(known)
    payments = sorted(
        (fact for fact in known if fact.kind is Kind.PAID), key=lambda fact: (fact.at, fact.object_id)
    )
    right = [fact for fact in payments if fact.money == price and ref in (None, fact.ref)]
    live = [fact for fact in right if left(fact, given_back) > 0]
    odd = tuple(fact for fact in payments if fact not in right and left(fact, given_back) > 0)
    return Outcome(
        state=_state(bool(live), bool(odd), bool(payments), {fact.kind for fact in known}, ref),
        counted=live[0] if live else None,
        extra=tuple(live[1:]),
        odd=odd,
        ever=bool(right),
        mismatched=len(right) < len(payments),
    )


def refunded(facts: Iterable[Fact]) -> Counter[tuple[str | None, str]]:
    """How much of each payment was given back, by (payment id, currency)."""
    sums: Counter[tuple[str | None, str]] = Counter()
    for fact in set(facts):
        if fact.kind is Kind.REFUNDED:
            sums[fact.payment_id, fact.money.currency] += fact.money.amount
    return sums


def left(payment: Fact, given_back: Counter[tuple[str | None, str]]) -> int:
    """How much of a payment we still hold."""
    return payment.money.amount - given_back[payment.object_id, payment.money.currency]


def _state(live: bool, odd: bool, ever: bool, kinds: set[Kind], ref: str | None) -> State:
    if live:
        return State.PAID
    if odd:
        return State.REVIEW
    if ever:
        return State.REFUNDED
    if Kind.CANCELLED in kinds:
        return State.CANCELLED
    if Kind.EXPIRED in kinds:
        return State.EXPIRED
    return State.PENDING if ref else State.CREATED
