"""What an order's facts mean. A pure function of the set of facts: no order of arrival changes the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.money import Money
from bot.payments.port import Fact, Kind


class State(StrEnum):
    """Where an order stands."""

    CREATED = "created"  # no checkout yet
    PENDING = "pending"  # waits for the money
    PAID = "paid"
    DISPUTED = "disputed"  # the payer's bank took the money back until it is decided
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REVIEW = "review"  # money came that is not the price: the owner decides


@dataclass(frozen=True)
class Due:
    """What an order asks for: `price` first, `renewal` (of a recurring order) later, at the checkout `ref`."""

    price: Money
    renewal: Money | None
    ref: str | None
    partial_revokes: bool = False
    """The policy for a payment of which a part was given back: does the membership end?"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The state, and the payments behind it.

    `counted` payments pay the order (one, or one a period); `extra` ones of the right price came on top, or for
    what cannot be given any more, and are given back; `odd` ones are of another amount, currency or checkout
    and wait for the owner. `ever` tells whether a right payment came at all, refunded or not, `mismatched`
    the same of an odd one. `since` and `until` span the counted periods of a recurring order.
    """

    state: State
    counted: tuple[Fact, ...]
    extra: tuple[Fact, ...]
    odd: tuple[Fact, ...]
    ever: bool
    mismatched: bool
    since: datetime | None
    until: datetime | None
    waiting: bool = False
    """Is every right payment disputed, and nothing decided?"""


def order_state(due: Due, facts: Iterable[Fact]) -> Outcome:
    """Money wins over expiry and cancellation, however late it comes; a refund is remembered even before its payment.

    A disputed payment counts again once the dispute is won, and never once it is lost.
    """
    known = set(facts)
    kinds = {fact.kind for fact in known}
    given_back = refunded(known)
    contested, lost = disputes(known)
    payments = sorted(
        (fact for fact in known if fact.kind is Kind.PAID), key=lambda fact: (fact.at, fact.object_id)
    )
    right = [fact for fact in payments if fits(due, fact)]
    odd = tuple(
        fact
        for fact in payments
        if fact not in right and left(fact, given_back) > 0 and fact.object_id not in contested | lost
    )
    held = [
        fact for fact in right if _holds(fact, given_back, due.partial_revokes) and fact.object_id not in lost
    ]
    # Of several payments for the same thing one that is not contested counts; only such are given back.
    free = [fact for fact in held if fact.object_id not in contested]
    first: dict[datetime | None, Fact] = {}
    for fact in free if Kind.REJECTED not in kinds else ():
        first.setdefault(_period(due, fact), fact)
    counted = tuple(first.values())
    extra = tuple(fact for fact in free if fact not in counted)
    waiting = bool(held) and not free
    free_of_charge = due.price.amount == 0 and Kind.REJECTED not in kinds
    return Outcome(
        state=_state(
            bool(counted) or free_of_charge, waiting, bool(odd or extra), bool(payments), kinds, due.ref
        ),
        counted=counted,
        extra=extra,
        odd=odd,
        ever=bool(right) or due.price.amount == 0,
        mismatched=len(right) < len(payments),
        since=min((fact.period.starts_at for fact in counted if fact.period), default=None),
        until=max((fact.period.ends_at for fact in counted if fact.period), default=None),
        waiting=waiting,
    )


def fits(due: Due, fact: Fact) -> bool:
    """Is this payment the price, at our checkout? Amount and currency are compared strictly, nothing is rounded."""
    if due.ref not in (None, fact.ref):
        return False
    if due.renewal is None:
        return fact.money == due.price and not fact.renewal
    return fact.period is not None and fact.money == (due.renewal if fact.renewal else due.price)


def refunded(facts: Iterable[Fact]) -> Counter[tuple[str | None, str]]:
    """How much of each payment was given back, by (payment id, currency). A refund that failed gave nothing back."""
    known = set(facts)
    failed = {fact.object_id for fact in known if fact.kind is Kind.REFUND_FAILED}
    sums: Counter[tuple[str | None, str]] = Counter()
    for fact in known:
        if fact.kind is Kind.REFUNDED and fact.object_id not in failed:
            sums[fact.payment_id, fact.money.currency] += fact.money.amount
    return sums


def disputes(facts: Iterable[Fact]) -> tuple[frozenset[str], frozenset[str]]:
    """(payments that are disputed now, payments lost in a dispute), by id."""
    known = set(facts)
    decided = {fact.object_id for fact in known if fact.kind in (Kind.DISPUTE_WON, Kind.DISPUTE_LOST)}
    lost = {fact.payment_id for fact in known if fact.kind is Kind.DISPUTE_LOST and fact.payment_id}
    opened = {
        fact.payment_id
        for fact in known
        if fact.kind is Kind.DISPUTED and fact.object_id not in decided and fact.payment_id
    }
    return frozenset(opened - lost), frozenset(lost)


def left(payment: Fact, given_back: Counter[tuple[str | None, str]]) -> int:
    """How much of a payment we still hold."""
    return payment.money.amount - given_back[payment.object_id, payment.money.currency]


def _holds(payment: Fact, given_back: Counter[tuple[str | None, str]], partial_revokes: bool) -> bool:
    rest = left(payment, given_back)
    return rest == payment.money.amount if partial_revokes else rest > 0


def _period(due: Due, fact: Fact) -> datetime | None:
    return fact.period.starts_at if due.renewal is not None and fact.period else None


def _state(paid: bool, disputed: bool, open_: bool, ever: bool, kinds: set[Kind], ref: str | None) -> State:
    if paid:
        return State.PAID
    if disputed:
        return State.DISPUTED
    if open_:
        return State.REVIEW
    if ever:
        return State.REFUNDED
    if Kind.CANCELLED in kinds:
        return State.CANCELLED
    if Kind.EXPIRED in kinds:
        return State.EXPIRED
    return State.PENDING if ref else State.CREATED
