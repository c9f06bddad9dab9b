"""Event participation: how often members attended an event."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight.metrics.metric import Metric
from bot.insight.snapshot import WeekPeriod


class ParticipationMetric(Metric):
    """Attendances, once per member and event."""

    key = "participation"
    title = phrase("Event participation")
    definition = phrase(
        "How often members attended an event, measured by their presence in the voice channel or by checking in. "
        "Signing up alone does not count."
    )

    def value(self, period: WeekPeriod) -> Fraction:
        return Fraction(period.counts.participation)

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        return [t("- Attendances: **{n}**", n=t.number(period.counts.participation))]
