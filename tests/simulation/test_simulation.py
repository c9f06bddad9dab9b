"""The simulation itself: it repeats, it says what it found, and it finds every bug that is put in."""

from __future__ import annotations

import pytest

from tests.simulation import runner
from tests.simulation.floor import enough
from tests.simulation.mutations import MUTATIONS

TRIES = 200


@pytest.mark.parametrize("reconciler", [True, False])
def test_the_same_seed_gives_the_same_run(reconciler: bool) -> None:
    first = [runner.trace(seed, reconciler=reconciler) for seed in range(1000, 1006)]
    second = [runner.trace(seed, reconciler=reconciler) for seed in range(1000, 1006)]

    assert first == second


@pytest.mark.parametrize("name", MUTATIONS)
def test_control_without_the_bug_the_same_weather_breaks_nothing(name: str) -> None:
    bug = MUTATIONS[name]

    runner.run(range(3), reconciler=bug.reconciler, **bug.weather)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_deliberate_bug_is_caught(name: str) -> None:
    bug = MUTATIONS[name]

    with pytest.raises(runner.Broken) as caught:
        runner.run(range(TRIES), reconciler=bug.reconciler, mutation=bug.mutation, **bug.weather)

    print(f"\n{name}: {str(caught.value).splitlines()[0]}")


def test_a_failure_tells_its_seed_and_options() -> None:
    bug = MUTATIONS["late_ignored"]

    with pytest.raises(runner.Broken, match=r"(?s)seed \d+: .*kills = .*lost_webhooks = .*last:"):
        runner.run(range(TRIES), reconciler=bug.reconciler, mutation=bug.mutation, **bug.weather)


def test_there_are_fifteen_of_them() -> None:
    assert len(MUTATIONS) >= 15


@pytest.mark.long
@pytest.mark.parametrize("reconciler", [True, False])
def test_three_thousand_schedules(reconciler: bool) -> None:
    tally = runner.run(range(10_000, 13_000), reconciler=reconciler)

    print(f"\nsimulation, reconciler {'on' if reconciler else 'off'}: {tally.line()}")
    enough(tally, schedules=3000)
