"""The clock of tests that run without a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class FakeClock:
    """A clock that changes only when a test sets `moment`, or calls `to` or `advance`."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def to(self, text: str) -> None:
        """Set it to this moment in UTC, written in ISO 8601."""
        self.moment = datetime.fromisoformat(text).replace(tzinfo=UTC)

    def advance(self, days: float) -> None:
        self.moment += timedelta(days=days)
