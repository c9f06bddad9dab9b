"""Webhooks of Stripe: forged, replayed, hostile, of another account or mode; and what the real ones are about."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bootstrap.environment import ROOT
from bot.payments.port import InvalidWebhook, ProviderNotice
from bot.payments.stripe.library import StripeConnection
from bot.payments.stripe.provider import StripeProvider
from bot.payments.stripe.webhooks import EVENTS
from tests.payments.stripe.counter import (
    HEADER,
)

SECRET = "whsec_" + "0123456789abcdef" * 2
KEY = "sk_test_51Lyceum"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "api_version": "2026-10-28.endive",
    "created": 1795521600,
    "livemode": False,
    "type": "checkout.session.completed",
    "pending_webhooks": 1,
    "request": {"id": None, "idempotency_key": None},
    "data": {
        "object": {"id": "cs_test_1", "object": "checkout.session", "amount_total": 1900, "livemode": False}
    },
}
BODY = json.dumps(EVENT, indent=2).encode()


def signed(body: bytes, *, secret: str = SECRET, at: datetime = NOW, scheme: str = "v1") -> str:
    """The header, made with nothing but HMAC."""
    seconds = int(at.timestamp())
    mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},{scheme}={mac.hexdigest()}"


def provider(*secrets: str, key: str = KEY, account: str | None = None) -> StripeProvider:
    return StripeProvider(StripeConnection(key, account=account, api=None), secrets or (SECRET,))


def read(body: bytes = BODY, headers: list[tuple[str, str]] | None = None, **more: Any) -> ProviderNotice:
    """As Lyceum reads it at noon."""
    told = [(HEADER, signed(body))] if headers is None else headers
    return provider(**more).verify(told, body, NOW)


def changed(**changes: Any) -> bytes:
    event = json.loads(BODY)
    for path, value in changes.items():
        place = event
        *way, last = path.split("__")
        for step in way:
            place = place[step]
        place[last] = value
    return json.dumps(event).encode("utf-8", "surrogatepass")


def test_control_the_real_one_says_where_to_look() -> None:
    assert read() == ProviderNotice("evt_1", "checkout.session.completed", about="cs_test_1")


GOOD = signed(BODY)
FORGERIES: dict[str, tuple[bytes, list[tuple[str, str]]]] = {
    "no header": (BODY, []),
    "another header": (BODY, [("X-Signature", GOOD)]),
    "empty header": (BODY, [(HEADER, "")]),
    "another secret": (BODY, [(HEADER, signed(BODY, secret="whsec_guessed"))]),
    "empty secret": (BODY, [(HEADER, signed(BODY, secret=""))]),
    "blank secret": (BODY, [(HEADER, signed(BODY, secret=" "))]),
    "serialised anew": (json.dumps(EVENT).encode(), [(HEADER, GOOD)]),
    "a space more": (BODY + b" ", [(HEADER, GOOD)]),
    "another amount": (BODY.replace(b"1900", b"1901"), [(HEADER, GOOD)]),
    "another object": (BODY.replace(b"cs_test_1", b"cs_test_2"), [(HEADER, GOOD)]),
    "no body": (b"", [(HEADER, GOOD)]),
    "header twice": (BODY, [(HEADER, GOOD), (HEADER, GOOD)]),
    "header twice in two cases": (BODY, [(HEADER, GOOD), (HEADER.lower(), GOOD)]),
    "two times": (BODY, [(HEADER, f"t={int(NOW.timestamp())},{GOOD}")]),
    "no time": (BODY, [(HEADER, GOOD.partition(",")[2])]),
    "another time": (BODY, [(HEADER, GOOD.replace("t=", "t=1"))]),
    "time is text": (BODY, [(HEADER, re.sub(r"t=\d+", "t=now", GOOD))]),
    "time with underscores": (BODY, [(HEADER, re.sub(r"t=(\d)(\d+)", r"t=\1_\2", GOOD))]),
    "not ASCII": (BODY, [(HEADER, GOOD + "é")]),
    "not ASCII at all": (BODY, [(HEADER, "пароль")]),
    "other scheme": (BODY, [(HEADER, GOOD.replace("v1=", "v0="))]),
    "other charset": (BODY.decode().encode("utf-16"), [(HEADER, signed(BODY.decode().encode("utf-16")))]),
    "not text": (b"\xff\xfe\xfd", [(HEADER, signed(b"\xff\xfe\xfd"))]),
    "signature of nothing": (BODY, [(HEADER, signed(b""))]),
    "signature cut": (BODY, [(HEADER, GOOD[:-1])]),
    "in capitals": (BODY, [(HEADER, GOOD.upper())]),
    "spaces in it": (BODY, [(HEADER, GOOD.replace(",", ", "))]),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused(name: str) -> None:
    body, headers = FORGERIES[name]

    with pytest.raises(InvalidWebhook):
        read(body, headers)


def test_no_forgery_is_the_real_one_or_another_one_again() -> None:
    told = [(BODY, [(HEADER, GOOD)]), *FORGERIES.values()]

    assert [name for name, forgery in FORGERIES.items() if told.count(forgery) > 1] == []


@pytest.mark.parametrize("seconds", [0, 299, -299, 300, -300])
def test_a_webhook_of_the_last_or_next_five_minutes_is_read(seconds: int) -> None:
    assert read(headers=[(HEADER, signed(BODY, at=NOW + timedelta(seconds=seconds)))]).about == "cs_test_1"


@pytest.mark.parametrize("seconds", [-301, 301, 3600, -86400, -31 * 86400, 86400])
def test_older_and_future_ones_are_refused(seconds: int) -> None:
    """The library alone would take one from the future."""
    with pytest.raises(InvalidWebhook):
        read(headers=[(HEADER, signed(BODY, at=NOW + timedelta(seconds=seconds)))])


def test_a_replay_has_the_id_that_is_stored_already() -> None:
    """The inbox keeps ids for ever; it does the rest."""
    assert read().event_id == read().event_id == "evt_1"


def test_while_the_secret_changes_both_are_taken() -> None:
    old, new = "whsec_old_0123456789", "whsec_new_0123456789"
    both = provider(old, new)

    for secret in (old, new):
        assert both.verify([(HEADER, signed(BODY, secret=secret))], BODY, NOW).about
    two = signed(BODY, secret="whsec_other") + "," + signed(BODY, secret=new).partition(",")[2]
    assert both.verify([(HEADER, two)], BODY, NOW).about
    with pytest.raises(InvalidWebhook):
        provider(new).verify([(HEADER, signed(BODY, secret=old))], BODY, NOW)


@pytest.mark.parametrize("secrets", [[], [""], ["  ", "\n"]])
def test_without_a_secret_nobody_listens(secrets: list[str]) -> None:
    deaf = StripeProvider(StripeConnection(KEY, account=None, api=None), secrets)

    assert not deaf.receives_webhooks
    for secret in ["", *secrets]:
        with pytest.raises(InvalidWebhook):
            deaf.verify([(HEADER, signed(BODY, secret=secret))], BODY, NOW)


@pytest.mark.parametrize(
    ("key", "livemode", "read_at_all"),
    [
        ("sk_test_1", False, True),
        ("sk_live_1", True, True),
        ("rk_live_1", True, True),
        ("rk_test_1", False, True),
        ("sk_test_1", True, False),
        ("sk_live_1", False, False),
        ("sk_live_1", None, False),
        ("sk_live_1", "true", False),
        ("sk_live_1", 1, False),
        ("sk_test_1", 0, False),
    ],
)
def test_play_money_and_real_money_stay_apart(key: str, livemode: object, read_at_all: bool) -> None:
    body = changed(livemode=livemode)

    if read_at_all:
        assert read(body, key=key).about
    else:
        with pytest.raises(InvalidWebhook):
            read(body, key=key)


@pytest.mark.parametrize(
    ("ours", "its", "read_at_all"),
    [
        (None, None, True),
        ("acct_1", None, True),
        ("acct_1", "acct_1", True),
        ("acct_1", "acct_2", False),
        (None, "acct_2", False),
        ("acct_1", 1, False),
        ("acct_1", [], False),
    ],
)
def test_an_event_of_another_account_is_refused(ours: str | None, its: object, read_at_all: bool) -> None:
    body = changed(account=its)

    if read_at_all:
        assert read(body, account=ours).about
    else:
        with pytest.raises(InvalidWebhook):
            read(body, account=ours)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("id", None),
        ("id", 7),
        ("id", ""),
        ("id", "x" * 121),
        ("id", "evt 1"),
        ("id", "\ud800"),
        ("type", None),
        ("type", {}),
        ("object", "v2.core.event"),
        ("object", None),
        ("data", None),
        ("data", []),
        ("data__object", "cs_test_1"),
        ("data__object__id", None),
        ("data__object__id", ["cs_test_1"]),
        ("data__object__id", "cs test"),
        ("data__object__object", "invoice"),
        ("data__object__object", None),
    ],
)
def test_every_field_is_what_it_should_be(path: str, value: object) -> None:
    with pytest.raises(InvalidWebhook):
        read(changed(**{path: value}))


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"1",
        b"{",
        b"\xef\xbb\xbf{}",
        b"NaN",
        BODY.replace(b"1900", b"NaN"),
        BODY.replace(b"1900", b"Infinity"),
        BODY.replace(b'"id": "evt_1"', b'"id": "evt_1", "id": "evt_2"'),
        b"[" * 100_000,
        b'{"a":' * 50_000,
        BODY.replace(b"1900", b"9" * 5000),
    ],
    ids=lambda body: repr(body[:12]),
)
def test_hostile_json_is_refused_even_when_signed(body: bytes) -> None:
    with pytest.raises(InvalidWebhook):
        read(body)


def test_fractions_may_stand_in_it() -> None:
    """Tax rates and exchange rates are fractions: a real event must not be refused for one."""
    body = changed(data__object__total_details={"breakdown": {"taxes": [{"rate": {"percentage": 19.5}}]}})

    assert b"19.5" in body
    assert read(body).about == "cs_test_1"


@pytest.mark.parametrize(
    "kind",
    [
        "customer.created",
        "payment_intent.succeeded",
        "entitlements.active_entitlement_summary.updated",
        "v2.new",
    ],
)
def test_other_kinds_are_kept_and_mean_nothing(kind: str) -> None:
    assert read(changed(type=kind)) == ProviderNotice("evt_1", kind)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_kind_of_ours_says_where_to_look(kind: str) -> None:
    body = changed(type=kind, data__object={"id": "x_1", "object": EVENTS[kind]})

    assert read(body) == ProviderNotice("evt_1", kind, about="x_1")


def test_the_owner_is_told_to_subscribe_to_exactly_these() -> None:
    page = (ROOT / "docs" / "stripe.md").read_text("utf-8")

    assert set(re.findall(r"^- `([a-z_.]+)`$", page, re.MULTILINE)) == set(EVENTS)


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
            "type",
            "object",
            "livemode",
            "account",
            "data",
            "data__object",
            "data__object__id",
            "data__object__object",
        ]
    ),
)
def test_nothing_else_ever_comes_out(value: object, path: str) -> None:
    """A notice or InvalidWebhook: anything else would be a 500, and Stripe would send it for three days."""
    body = changed(**{path: value})
    try:
        notice = read(body)
    except InvalidWebhook:
        return
    assert notice.fact is None and notice.event_id


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=200))
def test_any_header_is_refused_quietly(header: str) -> None:
    with pytest.raises(InvalidWebhook):
        read(headers=[(HEADER, header)])
