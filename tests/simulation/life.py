"""One life of the bot's process: it may die at any statement, call or named point, and then can do nothing more."""

from __future__ import annotations

import random


class ProcessKilled(BaseException):
    """The process is dead. No code of it runs on, and what it held in memory is gone."""


class Life:
    """Counts everything that a process does; at its last step it dies, before or after that step takes effect."""

    def __init__(self, steps: int | None, points: int | None = None) -> None:
        self._left = steps
        self._points = points
        self.dead = False
        self.died_at = ""

    def spare(self) -> None:
        """Let it live on."""
        self._left = self._points = None

    def point(self, name: str) -> None:
        """A named crash point is passed: some lives end at one."""
        if self._points is not None:
            self._points -= 1
            if self._points <= 0:
                self._left = 0
        self.step(name)

    def step(self, name: str) -> None:
        """One more step. ProcessKilled at the last one, and at every one after it."""
        if self.dead:
            raise ProcessKilled(name)
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                self.dead = True
                self.died_at = name
                raise ProcessKilled(name)


def mortal(dice: random.Random) -> Life:
    """A life that ends: after some steps, many of them within one purchase, or at a named point."""
    if dice.random() < 0.5:
        return Life(None, dice.randint(1, 25))
    return Life(dice.choice([dice.randint(1, 60), dice.randint(30, 300), dice.randint(200, 1500)]))
