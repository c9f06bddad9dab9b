"""Who is asked about next, over ten thousand orders in virtual time: nobody starves, and the newest are first."""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from bot.memberships.model import OrderStatus
from bot.memberships.orders.poll_plan import MOST, SLOW, Poll, next_wait, round_of, rounds

START = datetime(2026, 11, 16, 9, tzinfo=UTC)
FIRST = timedelta(seconds=20)  # the setting's default: between two rounds, and before the first question
ONE = timedelta(seconds=0.15)  # how long a provider takes for an answer
MINUTE = timedelta(minutes=1)
PAID_AFTER = timedelta(minutes=4)


def order(number: int, made_at: datetime, state: OrderStatus = OrderStatus.PENDING) -> Poll:
    return Poll(
        guild_id=1, order_id=number, provider="bank", state=state, made_at=made_at, due_at=made_at + FIRST
    )


class Bank:
    """Asks in rounds, one order at a time, as `polling.py` does; remembers when each was asked about."""

    def __init__(self, orders: list[Poll], most: int = MOST) -> None:
        self.now = START
        self.most = most
        self.orders: dict[int, Poll] = {}
        self.asked: dict[int, list[datetime]] = {}
        self.late = timedelta(0)
        self._due: set[int] = set()
        self._ahead: list[tuple[datetime, int]] = []
        for poll in orders:
            self.add(poll)

    def add(self, poll: Poll) -> None:
        self.asked[poll.order_id] = []
        self._plan(poll)

    def _plan(self, poll: Poll) -> None:
        self.orders[poll.order_id] = poll
        self._due.discard(poll.order_id)
        heapq.heappush(self._ahead, (poll.due_at, poll.order_id))

    def _all_due(self) -> list[Poll]:
        while self._ahead and self._ahead[0][0] <= self.now:
            self._due.add(heapq.heappop(self._ahead)[1])
        return [self.orders[number] for number in self._due]

    def round(self) -> None:
        began = self.now
        for poll in round_of(self._all_due(), self.most):
            if self.now - began > FIRST / 2:
                break
            self.now += ONE
            self.late = max(self.late, self.now - poll.due_at)
            self.asked[poll.order_id].append(self.now)
            wait = next_wait(poll, FIRST, self.now)
            self._plan(replace(poll, due_at=self.now + wait, wait=wait, asked_as=poll.state))
        self.now = max(began + FIRST, self.now)


def test_a_fresh_order_is_asked_about_within_a_minute_beside_ten_thousand() -> None:
    """They were paid long ago and are all due at once, as after a long time off; a new one comes every ten seconds."""
    dice = Random(10)
    old = [
        order(number, START - timedelta(seconds=dice.randint(3600, 3_000_000)), OrderStatus.PAID)
        for number in range(10_000)
    ]
    bank = Bank(old)
    fresh: list[int] = []
    paid_at: dict[int, datetime] = {}
    through = min(MOST, int(FIRST / 2 / ONE))  # so many answers fit into half of the time between two rounds
    bound = rounds(len(old) + 100, through)
    while not all(bank.asked[poll.order_id] for poll in old):
        for second in (0, 10):
            made = bank.now - timedelta(seconds=second)
            fresh.append(10_000 + len(fresh))
            bank.add(order(fresh[-1], made))
            paid_at[fresh[-1]] = made + PAID_AFTER
        before = sum(map(len, bank.asked.values()))
        bank.round()
        assert sum(map(len, bank.asked.values())) - before <= MOST
        for number, paid in paid_at.items():
            known = bank.asked[number]
            if known and known[-1] > paid and bank.orders[number].state is OrderStatus.PENDING:
                bank.orders[number] = replace(bank.orders[number], state=OrderStatus.PAID)
        assert bank.now < START + bound * FIRST

    assert len(fresh) > 500
    first = [(bank.asked[number] or [bank.now])[0] - bank.orders[number].made_at for number in fresh]
    assert max(first) <= MINUTE
    told = [
        min(moment for moment in bank.asked[number] if moment >= paid) - paid
        for number, paid in paid_at.items()
        if paid + MINUTE < bank.now
    ]
    assert max(told) <= MINUTE
    assert bank.now <= START + bound * FIRST


def test_in_the_order_of_their_ids_a_fresh_one_would_wait_for_all_others() -> None:
    """The rule of before: the first twenty in id order. A fresh order beside a thousand waits for a quarter of an hour."""
    old = [order(number, START - timedelta(days=1), OrderStatus.PAID) for number in range(1000)]
    due = [*old, order(1000, START)]

    by_id = sorted(due, key=lambda poll: poll.order_id)

    assert by_id.index(due[-1]) // 20 * FIRST > timedelta(minutes=15)
    assert round_of(due)[0] is due[-1]


def test_every_watched_order_is_asked_about_within_its_wait_and_the_rounds_of_all() -> None:
    """Eight hours of three hundred paid orders and a steady stream of new ones."""
    bank = Bank([order(number, START, OrderStatus.PAID) for number in range(300)])

    for n in range(1440):
        if n % 3 == 0:
            bank.add(order(1000 + n, bank.now))
        if n % 30 == 0:  # most are not paid; their links close
            for number, poll in list(bank.orders.items()):
                if poll.state is OrderStatus.PENDING and bank.now - poll.made_at > timedelta(minutes=30):
                    bank.orders[number] = replace(poll, state=OrderStatus.EXPIRED)
        bank.round()

    through = min(MOST, int(FIRST / 2 / ONE))
    assert bank.late <= rounds(len(bank.orders), through) * FIRST
    gaps = [later - earlier for moments in bank.asked.values() for earlier, later in pairwise(moments)]
    assert max(gaps) <= SLOW + rounds(len(bank.orders), through) * FIRST


def test_a_round_never_asks_about_more_than_it_may_and_about_none_twice() -> None:
    dice = Random(1)
    for count in (0, 1, 2, MOST - 1, MOST, MOST + 1, 500):
        due = [order(number, START - timedelta(seconds=dice.randint(0, 10_000))) for number in range(count)]
        dice.shuffle(due)

        asked = round_of(due)

        assert len(asked) == min(count, MOST) == len({poll.order_id for poll in asked})
        newest = sorted(due, key=lambda poll: poll.order_id, reverse=True)[: MOST // 2]
        longest = sorted(due, key=lambda poll: (poll.due_at, poll.order_id))[: MOST // 2]
        assert {poll.order_id for poll in (*newest, *longest)} <= {poll.order_id for poll in asked}


def test_questions_become_rarer_with_age_and_frequent_again_with_news() -> None:
    pending = order(1, START)
    waits = [
        next_wait(pending, FIRST, START + timedelta(minutes=minutes))
        for minutes in (0, 2, 5, 30, 60, 600, 9000)
    ]
    assert waits == sorted(waits)
    assert waits[3] <= timedelta(seconds=30)
    assert waits[-1] == timedelta(minutes=15)

    paid = replace(pending, state=OrderStatus.PAID, asked_as=OrderStatus.PAID, wait=timedelta(hours=4))
    assert next_wait(paid, FIRST, START) == SLOW
    assert next_wait(replace(paid, state=OrderStatus.REFUNDED), FIRST, START) == FIRST
