"""The community's clock. Due dates, entitlement ends and posts run on it; leases and timeouts do not.

Live it is the machine's clock. In the sandbox a person turns it, and it walks: everything that
falls due between then and now happens at its own time (`bot/demo/clock.py`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Whatever tells the community's time."""

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
