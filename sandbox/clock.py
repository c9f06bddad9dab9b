"""The community's clock: `now = base + (real - real_base) * speed`. It can be turned, never back."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.wire import Json


class Backwards(Exception):
    """Somebody asked the clock to run backwards."""


@dataclass(slots=True)
class Clock:
    """`base` is the community's time when the machine's clock said `real` (epoch seconds); it runs at `speed`."""

    base: datetime
    real: float
    speed: float = 0.0
    turn: int = 0

    @classmethod
    def frozen(cls, base: datetime) -> Clock:
        """A clock that stands still."""
        return cls(base, time.time())

    @classmethod
    def from_json(cls, body: Json) -> Clock:
        """The clock from its stored JSON."""
        return cls(parse(body["base"]), body["real"], body["speed"], body["turn"])

    def as_json(self) -> Json:
        """The clock's state, from which a follower computes the same `now`."""
        return {"turn": self.turn, "base": iso(self.base), "real": self.real, "speed": self.speed}

    def now(self) -> datetime:
        """The community's time, aware, UTC."""
        if not self.speed:
            return self.base
        return self.base + timedelta(seconds=(time.time() - self.real) * self.speed)

    def set(self, *, to: datetime | None = None, speed: float | None = None) -> None:
        """Turn the clock forward, change its speed, or both; `Backwards` if it would go back."""
        now = self.now()
        if to is not None and to < now:
            raise Backwards
        self.base, self.real = to or now, time.time()
        self.speed = self.speed if speed is None else speed
        self.turn += 1


def iso(moment: datetime) -> str:
    """A moment in Discord's format: microseconds and `+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse(text: str) -> datetime:
    """The moment of an ISO text, UTC where it names no zone; ValueError for any other text."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
