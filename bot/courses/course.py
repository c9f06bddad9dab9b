"""A course as its author wrote it: read from a folder or a zip, stored as a version."""

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

    A member's progress belongs to the slug across versions; it comes from the file's name.
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
    """A whole course. Each tier named in `tiers` opens it; with none the course says nothing about access."""

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
        """A hash of the content: equal for equal content, however it was packed."""
        return hashlib.sha256(
            json.dumps(asdict(self), sort_keys=True).encode("utf-8", "surrogatepass")
        ).hexdigest()

    def opened_by(self, *tiers: str) -> Course:
        """The same course with more tiers."""
        return replace(self, tiers=(*self.tiers, *tiers))


def slugify(text: str) -> str:
    """A slug: Tasks & Groups becomes tasks-groups; letters of every script stay."""
    folded = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def quoted(name: str) -> str:
    """A file's name inside a sentence: as code, so that Discord formats nothing in it."""
    visible = "".join(character for character in name if character.isprintable() and character != "`")
    return f"`{visible if len(visible) <= 120 else '…' + visible[-119:]}`"


def at(file: str, line: int | None = None) -> str:
    """Where a mistake is, for the beginning of a sentence."""
    return quoted(file) if line is None else f"{quoted(file)}:{line}"
