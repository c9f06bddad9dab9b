"""Only the till can sign for the till, and not for long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.clock import real_now
from bot.payments.till.signing import HEADER, genuine, sign

SECRET, BODY, NOW = b"the till's secret", b'{"id":"evt_1","amount":1900}', real_now()
GOOD = sign(SECRET, BODY, NOW)


def test_what_the_till_signed_is_genuine() -> None:
    assert genuine(SECRET, [("Content-Type", "application/json"), (HEADER, GOOD)], BODY, NOW)
    assert genuine(SECRET, [(HEADER.upper(), GOOD)], BODY, NOW)


@pytest.mark.parametrize("seconds", [0, 299, -299])
def test_five_minutes_either_way_are_fine(seconds: int) -> None:
    assert genuine(SECRET, [(HEADER, GOOD)], BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [302, -301, 3600, -3600, 31 * 86400])
def test_older_and_future_ones_are_not(seconds: int) -> None:
    assert not genuine(SECRET, [(HEADER, GOOD)], BODY, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(HEADER, GOOD), (HEADER, GOOD)],
        [(HEADER, GOOD), (HEADER.lower(), "t=1,v1=" + "0" * 64)],
        [(HEADER, "")],
        [(HEADER, GOOD.upper())],
        [(HEADER, GOOD + " ")],
        [(HEADER, GOOD[:-1])],
        [(HEADER, GOOD.replace("t=", "t=-"))],
        [(HEADER, "t=9" + "9" * 400 + ",v1=" + "0" * 64)],
        [(HEADER, GOOD.replace("v1", "v0"))],
        [(HEADER, "подпись")],
        [(HEADER, "\udc80")],
        [(HEADER, f"{GOOD},{GOOD.partition(',')[2]}")],
    ],
)
def test_forgeries_are_refused(headers: list[tuple[str, str]]) -> None:
    assert not genuine(SECRET, headers, BODY, NOW)


def test_another_secret_or_none_is_refused() -> None:
    assert not genuine(b"another", [(HEADER, GOOD)], BODY, NOW)
    assert not genuine(b"", [(HEADER, sign(b"", BODY, NOW))], BODY, NOW)


def test_the_raw_bytes_count_not_their_meaning() -> None:
    assert not genuine(SECRET, [(HEADER, GOOD)], BODY.replace(b",", b", "), NOW)
    assert not genuine(SECRET, [(HEADER, GOOD)], BODY + b"\n", NOW)
