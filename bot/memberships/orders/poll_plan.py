"""Which orders a provider is asked about next, and when again. Pure; all times are real ones.

A round asks a provider one thing at a time, `MOST` at most. The newest orders that are due and those that are due the
longest take turns in it, so that:

- a fresh order is asked about in the first round after its first wait, however many older ones there are, as long as
  fewer than `MOST` / 2 newer ones are due;
- of N orders that are due, each is asked about within `rounds(N)` rounds, however many fresh ones come.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, zip_longest

from bot.memberships.model import OrderStatus

MOST = 60
"""How many orders a provider is asked about in one round."""
SOON = timedelta(seconds=30)
SLOWEST = {OrderStatus.PENDING: timedelta(minutes=15)}
SLOW = timedelta(hours=6)


@dataclass(frozen=True, kw_only=True)
class Poll:
    """An order that a provider is to be asked about; its id grows with the time at which it was made.

    `wait` is how long it waited last, in the state `asked_as`; both None before it was asked about at all.
    """

    guild_id: int
    order_id: int
    provider: str
    state: OrderStatus
    made_at: datetime
    due_at: datetime
    asked_as: OrderStatus | None = None
    wait: timedelta | None = None
    last: bool = False
    """Is it asked about for the last time?"""


def round_of(due: Collection[Poll], most: int = MOST) -> list[Poll]:
    """The orders to ask about in this round, in turn: the newest, the one that is due the longest, and so on."""
    newest = heapq.nlargest(most, due, key=lambda poll: poll.order_id)
    longest = heapq.nsmallest(most, due, key=lambda poll: (poll.due_at, poll.order_id))
    turns = (poll for turn in zip_longest(newest, longest) for poll in turn if poll is not None)
    return list(islice(dict.fromkeys(turns), most))


def rounds(due: int, most: int = MOST) -> int:
    """After so many rounds each of `due` orders has been asked about, if a round gets through `most`."""
    return -(-due // max(1, most // 2))


def next_wait(poll: Poll, first: timedelta, now: datetime) -> timedelta:
    """How long to wait after asking now.

    While a link is as young as half an hour, half a minute at most: a member who pays is waiting for the role. What is
    older is asked about ever more rarely, and soon again after its state changed.
    """
    if poll.state is OrderStatus.PENDING:
        age = now - poll.made_at
        return max(first, min(age / 10, max(SOON, age / 60), SLOWEST[OrderStatus.PENDING]))
    if poll.wait is None or poll.asked_as is not poll.state:
        return first
    return max(first, min(poll.wait * 2, SLOW))
