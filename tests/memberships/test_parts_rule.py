"""What notes of payments add up to, in any split, order and with any corrections. Pure."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.memberships.backoffice.totals import totals
from bot.memberships.model import OrderStatus
from bot.memberships.orders import parts
from bot.memberships.orders.order_state import ExpectedPayment, amount_left, order_state, refunded
from bot.money import Money
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import GUILD, MONDAY

PRICE = Money(40, "USD")
DUE = ExpectedPayment(PRICE, None, "manual-5", in_parts=True)
BLANK = Fact(
    kind=FactKind.PAID, object_id="", guild_id=GUILD, order_id=5, ref="manual-5", money=PRICE, at=MONDAY
)
NOTES = st.tuples(st.just("note"), st.integers(1, 60))
CORRECTIONS = st.tuples(st.just("correct"), st.integers(0, 60))
RESTS = st.tuples(st.just("rest"), st.just(0))
REFUNDS = st.tuples(st.just("back"), st.integers(1, 60))


class Desk:
    """An owner who notes what came and went, and corrects it; the clock stands all the while."""

    def __init__(self, *, revokes: bool = False) -> None:
        self.facts: list[Fact] = []
        self.came: dict[str, int] = {}
        self.went: dict[str, int] = {}
        self.ledger: Counter[str] = Counter()
        self.revokes = revokes

    @property
    def sum(self) -> int:
        """What came and was not given back, by this desk's own count of what it noted and did not take back."""
        return sum(self.came.values()) - sum(self.went.values())

    def does(self, what: str, amount: int) -> None:
        notes = parts.standing(self.facts)
        if what == "note":
            self.pay(amount)
        elif what == "rest" and self.sum < PRICE.amount:
            self.pay(PRICE.amount - self.sum)
        elif what == "correct":
            free = [
                note
                for note in notes
                if note.kind is FactKind.PAID and all(other.payment_id != note.object_id for other in notes)
            ]
            if free:
                wrong = free[amount % len(free)]
                self.state(FactKind.CORRECTED, wrong.object_id, wrong.money.amount)
                del self.came[wrong.object_id]
                if amount:
                    self.pay(amount, wrong.at)
        elif what == "back":
            gone = refunded(self.facts)
            held = [note for note in notes if note.kind is FactKind.PAID and amount_left(note, gone) > 0]
            if held:
                payment = held[amount % len(held)]
                back = min(amount, amount_left(payment, gone))
                self.went[f"re_{len(self.facts)}"] = back
                self.state(FactKind.REFUNDED, f"re_{len(self.facts)}", back, payment=payment.object_id)

    def pay(self, amount: int, at: datetime | None = None) -> None:
        paid = sum(fact.kind is FactKind.PAID for fact in self.facts)
        self.state(FactKind.PAID, f"5-{paid + 1}", amount, at)
        self.came[f"5-{paid + 1}"] = amount

    def state(
        self,
        kind: FactKind,
        id_: str,
        amount: int,
        at: datetime | None = None,
        *,
        payment: str | None = None,
    ) -> None:
        fact = replace(
            BLANK,
            kind=kind,
            object_id=id_,
            money=Money(amount, "USD"),
            at=at or parts.next_moment(self.facts, MONDAY),
            payment_id=payment,
        )
        sides = parts.accounts(PRICE, self.facts, fact, revokes=self.revokes, provider="manual", tier_id=1)
        assert sum(sides.values()) == 0
        self.ledger.update(sides)
        self.facts.append(fact)


@given(
    steps=st.lists(st.one_of(NOTES, CORRECTIONS, RESTS), max_size=12),
    arrival=st.randoms(use_true_random=False),
)
def test_an_order_is_paid_once_the_notes_that_stand_make_up_its_price(
    steps: list[tuple[str, int]], arrival: random.Random
) -> None:
    """Any split of the price, with corrections in between: the sum decides, and what is above it is said."""
    desk = Desk()
    for what, amount in steps:
        desk.does(what, amount)

    outcome = order_state(DUE, desk.facts)
    shuffled = list(desk.facts)
    arrival.shuffle(shuffled)
    assert order_state(DUE, shuffled) == outcome
    assert outcome.parts is not None
    assert (outcome.state is OrderStatus.PAID) == (desk.sum >= PRICE.amount)
    assert outcome.parts.over.amount == max(0, desk.sum - PRICE.amount)
    assert outcome.parts.missing.amount == max(0, PRICE.amount - desk.sum)
    assert -desk.ledger["sales:1"] == (PRICE.amount if desk.sum >= PRICE.amount else 0)
    assert desk.ledger["refunds:1"] == 0


@given(
    steps=st.lists(st.one_of(NOTES, CORRECTIONS, RESTS, REFUNDS), max_size=12),
    revokes=st.booleans(),
)
def test_the_books_close_after_any_notes_refunds_and_corrections(
    steps: list[tuple[str, int]], revokes: bool
) -> None:
    """What is held lies at the provider, what pays nothing in `suspense`, and the rest is sales less refunds."""
    desk, due = Desk(revokes=revokes), replace(DUE, partial_revokes=revokes)
    for what, amount in steps:
        desk.does(what, amount)
        counted = parts.count(PRICE, desk.facts, revokes=revokes)
        assert desk.ledger["clearing:manual"] == counted.held.amount == desk.sum
        assert -desk.ledger["suspense"] == counted.held.amount - counted.allocated.amount
        assert -desk.ledger["sales:1"] - desk.ledger["refunds:1"] == counted.allocated.amount
        for line in totals([(due, desk.facts)], {"USD": desk.ledger["clearing:manual"]}):
            assert line.closed
            assert (line.allocated, line.allocated + line.open) == (
                counted.allocated.amount,
                counted.held.amount,
            )


def test_what_goes_back_before_the_price_is_complete_is_open_again() -> None:
    """Twenty, ten of it back, and twenty more are not forty."""
    desk = Desk()
    for what, amount in (("note", 20), ("back", 10), ("note", 20)):
        desk.does(what, amount)

    counted = parts.count(PRICE, desk.facts, revokes=False)

    assert (counted.held.amount, counted.missing.amount, counted.counted) == (30, 10, ())


def test_who_got_all_back_begins_anew() -> None:
    """Forty and all of it back, then twenty: half of the price is open, and nothing is paid."""
    desk = Desk()
    for what, amount in (("note", 40), ("back", 40), ("note", 20)):
        desk.does(what, amount)

    outcome = order_state(DUE, desk.facts)

    assert outcome.parts is not None
    assert (outcome.state, outcome.parts.missing.amount) == (OrderStatus.PENDING, 20)


def test_a_part_that_goes_back_later_is_kept_to_the_policy() -> None:
    desk = Desk()
    for what, amount in (("note", 30), ("note", 20), ("back", 25)):
        desk.does(what, amount)

    states = [
        order_state(replace(DUE, partial_revokes=revokes), desk.facts).state for revokes in (False, True)
    ]

    assert states == [OrderStatus.PAID, OrderStatus.REFUNDED]
