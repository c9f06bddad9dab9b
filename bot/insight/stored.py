"""How a period is written into a stored week, and read again by the version that it was written in.

A stored week never changes, so a reader stays for ever. What a version holds stands here in words, and not in the
fields of today's classes: those may grow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from bot.errors import UserError
from bot.insight.inputs import Counts
from bot.insight.snapshot import Measured, WeekPeriod

COUNTS_1 = (
    "messages",
    "reactions",
    "threads",
    "voice",
    "active_members",
    "consumption",
    "participation",
    "contents",
    "rated",
    "rating_sum",
    "rating_count",
)


def written(period: WeekPeriod) -> dict[str, Any]:
    """The inputs in the newest version."""
    counts: dict[str, Any] = asdict(period.counts)
    metrics = {key: dict(inputs) for key, inputs in period.measured.items()}
    return counts | ({"metrics": metrics} if metrics else {})


def read(formula: int, inputs: Mapping[str, Any]) -> tuple[Counts, Measured]:
    """The inputs as the week has them. UserError for a version that this Lyceum does not know."""
    if formula not in READERS:
        raise UserError("This week was stored by a later version of Lyceum. Update Lyceum to open it.")
    return READERS[formula](inputs)


def _version_1(inputs: Mapping[str, Any]) -> tuple[Counts, Measured]:
    """Eleven counts by name, and under "metrics", if there are any, what later metrics measured themselves."""
    return Counts(**{name: inputs[name] for name in COUNTS_1}), inputs.get("metrics", {})


Reader: TypeAlias = Callable[[Mapping[str, Any]], tuple[Counts, Measured]]

READERS: dict[int, Reader] = {
    1: _version_1,
}
