"""A second opinion on every sum: plain SQL over Lyceum's file and the provider's own list. It imports nothing of bot/."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.second_opinion.rules import RULES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JUDGED = Path(__file__).with_name("judged.sql")


@dataclass(frozen=True, kw_only=True)
class Reported:
    """One object as its provider lists it. `kind`: payment, refund or dispute; `state`: failed, open, won or lost, else ""."""

    provider: str
    kind: str
    object_id: str
    payment_id: str | None
    order_id: int
    amount: int
    currency: str
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A line of the owner's sums, as Lyceum told it."""

    currency: str
    came: int
    allocated: int
    back: int
    open: int


@dataclass(frozen=True, kw_only=True)
class Second:
    """What the second opinion goes by beside the file: the moment, the owner's policy, and the providers' lists.

    `listing` names the providers whose whole list `reported` is. Without `totals` the owner's sums are not compared.
    """

    now: datetime
    listing: Sequence[str] = ()
    reported: Iterable[Reported] = ()
    totals: Iterable[Told] | None = None
    partial_revokes: bool = False
    dispute_suspends: bool = True


def differences(file: Path, second: Second, *, only: Iterable[str] = RULES) -> list[str]:
    """Every disagreement, as "rule: who: the second opinion / Lyceum"."""
    with closing(sqlite3.connect(":memory:", uri=True)) as opinion:
        opinion.create_function("micros", 1, _micros, deterministic=True)
        opinion.execute("ATTACH ? AS shop", (f"file:{file}?mode=ro",))
        _tell(opinion, second)
        opinion.executescript(JUDGED.read_text(encoding="utf-8"))
        return [
            f"{rule}: {who}: {ours} / {theirs}"
            for rule in only
            for who, ours, theirs in opinion.execute(RULES[rule])
        ]


def agree(file: Path, second: Second) -> None:
    """AssertionError with every disagreement, the second opinion before the stroke and Lyceum's tables behind it."""
    found = differences(file, second)
    assert not found, "the second opinion differs:\n  " + "\n  ".join(found[:20])


def _micros(moment: str | None) -> int | None:
    """A stored moment in microseconds: SQL's own functions know milliseconds at best."""
    if moment is None:
        return None
    aware = datetime.fromisoformat(moment)
    return (aware.replace(tzinfo=aware.tzinfo or UTC) - EPOCH) // timedelta(microseconds=1)


def _tell(opinion: sqlite3.Connection, second: Second) -> None:
    totals = list(second.totals) if second.totals is not None else None
    opinion.execute(
        "CREATE TEMP TABLE setting AS SELECT ? AS now, ? AS partial_revokes, ? AS dispute_suspends, ? AS totals_told",
        (
            second.now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
            second.partial_revokes,
            second.dispute_suspends,
            totals is not None,
        ),
    )
    opinion.execute("CREATE TEMP TABLE listing (provider TEXT)")
    opinion.executemany("INSERT INTO listing VALUES (?)", [(name,) for name in second.listing])
    opinion.execute(
        "CREATE TEMP TABLE reported (provider TEXT, kind TEXT, object_id TEXT, payment_id TEXT, order_id INTEGER,"
        " amount INTEGER, currency TEXT, state TEXT)"
    )
    opinion.executemany(
        "INSERT INTO reported VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [astuple(one) for one in second.reported]
    )
    opinion.execute(
        "CREATE TEMP TABLE told (currency TEXT, came INTEGER, allocated INTEGER, back INTEGER, open INTEGER)"
    )
    opinion.executemany("INSERT INTO told VALUES (?, ?, ?, ?, ?)", [astuple(one) for one in totals or ()])
