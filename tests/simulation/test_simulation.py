"""Of the simulation itself: it repeats, it says what it found, and it finds every bug that is put in."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.simulation import mutations, runner
from tests.simulation.floor import enough
from tests.simulation.mutations import MUTATIONS, Bug

TRIES = 200
MONEY = ("acknowledged_first", "ledger_by_event", "double_kept")
"""The bugs that the quick tests look for too."""


@pytest.mark.parametrize("reconciler", [True, False])
@pytest.mark.parametrize("count", [2, pytest.param(6, marks=pytest.mark.thorough)])
def test_the_same_seed_gives_the_same_run(reconciler: bool, count: int) -> None:
    first = [runner.trace(seed, reconciler=reconciler) for seed in range(1000, 1000 + count)]
    second = [runner.trace(seed, reconciler=reconciler) for seed in range(1000, 1000 + count)]

    assert first == second


class CleanRuns:
    """Runs without any bug, in each weather once: the controls of all bugs that were looked for in that weather."""

    def __init__(self) -> None:
        self._played: defaultdict[str, int] = defaultdict(int)

    def hold(self, bug: Bug, seeds: int) -> None:
        """Broken if one of the first seeds breaks something in the weather of this bug, though it is not there."""
        weather = f"{bug.reconciler} {bug.weather}"
        runner.run(range(self._played[weather], seeds), reconciler=bug.reconciler, **bug.weather)
        self._played[weather] = max(seeds, self._played[weather])


@pytest.fixture(scope="session")
def clean() -> Iterator[CleanRuns]:
    """The controls that this process has played."""
    yield CleanRuns()


def caught_at(bug: Bug) -> tuple[int, str]:
    """The first seed that shows the bug, and what is seen of it."""
    for seed in range(TRIES):
        try:
            runner.run([seed], reconciler=bug.reconciler, mutation=bug.mutation, **bug.weather)
        except runner.Broken as broken:
            return seed, str(broken).splitlines()[0]
    raise AssertionError(f"not caught in {TRIES} schedules")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[] if name in MONEY else [pytest.mark.thorough]) for name in MUTATIONS],
)
def test_a_deliberate_bug_is_caught_and_the_same_seeds_are_clean_without_it(
    name: str, clean: CleanRuns
) -> None:
    bug = MUTATIONS[name]

    seed, seen = caught_at(bug)

    clean.hold(bug, seed + 1)
    print(f"\n{name}: {seen}")


def test_control_a_weather_that_breaks_something_by_itself_is_no_control(clean: CleanRuns) -> None:
    """What the control would say of a bug that is caught by the weather alone."""
    bug = MUTATIONS["acknowledged_first"]
    weather = Bug(bug.mutation, bug.reconciler, {"mutation": bug.mutation})

    with pytest.raises(runner.Broken):
        clean.hold(weather, caught_at(bug)[0] + 1)


def test_a_failure_tells_its_seed_and_options() -> None:
    bug = MUTATIONS["late_ignored"]

    with pytest.raises(runner.Broken, match=r"(?s)seed \d+: .*kills = .*lost_webhooks = .*last:"):
        runner.run(range(TRIES), reconciler=bug.reconciler, mutation=bug.mutation, **bug.weather)


def test_every_bug_of_the_file_is_looked_for() -> None:
    written = {
        name
        for name, value in vars(mutations).items()
        if inspect.isfunction(value) and value.__module__ == mutations.__name__ and not name.startswith("_")
    }

    assert {name: bug.mutation.__name__ for name, bug in MUTATIONS.items()} == {
        name: name for name in written
    }


@pytest.mark.long
@pytest.mark.parametrize("reconciler", [True, False])
def test_three_thousand_schedules(reconciler: bool) -> None:
    tally = runner.run(range(10_000, 13_000), reconciler=reconciler)

    print(f"\nsimulation, reconciler {'on' if reconciler else 'off'}: {tally.line()}")
    enough(tally, schedules=3000)
