"""Interactions: what members did with each other."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight.metrics.metric import Metric
from bot.insight.snapshot import WeekPeriod


class InteractionsMetric(Metric):
    """Messages, reactions, threads and voice sessions, each counted once."""

    key = "interactions"
    title = phrase("Interactions")
    definition = phrase(
        "What members did with each other; one event is one count. Counted as it happens on the server. Bots, "
        "webhooks, direct messages, slash commands and edits do not count; deleting does not uncount."
    )

    def value(self, period: WeekPeriod) -> Fraction:
        return Fraction(period.counts.interactions)

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        counts = period.counts
        numbers = (counts.messages, counts.reactions, counts.threads, counts.voice)
        return [
            t("- Messages and replies: {n}", n=t.number(counts.messages)),
            t("- Reactions given, once per member, message and emoji: {n}", n=t.number(counts.reactions)),
            t("- Threads and forum posts opened: {n}", n=t.number(counts.threads)),
            t("- Voice sessions of 5 minutes or more with two or more people: {n}", n=t.number(counts.voice)),
            t("- Members behind all this: {n}", n=t.number(counts.active_members)),
            f"{' + '.join(map(t.number, numbers))} = **{t.number(counts.interactions)}**",
        ]
