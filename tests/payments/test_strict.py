"""Hostile JSON ends as InvalidWebhook and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import real_now
from bot.money import Money
from bot.payments.port import FactKind, InvalidWebhook
from bot.payments.till.provider import TillProvider
from bot.payments.till.signing import HEADER, sign

SECRET = b"the till's secret"
OBJECT = {"id": "pay_1", "checkout": "co_1", "reference": "7-5", "amount": 1900, "currency": "USD"}
EVENT = {"id": "evt_1", "kind": "payment.succeeded", "at": "2026-11-02T08:00:00+00:00", "object": OBJECT}
REFUND = {**EVENT, "kind": "refund.succeeded", "object": {**OBJECT, "id": "re_1", "payment": "pay_1"}}


def read(body: bytes) -> Any:
    provider = TillProvider(SECRET, lambda: "", lambda: "")
    return provider.verify([(HEADER, sign(SECRET, body, real_now()))], body, real_now())


def with_(event: dict[str, Any], **changes: Any) -> bytes:
    changed = json.loads(json.dumps(event))
    for path, value in changes.items():
        target = changed
        *way, last = path.split("__")
        for step in way:
            target = target[step]
        target[last] = value
    return json.dumps(changed).encode("utf-8", "surrogatepass")


def test_a_good_event_is_read() -> None:
    notice = read(with_(EVENT))

    assert notice.event_id == "evt_1"
    assert (notice.fact.kind, notice.fact.guild_id, notice.fact.order_id) == (FactKind.PAID, 7, 5)
    assert notice.fact.money == Money(1900, "USD")
    assert notice.fact.at == datetime(2026, 11, 2, 8, tzinfo=UTC)


def test_an_event_that_means_nothing_to_us_carries_no_fact() -> None:
    assert read(with_(EVENT, kind="customer.created", object=None)).fact is None


@pytest.mark.parametrize(
    "amount", [500.0, 1e300, "500", True, False, None, 0, -1, 2**63, 10**12 + 1, [500], {"a": 1}]
)
def test_an_amount_is_an_integer_above_zero(amount: object) -> None:
    with pytest.raises(InvalidWebhook):
        read(with_(EVENT, object__amount=amount))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("object__currency", "usd"),
        ("object__currency", "US"),
        ("object__currency", 840),
        ("object__currency", "ＵＳＤ"),
        ("object__reference", "5"),
        ("object__reference", "7-"),
        ("object__reference", "07-5"),
        ("object__reference", "7-5-1"),
        ("object__reference", "-7-5"),
        ("object__reference", f"7-{2**63}"),
        ("object__reference", "7-٥"),
        ("object__reference", 75),
        ("object__id", ""),
        ("object__id", "x" * 121),
        ("object__id", "a b"),
        ("object__id", "\ud800"),
        ("object__id", ["pay_1"]),
        ("object__checkout", "\x00"),
        ("object", []),
        ("object", "pay_1"),
        ("id", None),
        ("id", 7),
        ("kind", {}),
        ("kind", "\udfff"),
        ("at", "yesterday"),
        ("at", "2026-11-02T08:00:00"),
        ("at", 1),
        ("at", None),
        ("at", "0001-01-01T00:00:00+23:59"),
    ],
)
def test_every_field_is_what_it_should_be(path: str, value: object) -> None:
    with pytest.raises(InvalidWebhook):
        read(with_(EVENT, **{path: value}))


def test_a_refund_names_its_payment() -> None:
    assert read(with_(REFUND)).fact.payment_id == "pay_1"
    with pytest.raises(InvalidWebhook):
        read(with_(REFUND, object__payment=None))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"NaN",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"id":"a","id":"b"}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":1e5}',
        b'{"a":1.0}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_object_of_ours_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidWebhook):
        read(body)


@settings(max_examples=300, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    ),
    st.sampled_from(
        [
            "id",
            "kind",
            "at",
            "object",
            "object__id",
            "object__amount",
            "object__currency",
            "object__reference",
        ]
    ),
)
def test_nothing_else_ever_comes_out(value: object, path: str) -> None:
    """A Notice or InvalidWebhook: an uncaught error would be a 500, and the till would send it for ever."""
    try:
        notice = read(with_(EVENT, **{path: value}))
    except InvalidWebhook:
        return
    assert notice.fact is None or notice.fact.money.amount > 0


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(InvalidWebhook):
        read(body)
