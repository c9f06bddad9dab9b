"""A wrong clock ends nothing and delays nothing: Discord's answers say what time it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import running
from bot.clock import TOLERATED, WitnessedClock
from sandbox.app import Sandbox
from tests.blank import prepare
from tests.community import settings

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
YEAR = timedelta(days=365)


@dataclass
class Machine:
    """A machine whose wall clock somebody sets, and Discord, whose clock is right."""

    moment: datetime = NOW
    off: timedelta = timedelta(0)
    clock: WitnessedClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = WitnessedClock(lambda: self.moment + self.off, lambda: (self.moment - NOW) / SECOND)

    def answer(self, times: int = 1, by: timedelta = timedelta(0)) -> None:
        """Discord answers, with its `Date` (whole seconds), or one that is wrong `by` so much."""
        for _ in range(times):
            self.moment += SECOND
            self.clock.hear(self.moment.replace(microsecond=0) + by)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_without_a_second_opinion_the_machine_is_believed(machine: Machine) -> None:
    machine.off = YEAR

    assert machine.clock.now() == NOW + YEAR


@pytest.mark.parametrize("off", [timedelta(0), SECOND, TOLERATED - 2 * SECOND, -TOLERATED + 2 * SECOND])
def test_as_long_as_they_agree_it_is_the_machine_s_time(machine: Machine, off: timedelta) -> None:
    machine.answer(3)
    machine.off = off

    assert machine.clock.now() == machine.moment + off


@pytest.mark.parametrize("off", [YEAR, -YEAR, timedelta(hours=1), timedelta(hours=-1), timedelta(minutes=6)])
def test_a_jump_while_running_changes_nothing(machine: Machine, off: timedelta) -> None:
    machine.answer()
    machine.off = off
    assert machine.clock.now() == machine.moment

    machine.moment += timedelta(hours=5)  # Discord is not asked meanwhile
    assert machine.clock.now() == machine.moment

    machine.off = timedelta(0)
    assert machine.clock.now() == machine.moment


@pytest.mark.parametrize("off", [YEAR, timedelta(hours=-1)])
def test_a_clock_that_is_wrong_from_the_start_is_seen_after_two_answers(
    machine: Machine, off: timedelta
) -> None:
    machine.off = off
    machine.answer(2)

    assert machine.clock.now() == machine.moment


def test_one_odd_answer_moves_nothing(machine: Machine) -> None:
    machine.answer(2)

    for odd in (YEAR, -YEAR, timedelta(hours=1)):
        machine.answer(by=odd)
        assert machine.clock.now() == machine.moment
        machine.answer()
        assert machine.clock.now() == machine.moment


def test_after_a_sleep_that_the_machine_did_not_count_two_answers_are_enough(machine: Machine) -> None:
    slept = timedelta(hours=8)
    clock = WitnessedClock(lambda: machine.moment, lambda: (machine.moment - NOW - slept) / SECOND)
    clock.hear(NOW)
    before = clock.now()
    machine.moment += slept
    assert before <= clock.now() <= machine.moment

    for _ in range(2):
        clock.hear(machine.moment)

    assert clock.now() == machine.moment


async def test_discord_s_answers_are_the_second_opinion(tmp_path: Path) -> None:
    """Signed in as to Discord itself: the two first answers come before any work is done."""
    async with Sandbox(tmp_path / "world", port=0) as there:
        chosen = settings(tmp_path, DISCORD__TOKEN="sandbox.Lyceum", DISCORD__API=f"{there.url}/api/v10")
        prepare(chosen.folder / "lyceum.db")
        async with running(chosen) as app:
            clock = app.clock
            assert isinstance(clock, WitnessedClock)
            opinion = clock._since(clock._heard)

    assert opinion is not None
    assert abs(opinion - datetime.now(UTC)) < timedelta(seconds=30)
