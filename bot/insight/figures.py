"""How figures are written: arithmetic beside the result, shares, changes. Undefined is "n/a", never 0."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.i18n import Words, stamp
from bot.insight.score import change, mean_rating, shares, shown, trimmed
from bot.insight.snapshot import Period, Snapshot
from bot.insight.weeks import Week, Window

RATIO, VALUE = 2, 1
"""Decimals of engagement and of content value."""


def figure(t: Words, value: Fraction | None, digits: int) -> str:
    """1.80, or n/a."""
    return t("n/a") if value is None else t.number(float(shown(value, digits)), digits)


def rating(t: Words, period: Period) -> str:
    """The mean rating: 4.5, ≈4.667, or n/a."""
    mean = mean_rating(period.counts.rating_sum, period.counts.rating_count)
    if mean is None:
        return t("n/a")
    near = trimmed(mean, 3)
    exponent = near.as_tuple().exponent
    written = t.number(float(near), -exponent if isinstance(exponent, int) else 0)
    return written if near == mean else f"≈{written}"


def engagement_sum(t: Words, period: Period) -> str:
    """(50 + 100 + 30) / 100 = **1.80**"""
    counts = period.counts
    parts = " + ".join(map(t.number, (counts.interactions, counts.consumption, counts.participation)))
    return f"({parts}) / {t.number(period.members)} = **{figure(t, period.engagement, RATIO)}**"


def value_product(t: Words, period: Period) -> str:
    """100 × 4.5 / 10 = **45.0**"""
    counts = period.counts
    product = f"{t.number(counts.consumption)} × {rating(t, period)} / {t.number(counts.contents)}"
    return f"{product} = **{figure(t, period.content_value, VALUE)}**"


def parts(t: Words, period: Period) -> str:
    """What engagement consists of, with shares."""
    counts = period.counts
    numbers = (counts.interactions, counts.consumption, counts.participation)
    names = (t("interactions"), t("content consumption"), t("event participation"))
    found = shares(*numbers)
    told = [f"{name} {t.number(number)}" for name, number in zip(names, numbers, strict=True)]
    if found is not None:
        told = [f"{text} ({percent(t, share)})" for text, share in zip(told, found, strict=True)]
    return " · ".join(told)


def percent(t: Words, share: Fraction) -> str:
    """28%, halves away from zero."""
    return t.percent(float(shown(share, 2)))


def compared(
    t: Words,
    now: Snapshot,
    earlier: tuple[Snapshot, ...],
    digits: int,
    take: Callable[[Snapshot], Fraction | None],
) -> str | None:
    """How a figure stands against last week's; None where last week is not known."""
    before = next((take(one) for one in earlier if one.week == now.week.plus(-1)), None)
    if before is None:
        return None
    moved = change(take(now), before)
    told = t("last week {value}", value=figure(t, before, digits))
    return told if moved is None else f"{told} ({signed(t, moved)})"


def signed(t: Words, share: Fraction) -> str:
    """+14%, −3%, ±0%."""
    rounded = shown(share, 2)
    sign = "±" if rounded == 0 else "+" if rounded > 0 else "−"
    return sign + t.percent(float(abs(rounded)))


def days(t: Words, window: Window, zone: str) -> str:
    """The first and the last local day of a window."""
    local = ZoneInfo(zone)
    last = window.end - timedelta(seconds=1)
    return f"{t.day(window.start.astimezone(local).date())} – {t.day(last.astimezone(local).date())}"


def moments(window: Window) -> str:
    """A window's ends as each reader's own clock has them."""
    return f"{stamp(window.start)} – {stamp(window.end)}"


def title(t: Words, week: Week) -> str:
    """Week 47 of 2026"""
    return t("Week {number} of {year}", number=week.number, year=str(week.year))
