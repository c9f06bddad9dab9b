"""The community's clock. Due dates, entitlement ends and posts run on it; leases and timeouts do not.

Live it is the machine's clock. In the sandbox a person advances it, and it moves in steps: everything that
falls due on the way happens at its own time (`bot/demo/clock.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


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
