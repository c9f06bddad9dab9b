"""300 schedules in which nothing mends what the direct way from event to role forgets."""

from __future__ import annotations

from tests.simulation import runner
from tests.simulation.floor import enough


def test_no_cent_and_no_role_is_lost_without_the_reconciler() -> None:
    tally = runner.run(range(300), reconciler=False)

    print(f"\nsimulation, reconciler off: {tally.line()}")
    enough(tally, schedules=300)
