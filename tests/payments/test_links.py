"""A pay link is for one member and one payment, and nobody finds it by trying (docs/threats.md, T5 and T6)."""

from __future__ import annotations

import secrets
import sqlite3
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import aiohttp
from sqlalchemy import insert

from bot.clock import SystemClock, real_now
from bot.money import Money
from bot.payments.till.machine import Till
from bot.payments.till.tables import checkout
from tests.community import Community
from tests.payments.counter import events, link, look, press, roles, shop

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
                "id": secrets.token_hex(16),
                "reference": f"7-{n}",
                "title": "Gold",
                "amount": 1900,
                "currency": "USD",
                "created_at": real_now(),
                "expires_at": first.expires_at,
            }
            for n in range(2, 10_001)
        ]
        await tx.execute(insert(checkout), others)
    await till.close()

    found = hits(tmp_path / "till.db", 1_000_000, lambda: secrets.token_hex(16))

    assert found == 0
    assert len(first.id) == 32  # 128 random bits
    assert (
        hits(tmp_path / "till.db", 10, lambda: first.id) == 10
    )  # the control: a link that is known is found


async def sent(url: str, form: dict[str, str], **query: str) -> int:
    """Send a form from a browser without a past; the status where that leads."""
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(url, params=query, data=form) as answer,
    ):
        return answer.status


async def test_whoever_pays_a_link_pays_for_the_member_who_asked_for_it(community: Community) -> None:
    """Ann's link, opened and paid in Bob's browser, whatever else he sends along."""
    await shop(community)
    url = await link(community, "ann")
    page = await look(url)
    action, hidden = page.forms["pay"]
    bob = {"user": "bob", "user_id": "2", "as": "bob", "reference": f"{community.guild_id}-1", "amount": "1"}

    assert await sent(urljoin(url, action), {**bob, **hidden}, **bob) == 200
    await community.settled()

    assert "Gold" in await roles(community, "ann")
    assert "Gold" not in await roles(community, "bob")


async def test_a_link_that_was_paid_says_so_and_takes_nothing_more(community: Community) -> None:
    await shop(community)
    url = await link(community, "ann")
    action, hidden = (await look(url)).forms["pay"]
    await press(url, "pay")
    await community.settled()

    again = await look(url)
    assert await sent(urljoin(url, action), hidden) == 200  # it was still open in another window
    await community.settled()

    assert "Paid" in again.text and "pay" not in again.forms
    assert await events(community) == ["settled"]


async def test_links_that_are_not_there_answer_alike_and_at_once(community: Community) -> None:
    """No browser tells the next page where it was, nor a search engine what it saw. (benchmarks.webhooks has the p99.)"""
    base = f"{community.app.web.url}/till/pay"
    bodies: set[str] = set()
    seconds: list[float] = []
    async with aiohttp.ClientSession() as browser:
        for _ in range(100):
            begun = time.perf_counter()
            async with browser.get(f"{base}/{secrets.token_hex(16)}") as answer:
                assert answer.status == 404
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["X-Robots-Tag"] == "noindex"
                bodies.add(await answer.text())
            seconds.append(time.perf_counter() - begun)

    assert len(bodies) == 1
    assert statistics.median(seconds) < 0.05
