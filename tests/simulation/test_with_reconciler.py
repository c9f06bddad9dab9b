"""Schedules with whole-guild reconciliation, people changing roles by hand, leaving and coming back."""

from __future__ import annotations

import pytest

from tests.simulation import runner
from tests.simulation.floor import enough

QUICK = range(5079, 5091)
FULL = [range(start, start + 100) for start in (0, 200, 400)]


@pytest.mark.parametrize(
    "seeds", [QUICK, *(pytest.param(seeds, marks=pytest.mark.thorough) for seeds in FULL)]
)
def test_no_cent_and_no_role_is_lost_with_the_reconciler(seeds: range) -> None:
    tally = runner.run(seeds, reconciler=True)

    print(f"\nsimulation, reconciler on: {tally.line()}")
    enough(tally, schedules=len(seeds))
