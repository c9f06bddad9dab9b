"""Members: the people that both formulas divide by."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language, phrase
from bot.insight import formatting
from bot.insight.metrics.metric import CardPlace, Metric
from bot.insight.snapshot import WeekPeriod, WeekReport


class MembersMetric(Metric):
    """Humans on the server at the window's end, opted-out members excluded."""

    key = "members"
    title = phrase("Members")
    definition = phrase(
        "The people on the server at the window's end (for a running week: now), without bots and without "
        "members who opted out of counting."
    )
    place = CardPlace.SECTION

    def value(self, period: WeekPeriod) -> Fraction:
        return Fraction(period.members)

    def lines(self, t: Language, period: WeekPeriod) -> list[str]:
        active = t("- Active in the window: {n}", n=t.number(period.counts.active_members))
        opted_out = t(
            "- Opted out of counting, and so not among them: {n}", n=t.number(period.coverage.opted_out)
        )
        return [formatting.members_line(t, period), active, opted_out]

    def section(self, t: Language, report: WeekReport) -> str:
        week = report.snapshot
        members = t.n("{n} member", "{n} members", week.members)
        if report.last:
            change = week.members - report.last.members
            members += " ({})".format(
                t("{change} since last week", change=f"{change:+d}" if change else "±0")
            )
        active = t("{n} active in 28 days", n=t.number(week.month.counts.active_members))
        paying = t("{n} paying", n=t.number(week.paying))
        return f"### {t('Members')}\n" + formatting.dot_separated(members, active, paying)
