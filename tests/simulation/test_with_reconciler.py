"""300 schedules with whole-guild reconciliation, people changing roles by hand, leaving and coming back."""

from __future__ import annotations

from tests.simulation import runner
from tests.simulation.floor import enough


def test_no_cent_and_no_role_is_lost_with_the_reconciler() -> None:
    tally = runner.run(range(300), reconciler=True)

    print(f"\nsimulation, reconciler on: {tally.line()}")
    enough(tally, schedules=300)
