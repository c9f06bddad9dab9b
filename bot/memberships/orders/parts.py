"""Payments noted by hand, which may come in parts: which notes stand, and what they mean for their order. Pure.

The owner notes each payment and each refund of a bank transfer. A slip is corrected by one more fact, which names the
wrong note; nothing is ever changed. Notes follow each other in time (`next_moment`), so that their order is never in
doubt: 40 noted and 10 given back is a paid order, 20, less 10, and 20 more is one with 10 still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import UserError
from bot.memberships.model import Order, OrderStatus, Outcome, Parts
from bot.money import Money, parse_money
from bot.payments.port import Fact, FactKind
from bot.payments.registry import is_by_hand

NOTES = (FactKind.PAID, FactKind.REFUNDED)


def in_parts(order: Order) -> bool:
    """Are this order's payments noted by hand, so that they may come in parts?"""
    return is_by_hand(order.provider) and order.price.amount > 0


def corrected(facts: Iterable[Fact]) -> frozenset[str]:
    """The ids of the notes that the owner took back."""
    return frozenset(fact.object_id for fact in facts if fact.kind is FactKind.CORRECTED)


def standing(facts: Iterable[Fact]) -> list[Fact]:
    """The notes that stand, in time: payments that came and refunds that went."""
    known = set(facts)
    void = corrected(known) | {fact.object_id for fact in known if fact.kind is FactKind.REFUND_FAILED}
    return sorted(
        (fact for fact in known if fact.kind in NOTES and fact.object_id not in void),
        key=lambda fact: (fact.at, fact.kind is FactKind.REFUNDED, fact.object_id),
    )


def next_moment(facts: Iterable[Fact], now: datetime) -> datetime:
    """The time of the next note: now, or just after the last one."""
    last = max((fact.at for fact in facts), default=None)
    return now if last is None else max(now, last + timedelta(microseconds=1))


def count(price: Money, facts: Iterable[Fact], *, revokes: bool) -> Parts:
    """What the notes that stand add up to. The price is reached once that much is held, and left when all went back.

    `revokes`: does a partial refund end the membership? Money above the price can go back without an effect.
    """
    held, counted, ended = 0, list[Fact](), False
    reached = False
    for note in standing(facts):
        if note.kind is FactKind.PAID:
            held += note.money.amount
            if not reached:
                counted.append(note)
            if held >= price.amount:
                reached, ended = True, False
        else:
            held -= note.money.amount
            if held <= 0:
                reached, ended, counted = False, False, []
            elif reached and revokes and held < price.amount:
                reached, ended = False, True
    allocated = min(held, price.amount) if reached or ended else 0

    def money(amount: int) -> Money:
        return replace(price, amount=max(0, amount))

    return Parts(
        held=money(held),
        missing=money(0 if reached else price.amount - held),
        over=money(held - price.amount),
        allocated=money(allocated),
        counted=tuple(counted) if reached else (),
        ended=ended,
    )


def outcome(price: Money, ref: str | None, facts: Iterable[Fact], *, revokes: bool) -> Outcome:
    """The state of an order whose payments are noted by hand.

    It is paid once its parts make up the price; what is above waits for the owner. With a part held it stays open,
    also after its time: the owner decides what becomes of the money (`refunds.review`).
    """
    known = set(facts)
    kinds = {fact.kind for fact in known}
    notes = standing(known)
    payments = [note for note in notes if note.kind is FactKind.PAID]
    parts = count(price, known, revokes=revokes)
    rejected = FactKind.REJECTED in kinds
    noted = [fact for fact in known if fact.kind is FactKind.PAID]
    return Outcome(
        state=_state(parts, kinds, bool(payments), ref),
        counted=() if rejected else parts.counted,
        extra=tuple(_held_payments(notes)) if rejected else (),
        odd=(),
        ever=bool(parts.counted) or parts.ended or _was_paid(price, notes),
        mismatched=len(noted) > 1 or any(fact.money != price for fact in noted),
        since=None,
        until=None,
        parts=parts,
    )


def accounts(
    price: Money, before: Sequence[Fact], fact: Fact, *, revokes: bool, provider: str, tier_id: int
) -> dict[str, int]:
    """How a note, or its correction, is booked: what does not pay the order yet, or is above its price, is in `suspense`.

    The sides are differences of what the notes add up to before and after, so that after any of them `suspense` holds
    exactly what is held and not allocated. A correction of the last note takes its booking back.
    """
    if fact.kind not in (*NOTES, FactKind.CORRECTED):
        return {}
    was, now = (count(price, facts, revokes=revokes) for facts in (before, [*before, fact]))
    refunds = {known.object_id for known in before if known.kind is FactKind.REFUNDED}
    about_refund = fact.kind is FactKind.REFUNDED or (
        fact.kind is FactKind.CORRECTED and fact.object_id in refunds
    )
    clearing = now.held.amount - was.held.amount
    suspense = (was.held.amount - was.allocated.amount) - (now.held.amount - now.allocated.amount)
    sides = {
        f"clearing:{provider}": clearing,
        "suspense": suspense,
        f"{'refunds' if about_refund else 'sales'}:{tier_id}": -clearing - suspense,
    }
    return {account: delta for account, delta in sides.items() if delta}


def latest_payments_with(payments: list[tuple[Fact, Money]], typed: str) -> list[tuple[Fact, Money]]:
    """The latest payments that together hold the typed amount, and how much of each goes back."""
    asked = parse_money(typed, payments[0][1].currency)
    back: list[tuple[Fact, Money]] = []
    open_ = asked.amount
    for payment, rest in reversed(payments):
        if open_ and rest.currency == asked.currency:
            taken = min(open_, rest.amount)
            back.append((payment, Money(taken, asked.currency)))
            open_ -= taken
    if open_:
        held = sum(rest.amount for _, rest in payments if rest.currency == asked.currency)
        raise UserError(
            "There is not that much left of this order. You can give back {most} at most.",
            most=Money(held, asked.currency),
        )
    return back


def _was_paid(price: Money, notes: Sequence[Fact]) -> bool:
    """Was the price held at any time, refunded since or not?"""
    held = 0
    for note in notes:
        held += note.money.amount if note.kind is FactKind.PAID else -note.money.amount
        if held >= price.amount:
            return True
    return False


def _held_payments(notes: Sequence[Fact]) -> list[Fact]:
    """The payments of which something is still held."""
    gone: dict[str | None, int] = {}
    for note in notes:
        if note.kind is FactKind.REFUNDED:
            gone[note.payment_id] = gone.get(note.payment_id, 0) + note.money.amount
    return [
        note
        for note in notes
        if note.kind is FactKind.PAID and note.money.amount > gone.get(note.object_id, 0)
    ]


def _state(parts: Parts, kinds: set[FactKind], was_paid: bool, ref: str | None) -> OrderStatus:
    if parts.held.amount and FactKind.REJECTED in kinds:
        return OrderStatus.REVIEW
    if parts.counted:
        return OrderStatus.PAID
    if parts.incomplete and not parts.ended:
        return OrderStatus.PENDING if ref else OrderStatus.CREATED
    if was_paid:
        return OrderStatus.REFUNDED
    if FactKind.CANCELLED in kinds:
        return OrderStatus.CANCELLED
    if FactKind.EXPIRED in kinds:
        return OrderStatus.EXPIRED
    return OrderStatus.PENDING if ref else OrderStatus.CREATED
