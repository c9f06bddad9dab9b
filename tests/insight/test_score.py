"""The source's examples, the rounding, and what is not defined."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.insight.score import (
    change,
    content_value,
    engagement,
    mean_rating,
    median_of,
    round_half_up,
    shares,
    trimmed,
)

COUNTS = st.integers(0, 10**7)


def test_the_sources_example_of_engagement() -> None:
    value = engagement(50, 100, 30, 100)

    assert value is not None
    assert str(round_half_up(value, 2)) == "1.80"  # the source prints 0.8


def test_one_more_message_is_seen() -> None:
    value = engagement(51, 100, 30, 100)

    assert value is not None
    assert str(round_half_up(value, 2)) == "1.81"


def test_the_sources_example_of_content_value() -> None:
    library, rated = content_value(100, 45, 10, 10), content_value(100, 45, 10, 5)

    assert library is not None
    assert rated is not None
    assert (str(round_half_up(library, 1)), str(round_half_up(rated, 1))) == ("45.0", "90.0")


def test_nobody_to_divide_by_is_not_zero() -> None:
    assert engagement(5, 5, 5, 0) is None
    assert engagement(0, 0, 0, 7) == 0


def test_no_rating_and_no_content_are_not_zero() -> None:
    assert mean_rating(0, 0) is None
    assert content_value(100, 0, 0, 10) is None
    assert content_value(100, 45, 10, 0) is None
    assert content_value(0, 45, 10, 10) == 0


def test_counts_below_zero_are_a_defect() -> None:
    with pytest.raises(ValueError, match="below zero"):
        engagement(-1, 0, 0, 1)


def test_halves_are_rounded_up_and_not_to_even() -> None:
    assert [str(round_half_up(Fraction(n, 200), 2)) for n in (1, 3, 5, -1)] == [
        "0.01",
        "0.02",
        "0.03",
        "-0.01",
    ]


def test_trimmed_keeps_what_is_needed() -> None:
    assert [str(trimmed(Fraction(*pair), 2)) for pair in ((9, 2), (4, 1), (13, 3), (40, 1))] == [
        "4.5",
        "4",
        "4.33",
        "40",
    ]


def test_changes_and_medians_leave_out_what_is_not_known() -> None:
    assert change(Fraction(3), Fraction(2)) == Fraction(1, 2)
    assert change(Fraction(3), None) is None
    assert change(Fraction(3), Fraction(0)) is None
    assert median_of([Fraction(1), None, Fraction(4)]) == Fraction(5, 2)
    assert median_of([None]) is None


def test_shares_of_nothing_do_not_exist() -> None:
    assert shares(0, 0, 0) is None
    assert shares(50, 100, 30) == (Fraction(5, 18), Fraction(5, 9), Fraction(1, 6))


@given(COUNTS, COUNTS, COUNTS, st.integers(1, 10**6))
def test_every_kind_of_action_weighs_the_same(i: int, c: int, p: int, members: int) -> None:
    assert engagement(i, c, p, members) == engagement(p, i, c, members)


@given(st.fractions(-(10**12), 10**12), st.integers(0, 6))
def test_rounding_is_never_more_than_half_a_place_off(value: Fraction, digits: int) -> None:
    rounded = round_half_up(value, digits)

    assert abs(Fraction(rounded) - value) * 2 <= Fraction(1, 10**digits)
    assert rounded == Decimal(rounded).quantize(Decimal(1).scaleb(-digits))
