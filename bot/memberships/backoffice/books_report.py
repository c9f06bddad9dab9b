"""A comparison of the books: its sums so far, what goes into the work that continues it, and how it is reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.memberships.backoffice.comparison import Difference, Line, Mismatch
from bot.money import Money

STEP = timedelta(days=7)
"""How much is compared at a time, at first: little enough for one piece of work."""
FEW = 200


@dataclass(kw_only=True)
class Comparison:
    """What is known so far of a comparison of `[since, until)`; it is done up to `reached`.

    `lines` are by (provider, currency). `foreign`: payments on the providers' accounts that name no order of ours.
    `settled`: what a provider knew and Lyceum did not, until it looked. `silent`: providers that did not answer.
    """

    since: datetime
    until: datetime
    reached: datetime
    lines: dict[tuple[str, str], Line] = field(default_factory=dict[tuple[str, str], Line])
    foreign: int = 0
    settled: list[Difference] = field(default_factory=list[Difference])
    silent: set[str] = field(default_factory=set[str])
    step: timedelta = STEP

    @property
    def finished(self) -> bool:
        """Is all of the span compared?"""
        return self.reached >= self.until

    def advance(self, orders: int) -> None:
        """The next step is done; after one with few orders the next is twice as long."""
        self.reached = min(self.reached + self.step, self.until)
        self.step = self.step * 2 if orders < FEW else STEP

    def add(self, provider: str, currency: str, line: Line) -> None:
        """Add to the sums of a provider and currency."""
        self.lines.setdefault((provider, currency), Line()).add(line)


@dataclass(frozen=True, kw_only=True)
class BooksReport:
    """A comparison with all that differs now. Of the providers that are `installed`, some keep `lists` of their own.

    `handed_over`: it goes on as work, without those who asked for it.
    """

    comparison: Comparison
    differing: tuple[Difference, ...]
    lists: frozenset[str]
    installed: frozenset[str]
    handed_over: bool = False

    def agrees(self, provider: str, line: Line) -> bool:
        """Do the provider's list and our books agree, to the unit and object by object, and did they before we looked?"""
        return (
            provider in self.lists
            and provider not in self.comparison.silent
            and line.closed
            and not any(one.provider == provider for one in (*self.differing, *self.comparison.settled))
        )


def packed(comparison: Comparison, *, asked: bool) -> dict[str, Any]:
    """A comparison as the payload of the work that goes on with it."""
    return {
        "since": comparison.since.isoformat(),
        "until": comparison.until.isoformat(),
        "reached": comparison.reached.isoformat(),
        "asked": asked,
        "foreign": comparison.foreign,
        "lines": [
            [provider, currency, line.came, line.allocated, line.given_back, line.open]
            for (provider, currency), line in comparison.lines.items()
        ],
        "settled": [
            [one.provider, one.object_id, one.order_id, one.theirs.amount, one.theirs.currency]
            for one in comparison.settled
            if one.theirs is not None
        ],
    }


def unpacked(payload: Mapping[str, Any]) -> tuple[Comparison, bool]:
    """The comparison in a payload, and whether somebody asked for it and waits for the outcome."""
    since, until, reached = (datetime.fromisoformat(payload[name]) for name in ("since", "until", "reached"))
    comparison = Comparison(since=since, until=until, reached=reached, foreign=payload["foreign"])
    for provider, currency, *amounts in payload["lines"]:
        comparison.lines[provider, currency] = Line(*amounts)
    comparison.settled = [
        Difference(
            mismatch=Mismatch.MISSING,
            provider=provider,
            object_id=object_id,
            order_id=order_id,
            theirs=Money(amount, currency),
        )
        for provider, object_id, order_id, amount, currency in payload["settled"]
    ]
    return comparison, bool(payload["asked"])
