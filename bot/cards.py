"""What Lyceum shows, in our own words: a card of blocks. `bot/discord/components.py` draws it with Discord's components.

Limits that Discord sets for one message (its documentation, "Components"): 40 components,
4,000 characters of text in all, 25 options, labels of 80 characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40

Style = Literal["primary", "secondary", "success", "danger"]


class Accent(Enum):
    """The colour of a card's edge. It never says anything that the words do not say too."""

    PLAIN = 0x5865F2
    GOOD = 0x3BA55D
    WARN = 0xF0B232
    BAD = 0xED4245
    QUIET = 0x80848E


@dataclass(frozen=True)
class Button:
    """Pressing it runs `action` ("page.verb:argument", at most 100 characters), or opens `url`."""

    label: str
    action: str | None = None
    url: str | None = None
    style: Style = "secondary"
    disabled: bool = False


@dataclass(frozen=True)
class Text:
    """Discord Markdown. Pass people's own words through `plain` first."""

    text: str


@dataclass(frozen=True)
class Line:
    """Text with a button at its right."""

    text: str
    button: Button


@dataclass(frozen=True)
class Row:
    """Up to five buttons beside each other."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True)
class Option:
    """One choice of a `Select`."""

    label: str
    value: str
    description: str | None = None


@dataclass(frozen=True)
class Select:
    """A list to pick one of; `action` is run with the value ("pick.…" by convention)."""

    action: str
    placeholder: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Divider:
    """A thin line."""


@dataclass(frozen=True)
class Picture:
    """A PNG with the sentence that tells its content to those who do not see it (at most 1,024 characters)."""

    name: str
    data: bytes
    alt: str


@dataclass(frozen=True)
class Attachment:
    """A file to download, shown on the card."""

    name: str
    data: bytes


Block: TypeAlias = Text | Line | Row | Select | Divider | Picture | Attachment


@dataclass(frozen=True)
class Card:
    """One message."""

    blocks: tuple[Block, ...]
    accent: Accent = Accent.PLAIN


def card(*blocks: Block | str | None, accent: Accent = Accent.PLAIN) -> Card:
    """A card of these blocks; plain strings become text, None is left out."""
    kept = tuple(Text(block) if isinstance(block, str) else block for block in blocks if block is not None)
    return Card(kept, accent)


def fenced(words: str) -> str:
    """Words shown as they are, in a block that they cannot end: no two backticks stay beside each other."""
    visible = "".join(character for character in words if character.isprintable() or character == "\n")
    while "``" in visible:
        visible = visible.replace("``", "`\N{ZERO WIDTH SPACE}`")
    return f"```\n{visible}\n```"


def coded(words: str, limit: int = 60) -> str:
    """Words in the type of code, shortened in the middle: for ids, of which both ends tell them apart."""
    visible = "".join(character for character in words if character.isprintable() and character != "`") or "–"
    half = (limit - 1) // 2
    return f"`{visible if len(visible) <= limit else visible[:half] + '…' + visible[-half:]}`"


_SPECIAL = str.maketrans({character: "\\" + character for character in "\\*_~`|>#[]()<@:-"})


def plain(words: str, limit: int = 200) -> str:
    """A person's own words, made harmless: no Markdown, no mentions, no invisible or reordering characters.

    Longer than `limit` characters, they are cut with an ellipsis.
    """
    visible = "".join(character for character in words if character.isprintable() or character == "\n")
    shown = visible if len(visible) <= limit else visible[: limit - 1] + "…"
    return shown.translate(_SPECIAL)
