"""The threats to the webhooks' gate (docs/threats.md): forged, replayed, tampered with, flooded, poisoned."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.money import Money
from bot.payments import store
from bot.payments.port import ProviderNotice
from tests.memberships.shop import GOLD, GUILD, OTHER
from tests.payments.webhook_harness import WebhookHarness, event, slow, webhook_harness

HEAD = b"POST /hooks/bank HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
async def harness(tmp_path: Path) -> AsyncIterator[WebhookHarness]:
    async with webhook_harness(tmp_path) as harness:
        yield harness


async def test_control_a_real_payment_gives_the_role(harness: WebhookHarness) -> None:
    await harness.shop.tier()
    order = await harness.shop.order()

    assert await harness.send(event(order)) == 200
    await harness.shop.worker.run_due()

    assert GOLD in harness.shop.server.held[order.user_id]
    assert await harness.states() == ["settled"]


async def test_t1_twenty_forgeries_leave_nothing(harness: WebhookHarness) -> None:
    await harness.shop.tier()
    body = event(await harness.shop.order())
    [(name, good)] = harness.signed(body)
    stamp, digest = good.removeprefix("t=").split(",v1=")
    signed = harness.signed
    forgeries: list[tuple[bytes, Any]] = [
        (body, None),
        (body, [(name, "")]),
        (body, signed(body, secret=b"guessed")),
        (body, signed(body, secret=b"\x00")),
        (json.dumps(json.loads(body)).encode(), [(name, good)]),  # the same said in other bytes
        (body.decode().encode("utf-16"), [(name, good)]),
        (b"\xef\xbb\xbf" + body, [(name, good)]),
        (body + b" ", [(name, good)]),
        (body[:-1], [(name, good)]),
        (b"", [(name, good)]),
        (body.replace(b'"amount":1900', b'"amount":1901'), [(name, good)]),
        (body, [(name, good), (name, good)]),
        (body, [(name, good), (name.lower(), "t=1,v1=" + "0" * 64)]),
        (body, [(name, "пароль")]),
        (body, [(name, good.replace("v1", "v1é"))]),
        (body, [(name, good + ",v1=" + "0" * 64)]),
        (body, [(name, good.upper())]),
        (body, [(name, f"t={int(stamp) + 1},v1={digest}")]),
        (body, [(name, f"t={stamp},v1={digest[:-1]}")]),
        (body, [(name, f"t=,v1={digest}")]),
        (body, [(name, f"t=-{stamp},v1={digest}")]),
        (body, [("Stripe-Signature", good)]),
    ]

    statuses = [await harness.post(*forgery) for forgery in forgeries]

    assert statuses == [400] * len(forgeries)
    assert await harness.states() == []


async def test_t1_with_an_empty_secret_nothing_is_genuine(tmp_path: Path) -> None:
    async with webhook_harness(tmp_path, secret=b"") as harness:
        body = event(None)

        assert await harness.post(body, harness.signed(body, secret=b"")) == 400
        assert await harness.states() == []


async def test_t1_a_provider_that_cannot_verify_has_no_address(harness: WebhookHarness) -> None:
    harness.signer.receives_webhooks = False
    body = event(None)

    assert await harness.post(body, harness.signed(body)) == 404
    assert await harness.states() == []


async def test_t2_replayed_now_or_later_an_event_counts_once(harness: WebhookHarness) -> None:
    await harness.shop.tier()
    order = await harness.shop.order()
    body = event(order)
    ages = [
        timedelta(),
        timedelta(seconds=-299),
        timedelta(seconds=-301),
        timedelta(days=-31),
        timedelta(hours=1),
    ]

    statuses = [await harness.send(body, by=age) for age in ages]
    await harness.shop.worker.run_due()
    entitlement = await harness.shop.held_entitlements()
    await harness.shop.turn(timedelta(days=29))
    assert await harness.send(body) == 200  # the provider itself, weeks later, signs anew what it sent before
    await harness.shop.worker.run_due()

    assert statuses == [200, 200, 400, 400, 400]
    assert await harness.states() == ["settled"]
    assert await harness.shop.held_entitlements() == entitlement


async def test_t2_for_ever_one_row_even_if_it_says_something_else_the_next_time(
    harness: WebhookHarness,
) -> None:
    await harness.shop.tier()
    order = await harness.shop.order()

    for amount in (1900, 1):
        assert await harness.send(event(order, amount=amount)) == 200
    await harness.shop.worker.run_due()

    assert await harness.states() == ["settled"]
    assert (await harness.shop.look(order)).state.value == "paid"


@pytest.mark.parametrize(
    "field",
    [
        b'"amount":500.0',
        b'"amount":"500"',
        b'"amount":true',
        b'"amount":null',
        b'"amount":NaN',
        b'"amount":Infinity',
        b'"amount":1e3',
        b'"amount":-1900',
        b'"amount":0',
        b'"amount":9223372036854775808',
        b'"amount":[1900]',
        b'"amount":' + b"9" * 5000,
        b'"amount":1900,"amount":1900',
        b'"amount":' + b"[" * 100_000,
        b'"amount":1900,"x":"\\ud800","id":"\\ud800"',
        b'"amount":1900,"currency":"usd"',
        b'"amount":1900,"currency":"\\udfff"',
    ],
    ids=lambda field: field[9:25].decode(),
)
async def test_t4_what_is_no_amount_is_refused_though_signed(harness: WebhookHarness, field: bytes) -> None:
    body = event(None).replace(b'"amount":1900', field)
    if b'"currency"' in field:
        body = body.replace(b',"currency":"USD"', b"")

    assert await harness.send(body) == 400
    assert await harness.states() == []


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 1899}, {"amount": 1901}, {"currency": "JPY"}, {"checkout": "co_other"}, {"amount": 10**12}],
)
async def test_t4_one_field_off_gives_no_role(harness: WebhookHarness, wrong: dict[str, Any]) -> None:
    await harness.shop.tier()
    order = await harness.shop.order()

    assert await harness.send(event(order, **wrong)) == 200
    await harness.shop.worker.run_due()

    assert harness.shop.server.held[order.user_id] == set()
    assert await harness.shop.held_entitlements() == []


async def test_t4_another_guilds_order_is_not_found_by_its_number(harness: WebhookHarness) -> None:
    await harness.shop.tier()
    order = await harness.shop.order()

    assert await harness.send(event(order, reference=f"{OTHER}-{order.id}")) == 200
    await harness.shop.worker.run_due()

    assert await harness.states() == ["unmatched"]
    assert await harness.shop.held_entitlements() == []


async def test_t18_a_body_that_is_too_large_is_refused_however_it_comes(harness: WebhookHarness) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 65536

    big = b" " * (256 * 1024 + 1)
    told = [await harness.send(big)]
    try:
        told.append(await harness.post(endless(), harness.signed(b"")))
    except ConnectionError:  # hung up on while we still spoke
        told.append(413)

    assert told == [413, 413]
    assert await harness.send(event(None)) == 200
    assert await harness.states() == ["unmatched"]


async def test_t18_slow_sockets_are_hung_up_on_and_hold_nobody_up(harness: WebhookHarness) -> None:
    starts = [b"", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"]
    waiting = [await slow(harness, start) for start in starts for _ in range(60)]

    statuses = await asyncio.gather(*(harness.send(event(None, f"evt_{n}")) for n in range(50)))
    async with asyncio.timeout(5):
        answers = await asyncio.gather(*(one.answer() for one in waiting))

    assert statuses == [200] * 50
    assert {answer[:12] for answer in answers[:120]} == {b""}
    assert {answer[:12] for answer in answers[120:]} == {b"HTTP/1.1 408"}


async def test_t19_one_event_that_cannot_be_stored_among_thousands(harness: WebhookHarness) -> None:
    """Its sender is asked to come again; all others are stored."""
    harness.signer.poison = "evt_5000"
    bodies = [event(None, f"evt_{n}") for n in range(10_000)]

    ends = await asyncio.gather(
        *(harness.intake.receive(harness.signer, harness.signed(body), body) for body in bodies),
        return_exceptions=True,
    )

    assert [n for n, end in enumerate(ends) if end is not None] == [5000]
    assert len(await harness.states()) == 9_999


async def test_t19_at_the_door_it_is_a_503_without_a_word(harness: WebhookHarness) -> None:
    harness.signer.poison = "evt_7"

    statuses = await asyncio.gather(*(harness.send(event(None, f"evt_{n}")) for n in range(20)))

    assert statuses == [503 if n == 7 else 200 for n in range(20)]


async def test_t19_one_event_that_cannot_be_settled_holds_up_no_other(harness: WebhookHarness) -> None:
    await harness.shop.tier()
    bought = [await harness.shop.order(user) for user in (1, 2, 3)]

    harness.defect.add(bought[0].id)
    for n, order in enumerate(bought):
        assert await harness.send(event(order, f"evt_{n}")) == 200
    await harness.shop.worker.run_due()

    held = [GOLD in harness.shop.server.held[order.user_id] for order in bought]
    assert held == [False, True, True]
    assert await harness.states() == ["new", "settled", "settled"]
    harness.defect.clear()
    await harness.shop.patience()
    assert GOLD in harness.shop.server.held[bought[0].user_id]


async def test_a_flood_about_no_order_of_ours_makes_no_work(harness: WebhookHarness) -> None:
    """What a real purchase would have to wait for."""
    await harness.shop.tier()
    order = await harness.shop.order()
    bodies = [event(None, f"evt_{n}") for n in range(500)] + [event(order, "evt_real")]

    await asyncio.gather(
        *(harness.intake.receive(harness.signer, harness.signed(body), body) for body in bodies)
    )

    assert await harness.jobs() == 1
    await harness.shop.worker.run_due()
    assert GOLD in harness.shop.server.held[order.user_id]
    assert await harness.states() == ["settled"] + ["unmatched"] * 500


async def test_the_owner_sees_what_belongs_to_no_order(harness: WebhookHarness) -> None:
    elsewhere = ProviderNotice("evt_9", "charge.refunded", about="ch_9")
    await harness.send(event(None))
    await harness.send(event(None, "evt_2", reference=f"{OTHER}-5"))
    async with harness.shop.db.write() as tx:
        await store.insert_new(tx, [store.Arrival("bank", elsewhere, "0" * 64, harness.shop.moment)], set())
        await store.close(tx, 0, "bank", "evt_9", matched=False)

    async with harness.shop.db.read() as db:
        own, all_ = await store.unmatched(db, GUILD), await store.unmatched(db, GUILD, unnamed=True)

    [one] = own
    assert (one.object_id, one.money, one.kind) == ("pay_evt_1", Money(1900, "USD"), "payment.succeeded")
    assert {(seen.event_id, seen.object_id) for seen in all_} == {("evt_1", "pay_evt_1"), ("evt_9", "ch_9")}
