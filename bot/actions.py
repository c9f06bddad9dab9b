"""Actions of buttons and selects: each is declared once by its domain, with the types of its arguments.

A button carries its action in Discord's custom id, "name:argument:argument"; a select carries the name, and each of its
options the arguments. Old cards stay in use: names and argument forms are never changed, only added.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar, TypeVarTuple, overload

from bot.errors import UserError

LIMIT = 100
"""Most characters in a custom id and in an option's value (Discord's documentation, "Components")."""

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
Ts = TypeVarTuple("Ts")


def outdated() -> UserError:
    """The error for a button or select that this version does not know or cannot read."""
    return UserError(
        "This button or list comes from an older version and does not work any more. Type the command again to get a new one; /help shows them all."
    )


@dataclass(frozen=True)
class Part(Generic[T]):
    """One argument: how it is written into a custom id and read back. `read` raises ValueError for any other text."""

    write: Callable[[T], str]
    read: Callable[[str], T]
    optional: bool = False


def _number(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,19}", text) or not -(2**63) <= int(text) < 2**63:
        raise ValueError(text)
    return int(text)


def _word(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", text):
        raise ValueError(text)
    return text


NUMBER = Part[int](str, _number)
"""An id, a page, an amount: a 64-bit integer, which fits into a column."""
WORD = Part[str](_word, _word)
"""Letters, digits, - and _: a key, the name of a provider."""


def one_of(enum: type[E]) -> Part[E]:
    """A member of an enumeration, by its value."""
    return Part(lambda member: str(member.value), enum)


def optional(part: Part[T]) -> Part[T | None]:
    """An argument that may be left out at the end: None."""
    return Part(lambda value: "" if value is None else part.write(value), part.read, optional=True)


def blank_as(sign: str, part: Part[T]) -> Part[T | None]:
    """An argument that may be None, written as `sign`."""

    def write(value: T | None) -> str:
        return sign if value is None else part.write(value)

    def read(text: str) -> T | None:
        return None if text == sign else part.read(text)

    return Part(write, read)


class Arguments(Generic[*Ts]):
    """The arguments of an action, in order. Built by `arguments`."""

    def __init__(self, parts: tuple[Part[Any], ...], separator: str) -> None:
        self._parts = parts
        self._separator = separator

    def write(self, *values: *Ts) -> str:
        """The values as text. ValueError for a value that would not be read back the same."""
        untyped: tuple[Any, ...] = tuple(values)
        written = [part.write(value) for part, value in zip(self._parts, untyped, strict=True)]
        while written and not written[-1] and self._parts[len(written) - 1].optional:
            written.pop()
        text = self._separator.join(written)
        if self.read(text) != values:
            raise ValueError(f"{values} would be read back as something else: {text}")
        return text

    def read(self, text: str) -> tuple[*Ts]:
        """The values in this text. ValueError when it does not have this form."""
        pieces = text.split(self._separator) if text else []
        if len(pieces) > len(self._parts):
            raise ValueError(text)
        values: list[Any] = [part.read(piece) for part, piece in zip(self._parts, pieces, strict=False)]
        for part in self._parts[len(pieces) :]:
            if not part.optional:
                raise ValueError(text)
            values.append(None)
        return tuple(values)


@overload
def arguments(*, separator: str = ...) -> Arguments[()]: ...
@overload
def arguments(a: Part[A], /, *, separator: str = ...) -> Arguments[A]: ...
@overload
def arguments(a: Part[A], b: Part[B], /, *, separator: str = ...) -> Arguments[A, B]: ...
@overload
def arguments(a: Part[A], b: Part[B], c: Part[C], /, *, separator: str = ...) -> Arguments[A, B, C]: ...
@overload
def arguments(
    a: Part[A], b: Part[B], c: Part[C], d: Part[D], /, *, separator: str = ...
) -> Arguments[A, B, C, D]: ...
def arguments(*parts: Part[Any], separator: str = ":") -> Arguments[*tuple[Any, ...]]:
    """Arguments of these parts, with `separator` between them."""
    return Arguments(parts, separator)


class Action(Generic[*Ts]):
    """What a button or a select can ask for."""

    def __init__(self, name: str, parameters: Arguments[*Ts]) -> None:
        if not re.fullmatch(r"[a-z]+\.[a-z_]+", name):
            raise ValueError(f"not the name of an action: {name}")
        self.name = name
        self._arguments = parameters

    def read(self, text: str) -> tuple[*Ts]:
        """The arguments in the text of a press. UserError when this version cannot read them."""
        try:
            return self._arguments.read(text)
        except (ValueError, UserError):
            raise outdated() from None


class ButtonAction(Action[*Ts]):
    """What a button asks for."""

    def encode(self, *values: *Ts) -> str:
        """The custom id of a button with these arguments. ValueError when it is too long for Discord."""
        text = self._arguments.write(*values)
        return _short_enough(f"{self.name}:{text}" if text else self.name)

    def decode(self, custom_id: str) -> tuple[*Ts]:
        """The arguments of a custom id of this action."""
        name, text = split(custom_id)
        if name != self.name:
            raise ValueError(f"{custom_id} is not {self.name}")
        return self.read(text)


class SelectAction(Action[*Ts]):
    """What a select asks for: `name` is its custom id, and the chosen option carries the arguments."""

    def value(self, *values: *Ts) -> str:
        """The value of an option with these arguments. ValueError when it is too long for Discord."""
        return _short_enough(self._arguments.write(*values))

    def decode(self, value: str) -> tuple[*Ts]:
        """The arguments of an option's value."""
        return self.read(value)


def split(custom_id: str) -> tuple[str, str]:
    """The name of the action, and the text of its arguments."""
    name, _, text = custom_id.partition(":")
    return name, text


def _short_enough(text: str) -> str:
    if len(text) > LIMIT:
        raise ValueError(f"{len(text)} characters, and Discord takes {LIMIT}: {text}")
    return text
