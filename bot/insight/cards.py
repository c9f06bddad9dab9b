"""The weekly card: posted once a week, and shown by /stats week."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bot.cards import Button, Card, Divider, Picture, Row, card
from bot.i18n import Words
from bot.insight import figures
from bot.insight.actions import EXPLAIN_WEEK
from bot.insight.figures import RATIO, VALUE
from bot.insight.snapshot import Report
from bot.insight.summary import summary
from bot.insight.weeks import Week

NAMED = 12
"""So many missed weeks are named, the latest; a year away must not burst the card."""


def marker(week: str) -> str:
    """The action of the card's button; the post is found by it after a crash."""
    return EXPLAIN_WEEK.encode(Week.parse(week))


def weekly(t: Words, report: Report, picture: Picture | str | None, others: Sequence[str] = ()) -> Card:
    """The week's figures, with the chart or the reason why there is none. `others` are weeks that were stored while nobody could post them."""
    week = report.snapshot
    return card(
        _header(t, report),
        summary(t, report),
        _away(t, others) if others else None,
        Divider(),
        _engagement(t, report),
        _content(t, report),
        _members(t, report),
        picture,
        _coverage(t, report),
        Row((Button(t("Explain a number"), action=EXPLAIN_WEEK.encode(week.week)),)),
    )


def _header(t: Words, report: Report) -> str:
    week = report.snapshot
    state = ""
    if week.stored_at is None:
        state = " · " + (t("running") if report.running else t("not stored yet"))
    days = figures.days(t, week.own.window, week.zone)
    return f"## {figures.title(t, week.week)}{state}\n{days} ({week.zone})"


def _away(t: Words, others: Sequence[str]) -> str:
    return t.n(
        "{n} earlier week was stored, but could not be posted in time: {weeks}. `/stats week` opens it.",
        "{n} earlier weeks were stored, but could not be posted in time: {weeks}. `/stats week` opens them.",
        len(others),
        weeks=("… " if len(others) > NAMED else "") + t.join(list(others[-NAMED:])),
    )


def _engagement(t: Words, report: Report) -> str:
    week, earlier = report.snapshot, report.earlier
    month = _dots(
        t("{days}, interactions + consumption + participation per member", days=_month(t, report)),
        figures.compared(t, week, earlier, RATIO, lambda one: one.month.engagement),
    )
    own = _dots(
        t("This week: {sum}", sum=figures.engagement_sum(t, week.own)),
        None if report.running else figures.compared(t, week, earlier, RATIO, lambda one: one.own.engagement),
        None if report.running else _usual(t, report.usual),
    )
    return "\n".join(
        (
            f"### {t('Engagement, last 28 days')}",
            f"# {figures.engagement_sum(t, week.month)}",
            f"-# {month}",
            figures.parts(t, week.month),
            own,
        )
    )


def _usual(t: Words, usual: Fraction | None) -> str | None:
    return None if usual is None else t("median of four weeks {value}", value=figures.figure(t, usual, RATIO))


def _content(t: Words, report: Report) -> str:
    week, counts = report.snapshot, report.snapshot.month.counts
    rated = t(
        "{rated} of {contents} rated; rated items only: {value}",
        rated=t.number(counts.rated),
        contents=t.number(counts.contents),
        value=figures.figure(t, week.month.rated_value, VALUE),
    )
    below = _dots(
        t("{days}, consumption × mean rating / contents", days=_month(t, report)),
        figures.compared(t, week, report.earlier, VALUE, lambda one: one.month.content_value),
    )
    product = f"{figures.value_product(t, week.month)} ({rated})"
    return f"### {t('Content value, last 28 days')}\n{product}\n-# {below}"


def _members(t: Words, report: Report) -> str:
    week = report.snapshot
    change = week.members - report.last.members if report.last else None
    told = t.n("{n} member", "{n} members", week.members)
    if change is not None:
        told += " ({})".format(t("{change} since last week", change=f"{change:+d}" if change else "±0"))
    active = t("{n} active in 28 days", n=t.number(week.month.counts.active_members))
    return f"### {t('Members')}\n" + _dots(told, active, t("{n} paying", n=t.number(week.paying)))


def _coverage(t: Words, report: Report) -> str:
    heard = report.snapshot.month.heard
    minutes = -(-heard.gap_seconds // 60)
    gaps = t("heard without a gap")
    if minutes:
        gaps = t.n("{n} minute not heard", "{n} minutes not heard", minutes)
    opted_out = t.n("{n} member opted out", "{n} members opted out", heard.opted_out)
    unreadable = t.n("{n} channel not readable", "{n} channels not readable", heard.unreadable)
    return "-# " + t("Coverage of the 28 days: {told}", told=_dots(gaps, opted_out, unreadable))


def _month(t: Words, report: Report) -> str:
    return figures.days(t, report.snapshot.month.window, report.snapshot.zone)


def _dots(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)
