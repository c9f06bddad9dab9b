"""Members: the people that both formulas divide by."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Words, phrase
from bot.insight import figures
from bot.insight.metrics.metric import Metric, Place
from bot.insight.snapshot import Period, Report


class Members(Metric):
    """Humans on the server at the window's end, opted-out members excluded."""

    key = "members"
    title = phrase("Members")
    definition = phrase(
        "The people on the server at the window's end (for a running week: now), without bots and without "
        "members who opted out of counting."
    )
    place = Place.SECTION

    def value(self, period: Period) -> Fraction:
        return Fraction(period.members)

    def lines(self, t: Words, period: Period) -> list[str]:
        active = t("- Active in the window: {n}", n=t.number(period.counts.active_members))
        opted_out = t(
            "- Opted out of counting, and so not among them: {n}", n=t.number(period.heard.opted_out)
        )
        return [figures.members_line(t, period), active, opted_out]

    def section(self, t: Words, report: Report) -> str:
        week = report.snapshot
        members = t.n("{n} member", "{n} members", week.members)
        if report.last:
            change = week.members - report.last.members
            members += " ({})".format(
                t("{change} since last week", change=f"{change:+d}" if change else "±0")
            )
        active = t("{n} active in 28 days", n=t.number(week.month.counts.active_members))
        paying = t("{n} paying", n=t.number(week.paying))
        return f"### {t('Members')}\n" + figures.dots(members, active, paying)
