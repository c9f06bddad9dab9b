"""The two formulas, exact: engagement and content value (docs/figures.md has their source and what counts).

Values are Fractions; None means that the figure is not defined (nothing to divide by). It is then shown
as "n/a" and never as 0. Only `round_half_up` rounds, half away from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

FORMULA = 1
"""The version of these formulas and of what counts; stored with every snapshot."""


def engagement(interactions: int, consumption: int, participation: int, members: int) -> Fraction | None:
    """(interactions + content consumption + event participation) / members. Not bounded by 1."""
    _counts(interactions, consumption, participation, members)
    if members == 0:
        return None
    return Fraction(interactions + consumption + participation, members)


def mean_rating(rating_sum: int, rating_count: int) -> Fraction | None:
    """The plain mean of all ratings given, None without any."""
    _counts(rating_sum, rating_count)
    return Fraction(rating_sum, rating_count) if rating_count else None


def content_value(consumption: int, rating_sum: int, rating_count: int, contents: int) -> Fraction | None:
    """consumption × mean rating / number of contents.

    `contents` is the size of the whole library, or the number of its rated items for their value alone.
    """
    _counts(consumption, contents)
    mean = mean_rating(rating_sum, rating_count)
    if mean is None or contents == 0:
        return None
    return consumption * mean / contents


def shares(*parts: int) -> tuple[Fraction, ...] | None:
    """Each part's share of their sum, None when the sum is 0."""
    _counts(*parts)
    whole = sum(parts)
    return tuple(Fraction(part, whole) for part in parts) if whole else None


def change(now: Fraction | None, before: Fraction | None) -> Fraction | None:
    """The growth as a share of `before` (below 0: a decrease); None where it is not defined."""
    if now is None or not before:
        return None
    return (now - before) / before


def median_of(values: Sequence[Fraction | None]) -> Fraction | None:
    """The median of those values that are defined."""
    defined = [value for value in values if value is not None]
    return median(defined) if defined else None


def round_half_up(value: Fraction, digits: int) -> Decimal:
    """Rounded to `digits` decimals, halves away from zero (1.805 → 1.81), exactly and not through a float."""
    doubled = abs(value) * 10**digits * 2
    whole = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits)


def trimmed(value: Fraction, digits: int) -> Decimal:
    """Like `round_half_up`, without zeros at the end: 4.50 → 4.5, 4.00 → 4."""
    rounded = round_half_up(value, digits)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _counts(*values: int) -> None:
    if min(values) < 0:
        raise ValueError(f"counts are never below zero: {values}")
