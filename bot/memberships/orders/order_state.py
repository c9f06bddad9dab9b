"""What an order's facts mean. A pure function of the set of facts: no order of arrival changes the answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.memberships.model import OrderStatus, Outcome
from bot.money import Money
from bot.payments.port import Fact, FactKind


@dataclass(frozen=True)
class ExpectedPayment:
    """What an order asks for: `price` first, `renewal` (of a recurring order) later, at the checkout `ref`."""

    price: Money
    renewal: Money | None
    ref: str | None
    partial_revokes: bool = False
    """The policy for a payment of which a part was given back: does the membership end?"""


def order_state(due: ExpectedPayment, facts: Iterable[Fact]) -> Outcome:
    """Money wins over expiry and cancellation, however late it comes; a refund is remembered even before its payment.

    A disputed payment counts again once the dispute is won, and never once it is lost.
    """
    known = set(facts)
    kinds = {fact.kind for fact in known}
    given_back = refunded(known)
    contested, lost = disputes(known)
    payments = sorted(
        (fact for fact in known if fact.kind is FactKind.PAID), key=lambda fact: (fact.at, fact.object_id)
    )
    matching = [fact for fact in payments if matches(due, fact)]
    odd = tuple(
        fact
        for fact in payments
        if fact not in matching
        and amount_left(fact, given_back) > 0
        and fact.object_id not in contested | lost
    )
    held = [
        fact
        for fact in matching
        if _holds(fact, given_back, due.partial_revokes) and fact.object_id not in lost
    ]
    # Of several payments for the same thing one that is not contested counts; only such are given back.
    free = [fact for fact in held if fact.object_id not in contested]
    first: dict[datetime | None, Fact] = {}
    for fact in free if FactKind.REJECTED not in kinds else ():
        first.setdefault(_period(due, fact), fact)
    counted = tuple(first.values())
    extra = tuple(fact for fact in free if fact not in counted)
    waiting = bool(held) and not free
    free_of_charge = due.price.amount == 0 and FactKind.REJECTED not in kinds
    return Outcome(
        state=_state(
            bool(counted) or free_of_charge, waiting, bool(odd or extra), bool(payments), kinds, due.ref
        ),
        counted=counted,
        extra=extra,
        odd=odd,
        ever=bool(matching) or due.price.amount == 0,
        mismatched=len(matching) < len(payments),
        since=min((fact.period.starts_at for fact in counted if fact.period), default=None),
        until=max((fact.period.ends_at for fact in counted if fact.period), default=None),
        waiting=waiting,
    )


def matches(due: ExpectedPayment, fact: Fact) -> bool:
    """Is this payment the price, at our checkout? Amount and currency are compared strictly, nothing is rounded."""
    if due.ref not in (None, fact.ref):
        return False
    if due.renewal is None:
        return fact.money == due.price and not fact.renewal
    return fact.period is not None and fact.money == (due.renewal if fact.renewal else due.price)


def refunded(facts: Iterable[Fact]) -> Counter[tuple[str | None, str]]:
    """How much of each payment was given back, by (payment id, currency). A refund that failed gave nothing back."""
    known = set(facts)
    failed = {fact.object_id for fact in known if fact.kind is FactKind.REFUND_FAILED}
    sums: Counter[tuple[str | None, str]] = Counter()
    for fact in known:
        if fact.kind is FactKind.REFUNDED and fact.object_id not in failed:
            sums[fact.payment_id, fact.money.currency] += fact.money.amount
    return sums


def disputes(facts: Iterable[Fact]) -> tuple[frozenset[str], frozenset[str]]:
    """(payments that are disputed now, payments lost in a dispute), by id."""
    known = set(facts)
    decided = {fact.object_id for fact in known if fact.kind in (FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST)}
    lost = {fact.payment_id for fact in known if fact.kind is FactKind.DISPUTE_LOST and fact.payment_id}
    opened = {
        fact.payment_id
        for fact in known
        if fact.kind is FactKind.DISPUTED and fact.object_id not in decided and fact.payment_id
    }
    return frozenset(opened - lost), frozenset(lost)


def amount_left(payment: Fact, given_back: Counter[tuple[str | None, str]]) -> int:
    """How much of a payment we still hold."""
    return payment.money.amount - given_back[payment.object_id, payment.money.currency]


def _holds(payment: Fact, given_back: Counter[tuple[str | None, str]], partial_revokes: bool) -> bool:
    rest = amount_left(payment, given_back)
    return rest == payment.money.amount if partial_revokes else rest > 0


def _period(due: ExpectedPayment, fact: Fact) -> datetime | None:
    return fact.period.starts_at if due.renewal is not None and fact.period else None


def _state(
    paid: bool, disputed: bool, open_: bool, ever: bool, kinds: set[FactKind], ref: str | None
) -> OrderStatus:
    if paid:
        return OrderStatus.PAID
    if disputed:
        return OrderStatus.DISPUTED
    if open_:
        return OrderStatus.REVIEW
    if ever:
        return OrderStatus.REFUNDED
    if FactKind.CANCELLED in kinds:
        return OrderStatus.CANCELLED
    if FactKind.EXPIRED in kinds:
        return OrderStatus.EXPIRED
    return OrderStatus.PENDING if ref else OrderStatus.CREATED
