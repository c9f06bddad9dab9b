"""The second opinion on the demo community's month, with the till's own file as the provider's list."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from tests.second_opinion.opinion import Reported, Second, agree

PAYMENTS = """
    SELECT a.id, NULL, c.reference, c.amount, c.currency FROM attempt a JOIN checkout c ON c.id = a.paid"""
REFUNDS = """
    SELECT r.id, r.payment_id, c.reference, r.amount, c.currency FROM refund r
    JOIN attempt a ON a.id = r.payment_id JOIN checkout c ON c.id = a.paid"""


def till_of(file: Path) -> list[Reported]:
    """Everything that the till took and gave back."""
    with closing(sqlite3.connect(file)) as till:
        return [
            Reported(
                provider="till",
                kind=kind,
                object_id=object_id,
                payment_id=payment_id,
                order_id=int(reference.partition("-")[2]),
                amount=amount,
                currency=currency,
            )
            for kind, query in (("payment", PAYMENTS), ("refund", REFUNDS))
            for object_id, payment_id, reference, amount, currency in till.execute(query)
        ]


def last_moment(file: Path) -> datetime:
    """When something was last done, on the community's clock."""
    with closing(sqlite3.connect(file)) as lyceum:
        [(moment,)] = lyceum.execute("SELECT max(changed_at) FROM work WHERE state = 'done'")
    return datetime.fromisoformat(f"{moment}+00:00") - timedelta(microseconds=1)


def test_the_demo_s_month_is_what_the_second_opinion_makes_of_it(lived: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    shutil.copytree(lived / "sandbox", folder)
    reported = till_of(folder / "till.db")

    assert reported
    now = last_moment(folder / "lyceum.db")
    agree(folder / "lyceum.db", Second(now=now, listing=["till"], reported=reported))
