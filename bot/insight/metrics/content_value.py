"""Content value: what the library is worth to its readers."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight import formatting
from bot.insight.formatting import VALUE
from bot.insight.metrics.metric import CardPlace, Metric
from bot.insight.score import mean_rating, trimmed
from bot.insight.snapshot import WeekPeriod, WeekReport


class ContentValueMetric(Metric):
    """Content consumption × mean rating / number of contents."""

    key = "content_value"
    title = phrase("Content value")
    definition = phrase(
        "What the library is worth to its readers: content consumption × mean rating / number of contents. "
        "Contents that nobody opened lower it; contents that nobody rated do not change the mean."
    )
    place = CardPlace.SECTION
    digits = VALUE

    def value(self, period: WeekPeriod) -> Fraction | None:
        return period.content_value

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        counts = period.counts
        return [
            t("- Content consumption: {n}", n=t.number(counts.consumption)),
            t(
                "- Mean rating: {mean} ({sum} stars in {n} ratings)",
                mean=_rating(t, period),
                sum=t.number(counts.rating_sum),
                n=t.number(counts.rating_count),
            ),
            t(
                "- Contents in the library: {n}, of them rated: {rated}",
                n=t.number(counts.contents),
                rated=t.number(counts.rated),
            ),
            _arithmetic(t, period),
            t(
                "Over the rated items alone: {c} × {mean} / {rated} = {value}",
                c=t.number(counts.consumption),
                mean=_rating(t, period),
                rated=t.number(counts.rated),
                value=formatting.figure(t, period.rated_value, VALUE),
            ),
        ]

    def section(self, t: Language, report: WeekReport) -> str:
        week, counts = report.snapshot, report.snapshot.month.counts
        rated = t(
            "{rated} of {contents} rated; rated items only: {value}",
            rated=t.number(counts.rated),
            contents=t.number(counts.contents),
            value=formatting.figure(t, week.month.rated_value, VALUE),
        )
        below = formatting.dot_separated(
            t(
                "{days}, consumption × mean rating / contents",
                days=formatting.days(t, week.month.window, week.zone),
            ),
            formatting.against_last_week(
                t, week, report.earlier, VALUE, lambda week: week.month.content_value
            ),
        )
        return f"### {t('Content value, last 28 days')}\n{_arithmetic(t, week.month)} ({rated})\n-# {below}"


def _arithmetic(t: Language, period: WeekPeriod) -> str:
    """100 × 4.5 / 10 = **45.0**"""
    counts = period.counts
    product = f"{t.number(counts.consumption)} × {_rating(t, period)} / {t.number(counts.contents)}"
    return f"{product} = **{formatting.figure(t, period.content_value, VALUE)}**"


def _rating(t: Language, period: WeekPeriod) -> str:
    """The mean rating: 4.5, ≈4.667, or n/a."""
    mean = mean_rating(period.counts.rating_sum, period.counts.rating_count)
    if mean is None:
        return t("n/a")
    near = trimmed(mean, 3)
    exponent = near.as_tuple().exponent
    written = t.number(float(near), -exponent if isinstance(exponent, int) else 0)
    return written if near == mean else f"≈{written}"
