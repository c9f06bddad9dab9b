"""Names as people type them: whether two are the same, and which thing is meant."""

from __future__ import annotations

import unicodedata

from bot.errors import UserError


def compared(name: str) -> str:
    """The form in which names are compared: case, width and surrounding space do not matter."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def means(typed: str, id_: int, *names: str) -> bool:
    """Whether `typed` is the thing's id (autocomplete sends it) or one of its names."""
    key = compared(typed)
    return bool(key) and (key == str(id_) or key in map(compared, names))


def require_typed(typed: str) -> None:
    """UserError when a name is empty, or made of spaces and invisible characters only."""
    if not any(character.isprintable() and not character.isspace() for character in typed):
        raise UserError("You have not typed a name. Pick one from the list that appears while typing.")


def holds(name: str, typed: str) -> bool:
    """Whether the name contains what was typed, so that autocomplete offers it."""
    return compared(typed) in compared(name)
