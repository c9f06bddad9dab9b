"""Faults on order: the next answers to a route go wrong in a named way."""

from __future__ import annotations

import itertools
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from sandbox.wire import Json


@dataclass(slots=True)
class Fault:
    """`route` is `METHOD /path/*` below /api/v10. With `after_effect` the request works before its answer fails."""

    id: int
    route: str
    status: int | None = None
    times: int = 1
    delay: float = 0.0
    after_effect: bool = False
    code: int = 0
    message: str = "A fault on order"
    retry_after: float = 1.0
    drop: bool = False

    @property
    def fails(self) -> bool:
        """Does it more than delay?"""
        return self.drop or self.status is not None

    def body(self) -> Json:
        """What the failing answer says."""
        if self.status == 429:
            return {
                "message": "You are being rate limited.",
                "retry_after": self.retry_after,
                "global": False,
            }
        return {"message": self.message, "code": self.code}


class Faults:
    """The faults that are still to happen."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []
        self._numbers = itertools.count(1)

    def add(self, route: str, **how: Any) -> Fault:
        """Order a fault; TypeError for a word that it does not know."""
        fault = Fault(next(self._numbers), route, **how)
        self._waiting.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """The fault of this request, if one is ordered; it is used up by one."""
        for fault in self._waiting:
            verb, _, pattern = fault.route.partition(" ")
            if verb in (method, "*") and fnmatchcase(path, pattern.removeprefix("/api/v10")):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def remove(self, number: int | None = None) -> None:
        """Take back one fault, or all."""
        self._waiting = [f for f in self._waiting if number is not None and f.id != number]

    def as_json(self) -> list[Json]:
        """What is still to happen."""
        return [asdict(fault) for fault in self._waiting]
