"""Schedules in which nothing mends what the direct way from event to role forgets."""

from __future__ import annotations

import pytest

from tests.simulation import runner
from tests.simulation.floor import enough

QUICK = range(5000, 5012)
FULL = [range(start, start + 100) for start in (0, 300, 400)]


@pytest.mark.parametrize(
    "seeds", [QUICK, *(pytest.param(seeds, marks=pytest.mark.thorough) for seeds in FULL)]
)
def test_no_cent_and_no_role_is_lost_without_the_reconciler(seeds: range) -> None:
    tally = runner.run(seeds, reconciler=False)

    print(f"\nsimulation, reconciler off: {tally.line()}")
    enough(tally, schedules=len(seeds))
