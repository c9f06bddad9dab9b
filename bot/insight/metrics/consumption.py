"""Content consumption: how often members opened something in the library."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight.metrics.metric import Metric
from bot.insight.snapshot import WeekPeriod


class ConsumptionMetric(Metric):
    """Openings, once per member, item and day."""

    key = "consumption"
    title = phrase("Content consumption")
    definition = phrase(
        "How often members opened a lesson, document, file or link, counted once per member, item and day when "
        "the card is delivered."
    )

    def value(self, period: WeekPeriod) -> Fraction:
        return Fraction(period.counts.consumption)

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        return [
            t("- Lessons, documents, files and links opened: **{n}**", n=t.number(period.counts.consumption))
        ]
