"""What members and money do while the bot dies, and how each journey must end, however often it died."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.demo.people import words
from tests.payments.lane import Lane

Journey = Callable[[Lane, str], Awaitable[None]]
"""Somebody of that name, who is new, goes this way to its end."""

BOUGHT = {
    "order": "paid",
    "role": 1,
    "rights": ["live"],
    "grants": 1,
    "ledger": [(0, 3800)],
    "payments": [("paid",)],
    "inbox": [("settled",)],
    "card": "Active until",
}
GIVEN_BACK = {
    "order": "refunded",
    "role": 0,
    "rights": ["revoked"],
    "grants": 0,
    "ledger": [(0, 7600)],
    "payments": [("paid",), ("refunded",)],
    "inbox": [("settled",)],
    "card": "given back",
}
RUN_OUT = BOUGHT | {"role": 0, "rights": ["ended"], "grants": 0, "card": "membership ended"}
KNOWN = {"sent", "late", "unknown"}  # what may have become of a reminder to somebody who can be written to


async def buy(lane: Lane, name: str) -> None:
    """From the command to the role."""
    await bought(lane, name)


async def refund(lane: Lane, name: str) -> None:
    """Bought, and Olivia gives the money back."""
    id_ = await bought(lane, name)
    await lane.persist(lambda: lane.give_back(name, id_))
    await lane.persist(lane.settled)
    await until(lane, name, id_, GIVEN_BACK)


async def expiry(lane: Lane, name: str) -> None:
    """Bought, and the thirty days are over."""
    id_ = await bought(lane, name)
    await lane.persist(lambda: lane.turn(31))
    await lane.persist(lane.settled)
    await until(lane, name, id_, RUN_OUT)


async def reminders(lane: Lane, name: str) -> None:
    """Bought, reminded before the end and at the end: each word once, or on record as not sent."""
    id_ = await bought(lane, name)
    await lane.persist(lambda: lane.type(name, "membership reminders", allowed=1))
    await lane.persist(lambda: lane.turn(31))
    await lane.persist(lane.settled)
    await until(lane, name, id_, RUN_OUT)
    states: list[str] = []
    for _ in range(40):
        await lane.awake()
        query = "SELECT coalesce(reason, state) FROM outbox WHERE kind = 'notice' AND user_id = ?"
        states = [state for (state,) in lane.rows(query, id_)]
        if len(states) == 3 and "sending" not in states:
            break
        await asyncio.sleep(0.25)
    said = [words(message) for message in await lane.people.messages("@bot", name)]
    assert set(states) <= KNOWN and len(states) == 3, (states, said)
    assert states.count("sent") <= len(said) <= states.count("sent") + states.count("unknown"), (states, said)


async def shop_card(lane: Lane, name: str) -> None:
    """Olivia posts the shop card; whoever buys there is somebody of that name."""
    before = len(lane.rows("SELECT message_id FROM shop_card"))
    await lane.persist(lambda: lane.type("olivia", "tier shop"))
    await lane.persist(lane.settled)
    await lane.awake()
    assert len(lane.rows("SELECT message_id FROM shop_card")) == before + 1
    await bought(lane, name)


async def bought(lane: Lane, name: str) -> int:
    """Somebody new joins, orders, pays and has what they paid for; their id."""
    id_ = int((await lane.people.join(name))["user"]["id"])
    link = await lane.persist(lambda: lane.buy(name))
    await lane.persist(lambda: lane.pay(link))
    await lane.persist(lane.settled)
    await until(lane, name, id_, BOUGHT)
    return id_


async def until(lane: Lane, name: str, id_: int, expected: dict[str, Any]) -> None:
    """Wait for the end of a journey; complain with what is there instead."""
    found: dict[str, Any] = {}
    for _ in range(60):
        await lane.awake()
        found = await lane.end(name, id_)
        if found == expected:
            return
        await asyncio.sleep(0.25)
    assert found == expected, (name, lane.died_at, found)


WAYS: dict[str, Journey] = {
    "webhook.": buy,
    "settle.": buy,
    "work.": buy,
    "order.": buy,
    "role.": buy,
    "card.": buy,
    "refund.": refund,
    "role.before_delete": refund,
    "role.after_delete": expiry,
    "entitlement.": expiry,
    "outbox.": reminders,
    "shop.": shop_card,
}
"""Which journey passes a point, by the beginning of its name; the longest that fits counts."""

ELSEWHERE = ("change.", "subscription.")
"""Only subscriptions pass these, and the till sells none: tests/memberships/test_subscriptions.py dies there."""


def way(point: str) -> Journey:
    """The journey that passes this point."""
    return WAYS[max((start for start in WAYS if point.startswith(start)), key=len)]
