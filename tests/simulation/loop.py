"""Virtual time: a loop that never waits, and `datetime.now` going along with it."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import time_machine

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
Answer = TypeVar("Answer")


class _Selector(selectors.SelectSelector):
    """Instead of waiting for something to happen, lets the time pass."""

    def __init__(self, passed: Callable[[float], None]) -> None:
        super().__init__()
        self._passed = passed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits for something that will never come")
        if timeout > 0:
            self._passed(timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock is `moment`; `pass_time` moves it."""

    def __init__(self) -> None:
        self.moment = START
        self._seconds = 0.0
        self._traveller: time_machine.Traveller | None = None
        super().__init__(_Selector(self.pass_seconds))

    def time(self) -> float:
        return self._seconds

    def pass_seconds(self, seconds: float) -> None:
        """Time goes on."""
        self._seconds += seconds
        self.go(self.moment + timedelta(seconds=seconds))

    def go(self, moment: datetime) -> None:
        """Let `datetime.now` show this moment."""
        self.moment = moment
        if self._traveller is not None:
            self._traveller.move_to(moment, tick=False)

    def run(self, main: Awaitable[Answer]) -> Answer:
        """Run to the end, in virtual time."""
        with time_machine.travel(START, tick=False) as self._traveller:
            return self.run_until_complete(main)
