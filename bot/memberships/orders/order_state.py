"""The state of an order, from its facts. A pure function of the set: the order of arrival changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.memberships.model import OrderStatus, Outcome
from bot.memberships.orders import parts
from bot.money import Money
from bot.payments.port import Fact, FactKind


@dataclass(frozen=True)
class ExpectedPayment:
    """The payments an order expects: `price` first, then `renewal` if it recurs, at the checkout `ref`."""

    price: Money
    renewal: Money | None
    ref: str | None
    partial_revokes: bool = False
    """The policy for partial refunds: does one end the membership?"""
    in_parts: bool = False
    """Are the payments noted by hand, so that several may make up the price?"""


def order_state(expected: ExpectedPayment, facts: Iterable[Fact]) -> Outcome:
    """Money wins over expiry and cancellation, however late it comes; a refund is remembered even before its payment.

    A disputed payment counts again once the dispute is won, be it by an appeal after a loss.
    """
    known = set(facts)
    if expected.in_parts:
        return parts.outcome(expected.price, expected.ref, known, revokes=expected.partial_revokes)
    kinds = {fact.kind for fact in known}
    given_back = refunded(known)
    contested, lost = disputes(known)
    payments = sorted(
        (fact for fact in known if fact.kind is FactKind.PAID), key=lambda fact: (fact.at, fact.object_id)
    )
    matching = [fact for fact in payments if matches(expected, fact)]
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
        if _still_pays(fact, given_back, expected.partial_revokes) and fact.object_id not in lost
    ]
    # Of several payments for one period the first uncontested one counts; the other uncontested ones are refunded.
    uncontested = [fact for fact in held if fact.object_id not in contested]
    counted_by_period: dict[datetime | None, Fact] = {}
    for fact in uncontested if FactKind.REJECTED not in kinds else ():
        counted_by_period.setdefault(_period(expected, fact), fact)
    counted = tuple(counted_by_period.values())
    extra = tuple(fact for fact in uncontested if fact not in counted)
    resting_by_period: dict[datetime | None, Fact] = {}
    for fact in held if FactKind.REJECTED not in kinds else ():
        period = _period(expected, fact)
        if fact.object_id in contested and period not in counted_by_period:
            resting_by_period.setdefault(period, fact)
    resting = tuple(resting_by_period.values())
    giving = [fact.period for fact in (*counted, *resting) if fact.period]
    waiting = bool(held) and not uncontested
    free_of_charge = expected.price.amount == 0 and FactKind.REJECTED not in kinds
    return Outcome(
        state=_state(
            bool(counted) or free_of_charge, waiting, bool(odd or extra), bool(payments), kinds, expected.ref
        ),
        counted=counted,
        extra=extra,
        odd=odd,
        ever=bool(matching) or expected.price.amount == 0,
        mismatched=len(matching) < len(payments),
        since=min((period.starts_at for period in giving), default=None),
        until=max((period.ends_at for period in giving), default=None),
        waiting=waiting,
        resting=resting,
        lapsed=_lapsed(matching, held),
    )


def matches(expected: ExpectedPayment, fact: Fact) -> bool:
    """Is this payment the expected price, at our checkout? Amount and currency must be exactly equal."""
    if expected.ref not in (None, fact.ref):
        return False
    if expected.renewal is None:
        return fact.money == expected.price and not fact.renewal
    return fact.period is not None and fact.money == (expected.renewal if fact.renewal else expected.price)


def refunded(facts: Iterable[Fact]) -> Counter[tuple[str | None, str]]:
    """The sum gone of each payment, by (payment id, currency). A failed refund counts as none.

    Nothing is left either of a payment that was noted by hand and corrected: it never came.
    """
    known = set(facts)
    corrected = parts.corrected(known)
    failed = {fact.object_id for fact in known if fact.kind is FactKind.REFUND_FAILED} | corrected
    sums: Counter[tuple[str | None, str]] = Counter()
    for fact in known:
        if fact.kind is FactKind.REFUNDED and fact.object_id not in failed:
            sums[fact.payment_id, fact.money.currency] += fact.money.amount
        elif fact.kind is FactKind.PAID and fact.object_id in corrected:
            sums[fact.object_id, fact.money.currency] += fact.money.amount
    return sums


def disputes(facts: Iterable[Fact]) -> tuple[frozenset[str], frozenset[str]]:
    """(payments that are disputed now, payments lost in a dispute), by id.

    Of two decisions on one dispute the later one counts. At the same moment it is the won one: a loss can be appealed.
    """
    known = set(facts)
    decided: dict[str, Fact] = {}
    for fact in sorted(known, key=lambda fact: (fact.at, fact.kind is FactKind.DISPUTE_WON)):
        if fact.kind in (FactKind.DISPUTE_WON, FactKind.DISPUTE_LOST):
            decided[fact.object_id] = fact
    lost = {
        fact.payment_id for fact in decided.values() if fact.kind is FactKind.DISPUTE_LOST and fact.payment_id
    }
    opened = {
        fact.payment_id
        for fact in known
        if fact.kind is FactKind.DISPUTED and fact.object_id not in decided and fact.payment_id
    }
    return frozenset(opened - lost), frozenset(lost)


def overdrawn(facts: Iterable[Fact]) -> list[Fact]:
    """The payments of which more went back than was paid: refunded, and taken by the payer's bank as well."""
    known = set(facts)
    contested, lost = disputes(known)
    gone = refunded(known)
    for fact in known:
        if fact.kind is FactKind.DISPUTED and fact.payment_id in contested | lost:
            gone[fact.payment_id, fact.money.currency] += fact.money.amount
    return [fact for fact in known if fact.kind is FactKind.PAID and amount_left(fact, gone) < 0]


def amount_left(payment: Fact, given_back: Counter[tuple[str | None, str]]) -> int:
    """How much of a payment we still hold."""
    return payment.money.amount - given_back[payment.object_id, payment.money.currency]


def _still_pays(payment: Fact, given_back: Counter[tuple[str | None, str]], partial_revokes: bool) -> bool:
    rest = amount_left(payment, given_back)
    return rest == payment.money.amount if partial_revokes else rest > 0


def _lapsed(matching: Iterable[Fact], held: Iterable[Fact]) -> bool:
    """Did all money for the latest period of a recurring order go back?"""
    latest = max((fact.period.starts_at for fact in matching if fact.period), default=None)
    return latest is not None and all(fact.period is None or fact.period.starts_at != latest for fact in held)


def _period(expected: ExpectedPayment, fact: Fact) -> datetime | None:
    return fact.period.starts_at if expected.renewal is not None and fact.period else None


def _state(
    paid: bool, disputed: bool, unresolved: bool, was_paid: bool, kinds: set[FactKind], ref: str | None
) -> OrderStatus:
    if paid:
        return OrderStatus.PAID
    if disputed:
        return OrderStatus.DISPUTED
    if unresolved:
        return OrderStatus.REVIEW
    if was_paid:
        return OrderStatus.REFUNDED
    if FactKind.CANCELLED in kinds:
        return OrderStatus.CANCELLED
    if FactKind.EXPIRED in kinds:
        return OrderStatus.EXPIRED
    return OrderStatus.PENDING if ref else OrderStatus.CREATED
