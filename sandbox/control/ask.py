"""One call of the control side."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.errors import Refusal
from sandbox.parts import Parts
from sandbox.wire import Json
from sandbox.world import find
from sandbox.world.world import World


@dataclass(frozen=True)
class Ask:
    """`body` is the JSON of a POST, `query` that of a GET, `path` what the route named."""

    parts: Parts
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Json

    @property
    def world(self) -> World:
        """The world on which the call acts."""
        return self.parts.world

    @property
    def person(self) -> str:
        """The id of the person who acts."""
        return find.human(self.world, self.body.get("as"))

    @property
    def viewer(self) -> str:
        """The id of the person who looks."""
        return find.human(self.world, self.query.get("as"))

    @property
    def wait(self) -> float:
        """The number of real seconds to wait for an answer."""
        value = self.body.get("wait", 10)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 600:
            raise Refusal(400, "`wait` is no number of seconds.", "Give 0 to 600.")
        return float(value)

    def number(self, key: str, default: int, low: int, high: int) -> int:
        """A whole number from the query."""
        text = self.query.get(key)
        if text is None:
            return default
        if not text.isascii() or not text.isdecimal() or not low <= int(text) <= high:
            raise Refusal(400, f"`{key}` is {text}.", f"Give {low} to {high}.")
        return int(text)


Answer = Callable[[Ask], Awaitable[Any]]
Calls = list[tuple[str, str, Answer]]
