"""Engagement: counted actions per member."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight import formatting
from bot.insight.formatting import RATIO
from bot.insight.metrics.metric import CardPlace, Metric
from bot.insight.score import round_half_up, shares
from bot.insight.snapshot import WeekPeriod, WeekReport


class EngagementMetric(Metric):
    """(interactions + content consumption + event participation) / members."""

    key = "engagement"
    title = phrase("Engagement")
    definition = phrase(
        "How many counted actions there were per member: (interactions + content consumption + event "
        "participation) / members. It may be above 1 and is compared only with this community's own past."
    )
    place = CardPlace.SECTION
    digits = RATIO

    def value(self, period: WeekPeriod) -> Fraction | None:
        return period.engagement

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        counts = period.counts
        return [
            t("- Interactions: {n}", n=t.number(counts.interactions)),
            t("- Content consumption: {n}", n=t.number(counts.consumption)),
            t("- Event participation: {n}", n=t.number(counts.participation)),
            formatting.members_line(t, period),
            f"{arithmetic(t, period)} {_rounded(t, period)}",
        ]

    def section(self, t: Language, report: WeekReport) -> str:
        week, earlier = report.snapshot, report.earlier
        month = formatting.dot_separated(
            t(
                "{days}, interactions + consumption + participation per member",
                days=formatting.days(t, week.month.window, week.zone),
            ),
            formatting.against_last_week(t, week, earlier, RATIO, lambda week: week.month.engagement),
        )
        own = formatting.dot_separated(
            t("This week: {sum}", sum=arithmetic(t, week.own)),
            None
            if report.running
            else formatting.against_last_week(t, week, earlier, RATIO, lambda week: week.own.engagement),
            None if report.running else _usual(t, report.usual),
        )
        return "\n".join(
            (
                f"### {t('Engagement, last 28 days')}",
                f"# {arithmetic(t, week.month)}",
                f"-# {month}",
                _parts(t, week.month),
                own,
            )
        )


def arithmetic(t: Language, period: WeekPeriod) -> str:
    """(50 + 100 + 30) / 100 = **1.80**"""
    counts = period.counts
    parts = " + ".join(map(t.number, (counts.interactions, counts.consumption, counts.participation)))
    value = formatting.figure(t, period.engagement, RATIO)
    return f"({parts}) / {t.number(period.members)} = **{value}**"


def _parts(t: Language, period: WeekPeriod) -> str:
    """The parts of engagement, with their shares."""
    counts = period.counts
    numbers = (counts.interactions, counts.consumption, counts.participation)
    names = (t("interactions"), t("content consumption"), t("event participation"))
    parts = [f"{name} {t.number(number)}" for name, number in zip(names, numbers, strict=True)]
    of_all = shares(*numbers)
    if of_all is not None:
        parts = [
            f"{part} ({formatting.percent(t, share)})" for part, share in zip(parts, of_all, strict=True)
        ]
    return " · ".join(parts)


def _usual(t: Language, usual: Fraction | None) -> str | None:
    return (
        None if usual is None else t("median of four weeks {value}", value=formatting.figure(t, usual, RATIO))
    )


def _rounded(t: Language, period: WeekPeriod) -> str:
    value = period.engagement
    if value is None:
        return t("(there are no members to divide by)")
    if round_half_up(value, RATIO) == value:
        return t("(exactly)")
    counts = period.counts
    total = counts.interactions + counts.consumption + counts.participation
    exact = f"{t.number(total)}/{t.number(period.members)}"
    return t("(rounded from {exact}; halves are rounded up)", exact=exact)
