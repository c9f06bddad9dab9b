"""The registry: every metric under its key, in both languages, few enough for Discord's lists."""

from __future__ import annotations

import pytest

from bot.insight.metrics.registry import METRICS
from tests.insight.test_cards import EN, ZH, report

OPTION_LIMIT = 25
"""Discord's: choices of a command, options of a list."""


def test_every_metric_stands_under_its_own_key() -> None:
    assert [metric.key for metric in METRICS.values()] == list(METRICS)
    assert len(METRICS) <= OPTION_LIMIT


@pytest.mark.parametrize("key", METRICS)
def test_every_metric_speaks_both_languages(key: str) -> None:
    metric = METRICS[key]

    assert ZH(metric.title) != EN(metric.title)
    assert ZH(metric.definition) != EN(metric.definition)


def test_values_are_written_with_the_decimals_they_have() -> None:
    month = report().snapshot.month

    expected = {
        "engagement": "1.80",
        "content_value": "45.0",
        "interactions": "50",
        "consumption": "100",
        "participation": "30",
        "members": "100",
    }
    assert {key: METRICS[key].unit(EN, METRICS[key].value(month)) for key in expected} == expected
