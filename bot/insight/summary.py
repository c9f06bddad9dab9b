"""One sentence, by rules, that says what a week was like, compared only with the community's own past."""

from __future__ import annotations

from fractions import Fraction

from bot.i18n import Language
from bot.insight.formatting import signed
from bot.insight.score import change
from bot.insight.snapshot import Snapshot, WeekReport

NOTABLE = Fraction(1, 10)
"""A change of a tenth against the usual week is worth a sentence."""

GAP = 3600
"""In seconds: after so much time not heard the counts of a week are doubtful."""


def summary(t: Language, report: WeekReport) -> str:
    """The sentence of the first rule that applies."""
    week, own = report.snapshot, report.snapshot.own
    if not week.members:
        return t("There are no members to count, so the ratios are not defined.")
    if own.coverage.gap_seconds >= GAP:
        hours = own.coverage.gap_seconds // 3600
        return t.n(
            "Lyceum did not listen for {n} hour of this week: not all of that time could be counted.",
            "Lyceum did not listen for {n} hours of this week: not all of that time could be counted.",
            hours,
        )
    if report.running:
        return t.n(
            "The week is still running; {n} member was active so far.",
            "The week is still running; {n} members were active so far.",
            own.counts.active_members,
        )
    moved = change(own.engagement, report.usual)
    if moved is not None:
        if abs(moved) < NOTABLE:
            return t("A usual week: engagement is close to the median of the last four weeks.")
        if moved > 0:
            return t(
                "A lively week: engagement is {change} against the median of the last four weeks.",
                change=signed(t, moved),
            )
        return t(
            "A quiet week: engagement is {change} against the median of the last four weeks.",
            change=signed(t, moved),
        )
    if report.last is not None:
        return _moved_most(t, week, report.last)
    return t.n(
        "{n} member was active this week. A verdict comes once four earlier weeks are stored.",
        "{n} members were active this week. A verdict comes once four earlier weeks are stored.",
        own.counts.active_members,
    )


def _moved_most(t: Language, week: Snapshot, last: Snapshot) -> str:
    """Which part of engagement changed most since last week."""
    now, before = week.own.counts, last.own.counts
    parts = (
        (t("interactions"), before.interactions, now.interactions),
        (t("content consumption"), before.consumption, now.consumption),
        (t("event participation"), before.participation, now.participation),
    )
    name, old, new = max(parts, key=lambda part: abs(part[2] - part[1]))
    if old == new:
        return t("Everything is as it was last week.")
    return t(
        "Since last week {part} changed most: from {before} to {now}.",
        part=name,
        before=t.number(old),
        now=t.number(new),
    )
