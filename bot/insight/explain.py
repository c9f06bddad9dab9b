"""A number opened: meaning, window, every input and where it is counted, arithmetic, the formula's version."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from bot.cards import Card, Divider, Option, Select, card
from bot.errors import UserError
from bot.i18n import Words, stamp
from bot.insight import figures
from bot.insight.actions import PICK_FIGURE
from bot.insight.figures import RATIO, VALUE
from bot.insight.score import shown
from bot.insight.snapshot import Period, Report, Snapshot


class Metric(StrEnum):
    """What can be explained."""

    ENGAGEMENT = "engagement"
    CONTENT_VALUE = "content_value"
    INTERACTIONS = "interactions"
    CONSUMPTION = "consumption"
    PARTICIPATION = "participation"
    MEMBERS = "members"

    @classmethod
    def parse(cls, text: str) -> Metric:
        """UserError for anything that no list of ours offers."""
        try:
            return cls(text)
        except ValueError:
            raise UserError(
                "“{metric}” is not a figure of Lyceum. Choose one from the list.", metric=text[:20]
            ) from None


def name(t: Words, metric: Metric) -> str:
    """The metric as people call it."""
    return {
        Metric.ENGAGEMENT: t("Engagement"),
        Metric.CONTENT_VALUE: t("Content value"),
        Metric.INTERACTIONS: t("Interactions"),
        Metric.CONSUMPTION: t("Content consumption"),
        Metric.PARTICIPATION: t("Event participation"),
        Metric.MEMBERS: t("Members"),
    }[metric]


def explained(t: Words, report: Report, metric: Metric) -> Card:
    """The metric for the 28 days and for the week, line by line, with a list to open another."""
    week = report.snapshot
    open_, definition = PAGES[metric](t)
    return card(
        f"## {name(t, metric)} · {figures.title(t, week.week)}",
        definition,
        Divider(),
        _period(t, t("The last 28 days"), week.month, open_),
        _period(t, t("The week alone"), week.own, open_),
        Divider(),
        f"-# {_origin(t, week)}",
        Select(
            PICK_FIGURE.name,
            t("Explain another number"),
            tuple(Option(name(t, other), PICK_FIGURE.value(other, week.week)) for other in Metric),
        ),
    )


Lines = Callable[[Period], list[str]]


def _period(t: Words, heading: str, period: Period, lines: Lines) -> str:
    return "\n".join((f"**{heading}** · {figures.moments(period.window)}", *lines(period)))


def _origin(t: Words, week: Snapshot) -> str:
    version = t("Formula version {version}.", version=week.formula)
    zone = t(
        "Weeks begin on Monday 00:00 in {zone}; a window holds its start and not its end.", zone=week.zone
    )
    if week.stored_at is None:
        return f"{t('Computed just now; the week is not stored yet.')} {zone} {version}"
    return f"{t('Stored {moment} and not changed since.', moment=stamp(week.stored_at))} {zone} {version}"


def _engagement(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
        counts = period.counts
        total = counts.interactions + counts.consumption + counts.participation
        return [
            t("- Interactions: {n}", n=t.number(counts.interactions)),
            t("- Content consumption: {n}", n=t.number(counts.consumption)),
            t("- Event participation: {n}", n=t.number(counts.participation)),
            _members_line(t, period),
            f"{figures.engagement_sum(t, period)} {_rounded(t, total, period)}",
        ]

    return lines, t(
        "How many counted actions there were per member: (interactions + content consumption + event "
        "participation) / members. It may be above 1 and is compared only with this community's own past."
    )


def _content_value(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
        counts = period.counts
        rated = figures.figure(t, period.rated_value, VALUE)
        return [
            t("- Content consumption: {n}", n=t.number(counts.consumption)),
            t(
                "- Mean rating: {mean} ({sum} stars in {n} ratings)",
                mean=figures.rating(t, period),
                sum=t.number(counts.rating_sum),
                n=t.number(counts.rating_count),
            ),
            t(
                "- Contents in the library: {n}, of them rated: {rated}",
                n=t.number(counts.contents),
                rated=t.number(counts.rated),
            ),
            figures.value_product(t, period),
            t(
                "Over the rated items alone: {c} × {mean} / {rated} = {value}",
                c=t.number(counts.consumption),
                mean=figures.rating(t, period),
                rated=t.number(counts.rated),
                value=rated,
            ),
        ]

    return lines, t(
        "What the library is worth to its readers: content consumption × mean rating / number of contents. "
        "Contents that nobody opened lower it; contents that nobody rated do not change the mean."
    )


def _interactions(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
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

    return lines, t(
        "What members did with each other; one event is one count. Counted as it happens on the server. Bots, "
        "webhooks, direct messages, slash commands and edits do not count; deleting does not uncount."
    )


def _consumption(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
        return [
            t("- Lessons, documents, files and links opened: **{n}**", n=t.number(period.counts.consumption))
        ]

    return lines, t(
        "How often members opened a lesson, document, file or link, counted once per member, item and day when "
        "the card is delivered."
    )


def _participation(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
        return [t("- Attendances: **{n}**", n=t.number(period.counts.participation))]

    return lines, t(
        "How often members attended an event, measured by their presence in the voice channel or by checking in. "
        "Signing up alone does not count."
    )


def _members(t: Words) -> tuple[Lines, str]:
    def lines(period: Period) -> list[str]:
        active = t("- Active in the window: {n}", n=t.number(period.counts.active_members))
        opted_out = t(
            "- Opted out of counting, and so not among them: {n}", n=t.number(period.heard.opted_out)
        )
        return [_members_line(t, period), active, opted_out]

    return lines, t(
        "The people on the server at the window's end (for a running week: now), without bots and without "
        "members who opted out of counting."
    )


def _members_line(t: Words, period: Period) -> str:
    return t("- Members at its end: {n}", n=t.number(period.members))


def _rounded(t: Words, total: int, period: Period) -> str:
    value = period.engagement
    if value is None:
        return t("(there are no members to divide by)")
    if shown(value, RATIO) == value:
        return t("(exactly)")
    exact = f"{t.number(total)}/{t.number(period.members)}"
    return t("(rounded from {exact}; halves are rounded up)", exact=exact)


PAGES: dict[Metric, Callable[[Words], tuple[Lines, str]]] = {
    Metric.ENGAGEMENT: _engagement,
    Metric.CONTENT_VALUE: _content_value,
    Metric.INTERACTIONS: _interactions,
    Metric.CONSUMPTION: _consumption,
    Metric.PARTICIPATION: _participation,
    Metric.MEMBERS: _members,
}
