"""Every metric, in the order in which lists and the weekly card show them. A new one is one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from bot.errors import UserError
from bot.insight.metrics.consumption import Consumption
from bot.insight.metrics.content_value import ContentValue
from bot.insight.metrics.engagement import Engagement
from bot.insight.metrics.interactions import Interactions
from bot.insight.metrics.members import Members
from bot.insight.metrics.metric import Metric
from bot.insight.metrics.participation import Participation

Metrics: TypeAlias = Mapping[str, Metric]

METRICS: Metrics = {
    "engagement": Engagement(),
    "content_value": ContentValue(),
    "interactions": Interactions(),
    "consumption": Consumption(),
    "participation": Participation(),
    "members": Members(),
}


def named(key: str, metrics: Metrics = METRICS) -> Metric:
    """The metric of this key. UserError for anything that no list of ours offers."""
    if key not in metrics:
        raise UserError("“{metric}” is not a figure of Lyceum. Choose one from the list.", metric=key[:20])
    return metrics[key]
