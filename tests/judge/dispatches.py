"""What the gateway told, as constants of the types that discord-api-types has for them.

`Wire` is a type as JSON carries it: of a text enum its texts, because a constant is no member of an enum. What is a
sum of flags is written as a number, because the compiler knows only the single ones.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.wire import Json, listing, mapping
from tests.judge.exceptions import untyped

_FLAGS = re.compile(r'("(?:\w+_)?flags"): (\d+)')
_NO_DATA = ("RESUMED",)
"""discord-api-types: `GatewayResumedDispatch` carries `never`."""

_HEAD = """\
import type * as api from "discord-api-types/v10";

type Wire<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Wire<T[K]> } : T;

"""


@dataclass
class Dispatches:
    """One sample of each shape that was told. `seen` counts samples by kind."""

    seen: dict[str, int] = field(default_factory=dict[str, int])
    exceptions: Counter[str] = field(default_factory=Counter[str])
    _shapes: set[str] = field(default_factory=set[str])
    _samples: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])

    def add(self, kind: str, data: Json) -> None:
        """Take one in, unless there is one of its shape."""
        self.seen.setdefault(kind, 0)
        shape = f"{kind} {_shape(data)}"
        if kind not in _NO_DATA and shape not in self._shapes:
            self._shapes.add(shape)
            self._samples.append((kind, self._typed(kind, _short(data))))
            self.seen[kind] += 1

    def _typed(self, where: str, value: Any) -> Any:
        """The same without what is listed as unknown to the types."""
        if (entries := listing(value)) is not None:
            return [self._typed(where, inner) for inner in entries]
        fields = mapping(value)
        if fields is None:
            return value
        kept: Json = {}
        for key, inner in fields.items():
            allowed = untyped(f"{where}.{key}", inner, fields)
            if allowed is None:
                kept[key] = self._typed(f"{where}.{key}", inner)
            else:
                self.exceptions[allowed.name] += 1
        return kept

    @property
    def kinds(self) -> int:
        """How many kinds were told."""
        return len(self.seen)

    def __len__(self) -> int:
        return len(self._samples)

    def typescript(self) -> str:
        """A module with one constant a line."""
        return _HEAD + "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        for number, (kind, data) in enumerate(self._samples, 1):
            name = "".join(word.capitalize() for word in kind.split("_"))
            text = _FLAGS.sub(r"\1: \2 as number", json.dumps(data, ensure_ascii=False))
            yield f"export const {kind}_{number}: Wire<api.Gateway{name}DispatchData> = {text};"

    def where(self, line: int) -> str:
        """The kind that stands in that line of the module."""
        index = line - _HEAD.count("\n") - 1
        return self._samples[index][0] if 0 <= index < len(self._samples) else "the module"


def _shape(value: object) -> str:
    """Equal for values with the same fields of the same JSON types; `type` counts by its value."""
    if (fields := mapping(value)) is not None:
        entries = {
            f"{'<id>' if key.isdecimal() else key}:{inner if key == 'type' else _shape(inner)}"
            for key, inner in fields.items()
        }
        return "{" + ",".join(sorted(entries)) + "}"
    if (listed := listing(value)) is not None:
        return "[" + ",".join(sorted({_shape(inner) for inner in listed})) + "]"
    return type(value).__name__


def _short(value: Any) -> Any:
    """The same with one entry of each shape in every list."""
    if (fields := mapping(value)) is not None:
        return {key: _short(inner) for key, inner in fields.items()}
    if (listed := listing(value)) is not None:
        # `shard` is a pair of numbers
        alike = all(isinstance(entry, int) for entry in listed)
        kept = listed if alike else {_shape(entry): entry for entry in listed}.values()
        return [_short(inner) for inner in kept]
    return value
