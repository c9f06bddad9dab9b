"""Content consumption: how often members opened something of the library."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Words, phrase
from bot.insight.metrics.metric import Metric
from bot.insight.snapshot import Period


class Consumption(Metric):
    """Openings, once per member, item and day."""

    key = "consumption"
    title = phrase("Content consumption")
    definition = phrase(
        "How often members opened a lesson, document, file or link, counted once per member, item and day when "
        "the card is delivered."
    )

    def value(self, period: Period) -> Fraction:
        return Fraction(period.counts.consumption)

    def lines(self, t: Words, period: Period) -> list[str]:
        return [
            t("- Lessons, documents, files and links opened: **{n}**", n=t.number(period.counts.consumption))
        ]
