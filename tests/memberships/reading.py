"""What tests read off cards, and deaths at crash points."""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from bot import crashpoints
from bot.cards import Card, Line, Row, Text


class Killed(BaseException):
    """The process died there."""


@contextlib.contextmanager
def killed_at(name: str, count: int = 1) -> Generator[None]:
    """Die the `count`-th time that this crash point is passed."""
    left = [count]

    def watch(passed: str) -> None:
        left[0] -= passed == name
        if passed == name and left[0] == 0:
            raise Killed(name)

    crashpoints.watch(watch)
    try:
        yield
    finally:
        crashpoints.watch(None)


def shown(card: Card) -> str:
    """The words of a card, and of its buttons."""
    words: list[str] = []
    for block in card.blocks:
        match block:
            case Text(text):
                words.append(text)
            case Line(text, button):
                words += [text, button.label]
            case Row(buttons):
                words += [button.label for button in buttons]
            case _:
                pass
    return "\n".join(words)


def actions(card: Card) -> list[str]:
    """What its buttons run."""
    rows = [block.buttons for block in card.blocks if isinstance(block, Row)]
    return [button.action for row in rows for button in row if button.action is not None]
