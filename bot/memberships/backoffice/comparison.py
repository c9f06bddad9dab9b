"""One order held against what its provider lists: reported = allocated + given back + open, per payment. Pure.

Three records of the same money are compared: the provider's list, our facts, and the ledger. Whoever deletes or alters
a row of one of them makes it differ from the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.memberships.backoffice.totals import Portion, movements, portions
from bot.memberships.model import Order, OrderStatus
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.memberships.orders.store.ledger import Booking
from bot.money import Money
from bot.payments.port import Fact, FactKind
from bot.payments.statements import ReportedPayment


class Mismatch(StrEnum):
    """In what two records of the same money differ."""

    MISSING = "missing"  # the provider has it, and we do not
    UNCONFIRMED = "unconfirmed"  # we have it, and the provider does not
    AMOUNT = "amount"
    NO_ORDER = "no_order"  # it names an order that is not in the database
    HELD = "held"  # all reports are known, but what is counted is not what is left
    LEDGER = "ledger"  # the ledger does not say what the facts say
    STATE = "state"  # the order's state does not follow from its facts


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs. `theirs` is the provider's amount (of LEDGER the facts'), `ours` what we count.

    `payment_id` is the payment that the object is, or is about; None when the difference is about the whole order.
    """

    mismatch: Mismatch
    provider: str
    object_id: str
    order_id: int
    payment_id: str | None = None
    theirs: Money | None = None
    ours: Money | None = None


@dataclass(frozen=True, kw_only=True)
class Records:
    """All that is known of one order. `listed`: its payments as its provider lists them now; None when there is no list.

    A payment that the provider was asked about and does not know is in it as None.
    """

    order: Order
    expected: ExpectedPayment
    facts: Sequence[Fact]
    bookings: Sequence[Booking]
    listed: Mapping[str, ReportedPayment | None] | None


@dataclass
class Line:
    """Sums of one provider and currency. `came` and `given_back` are the provider's, if it lists them."""

    came: int = 0
    allocated: int = 0
    given_back: int = 0
    open: int = 0

    @property
    def closed(self) -> bool:
        """Is every unit that came accounted for?"""
        return self.came == self.allocated + self.given_back + self.open

    def add(self, other: Line) -> None:
        """Add the sums of another line."""
        self.came += other.came
        self.allocated += other.allocated
        self.given_back += other.given_back
        self.open += other.open


def differences(records: Records) -> list[Difference]:
    """Everything in which the records of one order differ; each object once a kind."""
    found = [*_from_ledger(records), *_from_state(records)]
    if records.listed is not None:
        found += _from_provider(records, records.listed)
    return list({(one.mismatch, one.object_id): one for one in reversed(found)}.values())[::-1]


def share(portion: Portion, listed: ReportedPayment | None, *, lists: bool) -> tuple[str, Line]:
    """The currency, and what one payment of ours adds to its line.

    Of a provider that `lists` its payments, what came and went back is what it says; of others what our facts say.
    """
    money = portion.payment.money
    if listed is not None and listed.money.currency == money.currency:
        came, back = listed.money.amount, listed.given_back
    else:
        came, back = 0 if lists else money.amount, portion.given_back
    return money.currency, Line(came, portion.allocated, back, portion.open)


def portions_of(records: Records) -> dict[str, Portion]:
    """Where the money of each payment is by our own facts, by payment."""
    return {portion.payment.object_id: portion for portion in portions(records.expected, records.facts)}


def _from_ledger(records: Records) -> Iterator[Difference]:
    clearing = f"clearing:{records.order.provider}"
    booked: dict[str, dict[str, int]] = {}
    sums: dict[str, int] = {}
    for booking in records.bookings:
        sums[booking.ref] = sums.get(booking.ref, 0) + booking.delta.amount
        if booking.account == clearing:
            booked.setdefault(booking.ref, {})[booking.delta.currency] = booking.delta.amount
    moved = movements(records.facts)
    for ref, (fact, expected) in moved.items():
        if booked.get(ref) != {expected.currency: expected.amount} or sums[ref]:
            counted = booked.get(ref, {}).get(expected.currency)
            ours = None if counted in (None, expected.amount) else Money(counted or 0, expected.currency)
            payment_id = fact.payment_id or fact.object_id
            yield _difference(records, Mismatch.LEDGER, fact.object_id, payment_id, expected, ours)
    for ref in sums.keys() - moved.keys():
        _, _, object_id = ref.partition(":")
        for currency, amount in booked.get(ref, {"": 0}).items():
            stray = Money(amount, currency) if currency else None
            yield _difference(records, Mismatch.LEDGER, object_id, object_id, None, stray)


def _from_state(records: Records) -> Iterator[Difference]:
    """The order's state under the present policy, or under the one that the owner had when it was judged."""
    states = {
        order_state(replace(records.expected, partial_revokes=revokes), records.facts).state
        for revokes in (True, False)
    }
    if OrderStatus.PENDING in states:
        states.add(OrderStatus.CREATED)
    if records.order.state not in states:
        yield _difference(records, Mismatch.STATE, f"order:{records.order.id}", None, None, None)


def _from_provider(records: Records, listed: Mapping[str, ReportedPayment | None]) -> Iterator[Difference]:
    paid = {fact.object_id: fact for fact in records.facts if fact.kind is FactKind.PAID}
    kept = portions_of(records)
    for payment_id, payment in listed.items():
        fact = paid.get(payment_id)
        if payment is None:
            if fact is not None:
                yield _difference(records, Mismatch.UNCONFIRMED, payment_id, payment_id, None, fact.money)
            continue
        found = list(_from_payment(records, payment, fact))
        yield from found
        if not found and fact is not None:
            left = payment.money.amount - payment.given_back
            counted = kept[payment_id].allocated + kept[payment_id].open
            if left != counted:
                currency = payment.money.currency
                yield _difference(
                    records,
                    Mismatch.HELD,
                    payment_id,
                    payment_id,
                    Money(left, currency),
                    Money(counted, currency),
                )


def _from_payment(records: Records, payment: ReportedPayment, fact: Fact | None) -> Iterator[Difference]:
    """A payment and its refunds and disputes, object by object."""
    theirs: dict[tuple[FactKind, str], Money] = {(FactKind.PAID, payment.object_id): payment.money}
    for refund in payment.refunds:
        theirs[FactKind.REFUNDED, refund.object_id] = refund.money
        if refund.failed:
            theirs[FactKind.REFUND_FAILED, refund.object_id] = refund.money
    for dispute in payment.disputes:
        theirs[FactKind.DISPUTED, dispute.object_id] = dispute.money
        theirs[dispute.decision, dispute.object_id] = dispute.money
    about = [one for one in records.facts if one.payment_id == payment.object_id]
    ours = {(one.kind, one.object_id): one.money for one in (*about, *([fact] if fact else []))}
    decided = {dispute.object_id for dispute in payment.disputes if dispute.decision is not FactKind.DISPUTED}
    for (kind, object_id), money in theirs.items():
        known = ours.get((kind, object_id))
        if known is None:
            yield _difference(records, Mismatch.MISSING, object_id, payment.object_id, money, None)
        elif known != money:
            yield _difference(records, Mismatch.AMOUNT, object_id, payment.object_id, money, known)
    for (kind, object_id), money in ours.items():
        overruled = kind in (FactKind.DISPUTE_LOST, FactKind.DISPUTE_WON) and object_id in decided
        if (kind, object_id) not in theirs and not overruled:
            yield _difference(records, Mismatch.UNCONFIRMED, object_id, payment.object_id, None, money)


def _difference(
    records: Records,
    mismatch: Mismatch,
    object_id: str,
    payment_id: str | None,
    theirs: Money | None,
    ours: Money | None,
) -> Difference:
    return Difference(
        mismatch=mismatch,
        provider=records.order.provider,
        object_id=object_id,
        order_id=records.order.id,
        payment_id=payment_id,
        theirs=theirs,
        ours=ours,
    )
