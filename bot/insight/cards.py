"""The weekly card: posted once a week, and shown by /stats week."""

from __future__ import annotations

from collections.abc import Sequence

from bot.cards import Button, Card, Divider, Picture, Row, card
from bot.i18n import Language
from bot.insight import formatting
from bot.insight.actions import EXPLAIN_WEEK
from bot.insight.metrics.metric import CardPlace
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.snapshot import WeekReport
from bot.insight.summary import summary
from bot.insight.weeks import Week

NAMED = 12
"""At most so many missed weeks are named, the latest ones: a year away must not overfill the card."""


def marker(week: str) -> str:
    """The custom id of the card's button, by which the post is found after a crash."""
    return EXPLAIN_WEEK.encode(Week.parse(week))


def weekly(
    t: Language,
    report: WeekReport,
    picture: Picture | str | None,
    others: Sequence[str] = (),
    metrics: Metrics = METRICS,
) -> Card:
    """The week's figures, with the chart or the reason why there is none.

    `others` are weeks that were stored but could not be posted in time.
    """
    week = report.snapshot
    sections = [metric.section(t, report) for metric in metrics.values() if metric.place is CardPlace.SECTION]
    return card(
        _header(t, report),
        summary(t, report),
        _missed_weeks(t, others) if others else None,
        Divider(),
        *sections,
        _also_this_week(t, report, metrics),
        picture,
        _coverage(t, report),
        Row((Button(t("Explain a number"), action=EXPLAIN_WEEK.encode(week.week)),)),
    )


def _header(t: Language, report: WeekReport) -> str:
    week = report.snapshot
    state = ""
    if week.stored_at is None:
        state = " · " + (t("running") if report.running else t("not stored yet"))
    days = formatting.days(t, week.own.window, week.zone)
    span = t("{moment} ({zone})", moment=days, zone=week.zone)
    return f"## {formatting.title(t, week.week)}{state}\n{span}"


def _missed_weeks(t: Language, others: Sequence[str]) -> str:
    return t.n(
        "{n} earlier week was stored, but could not be posted in time: {weeks}. `/stats week` opens it.",
        "{n} earlier weeks were stored, but could not be posted in time: {weeks}. `/stats week` opens them.",
        len(others),
        weeks=("… " if len(others) > NAMED else "") + t.join(list(others[-NAMED:])),
    )


def _also_this_week(t: Language, report: WeekReport, metrics: Metrics) -> str | None:
    lines = [metric.line(t, report) for metric in metrics.values() if metric.place is CardPlace.LINE]
    shown = [line for line in lines if line is not None]
    return "\n".join((f"### {t('Also this week')}", *shown)) if shown else None


def _coverage(t: Language, report: WeekReport) -> str:
    coverage = report.snapshot.month.coverage
    minutes = -(-coverage.gap_seconds // 60)
    gaps = t("heard without a gap")
    if minutes:
        gaps = t.n("{n} minute not heard", "{n} minutes not heard", minutes)
    opted_out = t.n("{n} member opted out", "{n} members opted out", coverage.opted_out)
    unreadable = t.n("{n} channel not readable", "{n} channels not readable", coverage.unreadable)
    return "-# " + t(
        "Coverage of the 28 days: {told}", told=formatting.dot_separated(gaps, opted_out, unreadable)
    )
