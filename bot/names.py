"""Names as people type them: when two are the same, and which thing is meant."""

from __future__ import annotations

import unicodedata


def compared(name: str) -> str:
    """A name as names are compared: case, width and surrounding space do not matter."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def means(typed: str, id_: int, *names: str) -> bool:
    """Whether somebody who typed this means the thing with that id (autocomplete gives it), or with one of these names."""
    key = compared(typed)
    return bool(key) and (key == str(id_) or key in map(compared, names))


def holds(name: str, typed: str) -> bool:
    """Whether a name is offered to somebody who has typed so much of it."""
    return compared(typed) in compared(name)
