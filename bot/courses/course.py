"""A course as its author wrote it: what reading a folder or a zip yields and what a version keeps."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, replace

TITLE_LIMIT = 100  # characters
SLUG_LIMIT = 200
DESCRIPTION_LIMIT = 600
LESSON_LIMIT = 60_000  # characters, some twenty pages


@dataclass(frozen=True)
class Lesson:
    """One lesson: Markdown whose lines end in a line feed. `depth` tells how far a table of contents indents it.

    The slug is what a member's progress hangs on across versions: it comes from the file's name.
    """

    slug: str
    title: str
    body: str
    depth: int = 0
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """Lessons under one title; an empty title for lessons that stand alone."""

    title: str
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Course:
    """A whole course. `tiers` are names of paid tiers of which each opens it; none named: says nothing about access."""

    slug: str
    title: str
    modules: tuple[Module, ...]
    description: str = ""
    tags: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All lessons in their order."""
        return tuple(lesson for module in self.modules for lesson in module.lessons)

    def digest(self) -> str:
        """The same for the same content, whatever it was packed in."""
        return hashlib.sha256(
            json.dumps(asdict(self), sort_keys=True).encode("utf-8", "surrogatepass")
        ).hexdigest()

    def opened_by(self, *tiers: str) -> Course:
        """The same course, named tiers added."""
        return replace(self, tiers=(*self.tiers, *tiers))


def slugged(words: str) -> str:
    """A name for ever: Tasks & Groups becomes tasks-groups; letters of every script stay."""
    plain = unicodedata.normalize("NFC", words).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-")


def quoted(name: str) -> str:
    """A file's name inside a sentence: as code, so that nothing in it has a meaning."""
    visible = "".join(character for character in name if character.isprintable() and character != "`")
    return f"`{visible if len(visible) <= 120 else '…' + visible[-119:]}`"


def at(file: str, line: int | None = None) -> str:
    """Where a mistake stands, for the beginning of a sentence."""
    return quoted(file) if line is None else f"{quoted(file)}:{line}"
