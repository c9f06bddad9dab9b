"""What Lyceum shows, in types of our own: a card of blocks. `bot/discord/components.py` renders it with Discord's components.

Limits that Discord sets for one message (its documentation, "Components"): 40 components,
4,000 characters of text in all, 25 options, labels of 80 characters. `bot/paging.py` keeps to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Literal, TypeAlias

TEXT_LIMIT = 4000
COMPONENT_LIMIT = 40
BYTE_LIMIT = 9500
"""Above about 10,170 bytes Discord answers 500 (discord-api-docs issue 8554): Chinese reaches that before 4,000."""

Style = Literal["primary", "secondary", "success", "danger"]


class Accent(Enum):
    """The colour of a card's edge. It never carries information that the text does not."""

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
    """Discord Markdown. Text that people typed goes through `plain` first."""

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
    """A PNG; `alt` describes it to people who cannot see it (at most 1,024 characters)."""

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
class Turn:
    """The page of a long card that is shown; `action(page)` turns to another, `place(page, pages)` says where one is."""

    page: int
    action: Callable[[int], str]
    back: str
    ahead: str
    place: Callable[[int, int], str]


@dataclass(frozen=True)
class Card:
    """One message. With `turn`, its blocks may be more than fit, and one page of them is shown."""

    blocks: tuple[Block, ...]
    accent: Accent = Accent.PLAIN
    turn: Turn | None = None


def card(*blocks: Block | str | None, accent: Accent = Accent.PLAIN, turn: Turn | None = None) -> Card:
    """A card of these blocks; plain strings become text, None is left out."""
    present = tuple(Text(block) if isinstance(block, str) else block for block in blocks if block is not None)
    return Card(present, accent, turn)


def size(text: str) -> int:
    """The length in UTF-16, where an emoji counts twice: the stricter of two ways to count."""
    return len(text) + sum(character > "\uffff" for character in text)


def fenced(words: str) -> str:
    """The words unchanged in a code block that they cannot close: no two backticks remain next to each other."""
    visible = "".join(character for character in words if character.isprintable() or character == "\n")
    while "``" in visible:
        visible = visible.replace("``", "`\N{ZERO WIDTH SPACE}`")
    return f"```\n{visible}\n```"


def coded(words: str, limit: int = 60) -> str:
    """The words as inline code, shortened in the middle: for ids, which differ at both ends."""
    visible = "".join(character for character in words if character.isprintable() and character != "`") or "–"
    half = (limit - 1) // 2
    return f"`{visible if len(visible) <= limit else visible[:half] + '…' + visible[-half:]}`"


_SPECIAL = str.maketrans({character: "\\" + character for character in "\\*_~`|>#[]()<@:-"})


def plain(words: str, limit: int = 200) -> str:
    """Text that a person typed, made harmless: no Markdown, no mentions, no invisible or reordering characters.

    Text longer than `limit` characters is cut with an ellipsis.
    """
    visible = "".join(character for character in words if character.isprintable() or character == "\n")
    shown = visible if len(visible) <= limit else visible[: limit - 1] + "…"
    return shown.translate(_SPECIAL)
