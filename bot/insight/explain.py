"""The card that explains a metric: meaning, window, every input, the arithmetic, the formula's version."""

from __future__ import annotations

from bot.cards import Card, Divider, Option, Select, card
from bot.i18n import Language, stamp
from bot.insight import formatting
from bot.insight.actions import PICK_FIGURE
from bot.insight.metrics.metric import Metric
from bot.insight.metrics.registry import METRICS, Metrics
from bot.insight.snapshot import Snapshot, WeekPeriod, WeekReport


def explained(t: Language, report: WeekReport, metric: Metric, metrics: Metrics = METRICS) -> Card:
    """The metric for the 28 days and for the week, line by line, with a select for the other metrics."""
    week = report.snapshot
    return card(
        f"## {t(metric.title)} · {formatting.title(t, week.week)}",
        t(metric.definition),
        Divider(),
        _period(t, t("The last 28 days"), week.month, metric),
        _period(t, t("The week alone"), week.own, metric),
        Divider(),
        f"-# {_origin(t, week)}",
        Select(
            PICK_FIGURE.name,
            t("Explain another number"),
            tuple(
                Option(t(other.title), PICK_FIGURE.value(key, week.week)) for key, other in metrics.items()
            ),
        ),
    )


def _period(t: Language, heading: str, period: WeekPeriod, metric: Metric) -> str:
    lines = metric.lines(t, period) if metric.measured_in(period) else [t("Not measured then.")]
    return "\n".join((f"**{heading}** · {formatting.moments(period.window)}", *lines))


def _origin(t: Language, week: Snapshot) -> str:
    version = t("Formula version {version}.", version=week.formula)
    zone = t(
        "Weeks begin on Monday 00:00 in {zone}; a window holds its start and not its end.", zone=week.zone
    )
    state = (
        t("Computed just now; the week is not stored yet.")
        if week.stored_at is None
        else t("Stored {moment} and not changed since.", moment=stamp(week.stored_at))
    )
    return t.sentences(state, zone, version)
