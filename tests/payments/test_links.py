"""T6: nobody finds somebody else's pay link by trying."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from bot.clock import SystemClock, real_now
from bot.money import Money
from bot.payments.till import Till
from bot.payments.till.tables import checkout

PRICE = Money(1900, "USD")


def hits(path: Path, tries: int, guess: Callable[[], str]) -> int:
    """How many guessed ids there are in the till's file."""
    with sqlite3.connect(path) as file:
        file.execute("CREATE TEMP TABLE guess (id TEXT)")
        file.executemany("INSERT INTO guess VALUES (?)", ((guess(),) for _ in range(tries)))
        [(found,)] = file.execute("SELECT count(*) FROM guess JOIN checkout USING (id)")
    file.close()
    return int(found)


async def test_a_million_random_ids_find_none_of_ten_thousand_links(tmp_path: Path) -> None:
    till = Till(tmp_path, SystemClock(), lambda: "", deliveries=0, delay=0)
    await till.open()
    first = await till.create("7-1", "Gold", PRICE, real_now() + timedelta(minutes=30))
    async with till._db.write() as tx:
        others = [
            {
                "id": secrets.token_hex(16), "reference": f"7-{n}", "title": "Gold", "amount": 1900, "currency": "USD",
                "created_at": real_now(), "expires_at": first.expires_at,
            }
            for n in range(2, 10_001)
        ]  # fmt: skip
        await tx.execute(insert(checkout), others)
    await till.close()

    found = hits(tmp_path / "till.db", 1_000_000, lambda: secrets.token_hex(16))

    assert found == 0
    assert len(first.id) == 32  # 128 random bits
    assert (
        hits(tmp_path / "till.db", 10, lambda: first.id) == 10
    )  # the control: a link that is known is found
