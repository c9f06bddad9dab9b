"""Every metric, in the order in which lists and the weekly card show them. A new one is one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from bot.errors import UserError
from bot.insight.metrics.consumption import ConsumptionMetric
from bot.insight.metrics.content_value import ContentValueMetric
from bot.insight.metrics.engagement import EngagementMetric
from bot.insight.metrics.interactions import InteractionsMetric
from bot.insight.metrics.members import MembersMetric
from bot.insight.metrics.metric import Metric
from bot.insight.metrics.participation import ParticipationMetric

Metrics: TypeAlias = Mapping[str, Metric]

METRICS: Metrics = {
    "engagement": EngagementMetric(),
    "content_value": ContentValueMetric(),
    "interactions": InteractionsMetric(),
    "consumption": ConsumptionMetric(),
    "participation": ParticipationMetric(),
    "members": MembersMetric(),
}


def named(key: str, metrics: Metrics = METRICS) -> Metric:
    """The metric with this key. UserError if there is none."""
    if key not in metrics:
        raise UserError("“{metric}” is not a figure of Lyceum. Choose one from the list.", metric=key[:20])
    return metrics[key]
