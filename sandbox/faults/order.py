"""Ordered faults of answers and gateway events."""

from __future__ import annotations

import itertools
import random
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from sandbox.wire import Json

LIMITS = ("route", "global", "shared", "cloudflare")
WAYS = ("drop", "twice", "late")


@dataclass(slots=True, kw_only=True)
class Fault:
    """The fields of every fault: it lets `skip` requests or events pass, then strikes by `chance`, `times` times.

    The dice are seeded with `seed`, so the same requests meet the same faults again.
    """

    id: int
    times: int = 1
    skip: int = 0
    chance: float = 1.0
    seed: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self.dice.seed(self.seed)

    def strikes(self) -> bool:
        """Does the fault strike the present request or event?"""
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.chance < 1.0 and self.dice.random() >= self.chance:
            return False
        self.times -= 1
        return True

    def as_json(self) -> Json:
        """The fault, with the times that are left."""
        body: Json = {name: value for name, value in asdict(self).items() if name != "dice"}
        return body


@dataclass(slots=True, kw_only=True)
class AnswerFault(Fault):
    """`route` is `METHOD /path/*` below /api/v10. With `after_effect` the request works before its answer fails.

    `status` answers with that status; `limit` is a 429 (route, global, shared, or cloudflare's HTML);
    `drop` breaks the connection; `hang` never answers; `delay` only answers later.
    """

    route: str
    status: int | None = None
    delay: float = 0.0
    after_effect: bool = False
    code: int = 0
    message: str = "A fault on order"
    retry_after: float = 1.0
    limit: str | None = None
    drop: bool = False
    hang: bool = False

    def __post_init__(self) -> None:
        Fault.__post_init__(self)
        if self.limit is None and self.status == 429:
            self.limit = "route"
        if self.limit not in (None, *LIMITS):
            raise TypeError(f"limit is one of {', '.join(LIMITS)}")

    @property
    def fails(self) -> bool:
        """Does the fault do more than delay?"""
        return self.drop or self.hang or self.limit is not None or self.status is not None

    def meets(self, method: str, path: str) -> bool:
        """Does the fault's route match this request?"""
        verb, _, pattern = self.route.partition(" ")
        return verb in (method, "*") and fnmatchcase(path, pattern.removeprefix("/api/v10"))


@dataclass(slots=True, kw_only=True)
class EventFault(Fault):
    """A gateway event of a kind (`*` is any) is lost, sent twice, or sent `seconds` late and so out of order."""

    event: str
    how: str
    seconds: float = 1.0

    def __post_init__(self) -> None:
        Fault.__post_init__(self)
        if self.how not in WAYS:
            raise TypeError(f"how is one of {', '.join(WAYS)}")


class Faults:
    """The ordered faults that have not yet happened."""

    def __init__(self) -> None:
        self.answers: list[AnswerFault] = []
        self.events: list[EventFault] = []
        self._numbers = itertools.count(1)

    def add_answer(self, route: str, **how: Any) -> AnswerFault:
        """Order a fault of answers; TypeError for an unknown field."""
        fault = AnswerFault(id=next(self._numbers), route=route, **how)
        self.answers.append(fault)
        return fault

    def add_event(self, event: str, **how: Any) -> EventFault:
        """Order a fault of gateway events; TypeError for an unknown field."""
        fault = EventFault(id=next(self._numbers), event=event, **how)
        self.events.append(fault)
        return fault

    def of_request(self, method: str, path: str) -> AnswerFault | None:
        """The fault that strikes this request, if any; one of its times is used up."""
        for fault in self.answers:
            if fault.meets(method, path) and fault.strikes():
                if fault.times <= 0:
                    self.answers.remove(fault)
                return fault
        return None

    def of_event(self, kind: str) -> EventFault | None:
        """The fault that strikes this event, if any; one of its times is used up."""
        for fault in self.events:
            if fault.event in (kind, "*") and fault.strikes():
                if fault.times <= 0:
                    self.events.remove(fault)
                return fault
        return None

    def remove(self, number: int | None = None) -> None:
        """Cancel one fault, or all."""
        self.answers = [f for f in self.answers if number is not None and f.id != number]
        self.events = [f for f in self.events if number is not None and f.id != number]

    def as_json(self) -> list[Json]:
        """The faults that have not yet happened."""
        return [fault.as_json() for fault in (*self.answers, *self.events)]
