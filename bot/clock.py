"""The community's clock. Due dates, entitlement ends and posts run on it; leases and timeouts do not.

Live it is the machine's clock, as long as Discord agrees with it. In the sandbox a person advances it, and it moves in
steps: everything that falls due on the way happens at its own time (`bot/demo/clock.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

TOLERATED = timedelta(minutes=5)
"""How far the machine's clock and the second opinion may lie apart."""

log = structlog.get_logger(__name__)


class Clock(Protocol):
    """The source of the community's time."""

    def now(self) -> datetime:
        """The community's time, aware UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def real_now() -> datetime:
    """Real time, for leases, backoff and Discord's deadlines: aware UTC."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds that go on evenly whatever somebody does to the wall clock, suspension included where the system can."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class WitnessedClock:
    """The machine's clock, unless a second opinion says that it is wrong: then what that said, and the time since.

    Nobody loses a role because the machine believes that it is next year, and no fresh purchase lies ahead because it
    believes that it is an hour ago.
    """

    def __init__(
        self, wall: Callable[[], datetime] = real_now, elapsed: Callable[[], float] = elapsed
    ) -> None:
        self._wall = wall
        self._elapsed = elapsed
        self._heard: tuple[datetime, float] | None = None
        self._doubtful: tuple[datetime, float] | None = None
        self._wrong = False

    def hear(self, moment: datetime) -> None:
        """Take a second opinion. One that contradicts what was believed until now counts when another confirms it."""
        believed = self._since(self._heard) or self._wall()
        confirmed = self._since(self._doubtful)
        if abs(moment - believed) > TOLERATED and (confirmed is None or abs(moment - confirmed) > TOLERATED):
            self._doubtful = (moment, self._elapsed())
            return
        self._heard, self._doubtful = (moment, self._elapsed()), None

    def now(self) -> datetime:
        wall, told = self._wall(), self._since(self._heard)
        wrong = told is not None and abs(wall - told) > TOLERATED
        if wrong is not self._wrong:
            self._wrong = wrong
            if wrong:
                log.error("the machine's clock is wrong", finding="clock-wrong", machine=wall, discord=told)
            else:
                log.info("the machine's clock is right again", machine=wall)
        return told if told is not None and wrong else wall

    def _since(self, opinion: tuple[datetime, float] | None) -> datetime | None:
        """What that opinion would be now."""
        if opinion is None:
            return None
        return opinion[0] + timedelta(seconds=self._elapsed() - opinion[1])
