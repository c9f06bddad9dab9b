"""Money is exact: integers in the smallest unit of the currency."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.money import Money, parse_money


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [
        ("19.90", "usd", 1990),
        ("19", "EUR", 1900),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        (" 0.01 ", "CNY", 1),
    ],
)
def test_a_price_becomes_the_smallest_unit(text: str, currency: str, amount: int) -> None:
    assert parse_money(text, currency) == Money(amount, currency.upper())


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("0", "USD"),
        ("-5", "USD"),
        ("1.999", "USD"),
        ("5.5", "JPY"),
        ("NaN", "USD"),
        ("Infinity", "USD"),
        ("1e99", "USD"),
        ("ten", "USD"),
        ("", "USD"),
        ("5", "DOLLAR"),
        ("5", "U$D"),
        ("1_0_", "USD"),
    ],
)
def test_what_is_no_price_is_refused_with_a_sentence(text: str, currency: str) -> None:
    with pytest.raises(UserError):
        parse_money(text, currency)


@given(st.integers(1, 10**12), st.sampled_from(["USD", "JPY", "KWD"]))
def test_written_and_read_again_it_is_the_same(amount: int, currency: str) -> None:
    money = Money(amount, currency)

    assert parse_money(str(money.decimal()), currency) == money
