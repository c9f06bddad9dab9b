"""How figures are written: values, shares, changes, windows. Undefined is "n/a", never 0."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from bot.i18n import Language, stamp
from bot.insight.score import change, round_half_up
from bot.insight.snapshot import Snapshot, WeekPeriod
from bot.insight.weeks import Week, Window

RATIO, VALUE = 2, 1
"""Decimals of engagement and of content value."""


def figure(t: Language, value: Fraction | None, digits: int) -> str:
    """1.80, or n/a."""
    return t("n/a") if value is None else t.number(float(round_half_up(value, digits)), digits)


def percent(t: Language, share: Fraction) -> str:
    """28%, halves away from zero."""
    return t.percent(float(round_half_up(share, 2)))


def against_last_week(
    t: Language,
    now: Snapshot,
    earlier: tuple[Snapshot, ...],
    digits: int,
    take: Callable[[Snapshot], Fraction | None],
) -> str | None:
    """Last week's figure and the change since; None where last week's is not known."""
    before = next((take(week) for week in earlier if week.week == now.week.plus(-1)), None)
    if before is None:
        return None
    return last_week(t, figure(t, before, digits), take(now), before)


def last_week(t: Language, written: str, now: Fraction | None, before: Fraction | None) -> str:
    """Last week's value as written, and the change since as a share."""
    moved = change(now, before)
    value = t("last week {value}", value=written)
    return value if moved is None else f"{value} ({signed(t, moved)})"


def signed(t: Language, share: Fraction) -> str:
    """+14%, −3%, ±0%."""
    rounded = round_half_up(share, 2)
    sign = "±" if rounded == 0 else "+" if rounded > 0 else "−"
    return sign + t.percent(float(abs(rounded)))


def days(t: Language, window: Window, zone: str) -> str:
    """The first and the last local day of a window."""
    local = ZoneInfo(zone)
    last = window.end - timedelta(seconds=1)
    return f"{t.day(window.start.astimezone(local).date())} – {t.day(last.astimezone(local).date())}"


def moments(window: Window) -> str:
    """Both ends of a window, shown in each reader's own zone."""
    return f"{stamp(window.start)} – {stamp(window.end)}"


def title(t: Language, week: Week) -> str:
    """Week 47 of 2026"""
    return t("Week {number} of {year}", number=week.number, year=str(week.year))


def members_line(t: Language, period: WeekPeriod) -> str:
    """The members that a period's figures divide by."""
    return t("- Members at its end: {n}", n=t.number(period.members))


def dot_separated(*parts: str | None) -> str:
    """The parts that are not empty, with dots between them."""
    return " · ".join(part for part in parts if part)
