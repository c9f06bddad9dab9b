"""How a period is written into a stored week, and read back by the formula version that wrote it.

A stored week never changes, so every reader stays for ever. A version's fields are listed here by name, not taken
from today's classes, which may grow.
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
    """The inputs of a stored week. UserError for a version that this Lyceum does not know."""
    if formula not in READERS:
        raise UserError("This week was stored by a later version of Lyceum. Update Lyceum to open it.")
    return READERS[formula](inputs)


def _version_1(inputs: Mapping[str, Any]) -> tuple[Counts, Measured]:
    """Eleven counts by name, and under "metrics", if there are any, what metrics measured themselves."""
    return Counts(**{name: inputs[name] for name in COUNTS_1}), inputs.get("metrics", {})


Reader: TypeAlias = Callable[[Mapping[str, Any]], tuple[Counts, Measured]]

READERS: dict[int, Reader] = {
    1: _version_1,
}
