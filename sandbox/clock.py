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
    """`base` held when the machine's clock said `real` (epoch seconds); since then time runs at `speed`."""

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
        """The clock as it was kept."""
        return cls(parse(body["base"]), body["real"], body["speed"], body["turn"])

    def as_json(self) -> Json:
        """What a follower needs to compute the same `now`."""
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
    """A moment as Discord writes it: microseconds and `+00:00`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def parse(text: str) -> datetime:
    """An ISO moment; without a zone it is UTC. ValueError when it is none."""
    value = datetime.fromisoformat(text)
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
