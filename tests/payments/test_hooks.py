"""POST /hooks/till: forged, repeated, late, hostile. Nothing of it gives a role, and none of it is a 500."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.demo.people import words
from bot.memberships.orders.tables import order
from bot.payments.tables import inbox
from bot.payments.till.signing import HEADER
from tests.community import Community
from tests.payments.counter import events, link, post, roles, shop, signed

LATER = timedelta(seconds=1)


@pytest.fixture
async def waiting(community: Community) -> AsyncIterator[Community]:
    """Gold is on sale, and Ann holds a pay link."""
    await shop(community)
    await link(community)
    yield community


def hook(community: Community) -> str:
    return f"{community.app.web.url}/hooks/till"


async def event(community: Community, **changes: Any) -> bytes:
    """What the till would send when Ann has paid."""
    async with community.app.db.read() as db:
        row = (await db.execute(select(order))).one()
    what = {
        "id": "pay_1",
        "checkout": row.provider_ref,
        "reference": f"{row.guild_id}-{row.id}",
        "amount": row.amount,
        "currency": row.currency,
    }
    told = {
        "id": "evt_1",
        "kind": "payment.succeeded",
        "at": row.created_at.isoformat(),
        "object": {**what, **changes},
    }
    return json.dumps(told, separators=(",", ":")).encode()


async def nothing_happened(community: Community) -> bool:
    await community.settled()
    return "Gold" not in await roles(community) and await events(community) == []


async def test_control_the_real_one_gives_the_role(waiting: Community) -> None:
    body = await event(waiting)

    assert await post(hook(waiting), body, signed(waiting, body)) == 200

    await waiting.settled()
    assert "Gold" in await roles(waiting)


async def test_forged_ones_are_refused_without_a_reason(waiting: Community) -> None:
    body = await event(waiting)
    [good] = signed(waiting, body)
    forgeries: list[tuple[bytes, list[tuple[str, str]] | None]] = [
        (body, None),
        (body, signed(waiting, body, secret=b"guessed")),
        (body, signed(waiting, body, secret=b"\x00")),
        (json.dumps(json.loads(body)).encode(), [good]),
        (body + b" ", [good]),
        (body, [good, good]),
        (body, [(HEADER, "")]),
        (body, [(HEADER, "пароль")]),
        (body, [(HEADER, good[1] + ",v1=" + "0" * 64)]),
        (body.replace(b"1900", b"1901"), [good]),
        (b"", [good]),
    ]

    statuses = [await post(hook(waiting), *forgery) for forgery in forgeries]

    assert statuses == [400] * len(forgeries)
    assert await nothing_happened(waiting)


@pytest.mark.parametrize("seconds", [-301, 302])
async def test_late_and_early_ones_are_refused(waiting: Community, seconds: int) -> None:
    body = await event(waiting)

    status = await post(hook(waiting), body, signed(waiting, body, by=timedelta(seconds=seconds)))

    assert status == 400
    assert await nothing_happened(waiting)


async def test_the_same_event_twice_counts_once(waiting: Community) -> None:
    body = await event(waiting)

    statuses = await asyncio.gather(*(post(hook(waiting), body, signed(waiting, body)) for _ in range(20)))
    await waiting.settled()

    assert set(statuses) == {200}
    assert await events(waiting) == ["settled"]
    assert "Gold" in await roles(waiting)


async def test_an_event_under_two_ids_counts_once(waiting: Community) -> None:
    body = await event(waiting)
    again = body.replace(b"evt_1", b"evt_2")

    for one in (body, again):
        assert await post(hook(waiting), one, signed(waiting, one)) == 200
    await waiting.settled()

    status = words((await waiting.slash("ann", "membership status"))["message"])
    assert status.count("Gold") == 2  # one membership, one order


@pytest.mark.parametrize("wrong", [{"amount": 1}, {"currency": "JPY"}, {"checkout": "0" * 32}])
async def test_money_that_is_not_the_price_gives_no_role(waiting: Community, wrong: dict[str, Any]) -> None:
    body = await event(waiting, **wrong)

    assert await post(hook(waiting), body, signed(waiting, body)) == 200
    await waiting.settled()

    assert "Gold" not in await roles(waiting)
    assert "These need you" in words((await waiting.slash("olivia", "order list"))["message"])


async def test_money_for_no_order_of_ours_is_kept_for_the_owner(waiting: Community) -> None:
    body = await event(waiting, reference=f"{waiting.guild_id}-12345")

    assert await post(hook(waiting), body, signed(waiting, body)) == 200
    await waiting.settled()

    assert await events(waiting) == ["unmatched"]


async def test_a_refund_that_overtakes_its_payment_is_remembered(waiting: Community) -> None:
    paid = await event(waiting)
    refund = await event(waiting, id="re_1", payment="pay_1")
    refund = refund.replace(b"payment.succeeded", b"refund.succeeded").replace(b"evt_1", b"evt_2")

    for body in (refund, paid):
        assert await post(hook(waiting), body, signed(waiting, body)) == 200
        await waiting.settled()

    assert "Gold" not in await roles(waiting)
    assert "refunded" in words((await waiting.slash("olivia", "order list"))["message"])


async def test_unknown_kinds_are_kept_and_ignored(waiting: Community) -> None:
    body = (await event(waiting)).replace(b"payment.succeeded", b"customer.created")

    assert await post(hook(waiting), body, signed(waiting, body)) == 200

    assert await events(waiting) == ["ignored"]


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"id":"\\ud800"}',
        b'{"amount":NaN}',
        b"\xff",
        b"{}",
        b"null",
    ],
    ids=["nested", "digits", "surrogate", "nan", "bytes", "empty", "null"],
)
async def test_hostile_bodies_are_refused_even_when_signed(waiting: Community, body: bytes) -> None:
    assert await post(hook(waiting), body, signed(waiting, body)) == 400

    assert await nothing_happened(waiting)


async def test_a_body_without_end_is_refused(waiting: Community) -> None:
    body = b" " * (256 * 1024 + 1)

    assert await post(hook(waiting), body, signed(waiting, body)) == 413


async def test_a_provider_that_is_off_does_not_exist(waiting: Community) -> None:
    assert await post(f"{waiting.app.web.url}/hooks/stripe", b"{}") == 404


async def test_while_the_store_cannot_write_the_till_is_asked_to_come_again(waiting: Community) -> None:
    """No 2xx before the fact is durable: another process holds the database."""
    body = await event(waiting)
    async with waiting.app.db.write() as tx:
        await tx.exec_driver_sql("PRAGMA busy_timeout=50")
    other = sqlite3.connect(waiting.app.db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    refused = await post(hook(waiting), body, signed(waiting, body))
    other.execute("ROLLBACK")
    other.close()

    accepted = await post(hook(waiting), body, signed(waiting, body))

    assert (refused, accepted) == (503, 200)
    await waiting.settled()
    assert "Gold" in await roles(waiting)


async def test_the_body_itself_is_not_kept(waiting: Community) -> None:
    told = json.loads(await event(waiting))
    told["buyer"] = "Ann Example, ann@example.org"
    body = json.dumps(told).encode()

    assert await post(hook(waiting), body, signed(waiting, body)) == 200
    await waiting.settled()

    async with waiting.app.db.read() as db:
        row = (await db.execute(select(inbox))).one()
    assert "example.org" not in str(row)
    folder = waiting.app.db.path.parent
    assert not any(b"example.org" in path.read_bytes() for path in folder.iterdir() if path.is_file())
