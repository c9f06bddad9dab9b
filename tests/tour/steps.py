"""docs/tour.md read as what it is: a list of steps. A step that nobody understands is a mistake of the document."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

TOUR = Path(__file__).resolve().parents[2] / "docs" / "tour.md"


@dataclass(frozen=True)
class Step:
    """One line of the tour: who does what, what they then see, and what they must not see any more."""

    number: int
    text: str
    verb: str
    told: dict[str, str]
    seen: tuple[str, ...] = ()
    unseen: tuple[str, ...] = field(default=())


_WHO = r"As \*\*(?P<who>\w+)\*\*"
_FORMS = {
    "type": rf"{_WHO}, in \*\*#(?P<channel>[\w-]+)\*\*, type `/(?P<command>[^`]+)`",
    "say": rf"{_WHO}, in \*\*#(?P<channel>[\w-]+)\*\*, say “(?P<words>[^”]+)”",
    "press": rf"{_WHO}, press \*\*(?P<label>[^*]+)\*\*",
    "pay": rf"{_WHO}, open the link and press \*\*Pay\*\*",
    "look": rf"{_WHO}, look into \*\*#(?P<channel>[\w-]+)\*\*",
    "join": rf"{_WHO}, join the voice channel \*\*(?P<voice>\w+)\*\*",
    "leave": rf"{_WHO}, leave the voice channel",
    "turn": r"Turn the clock by \*\*(?P<hours>\d+) hours?\*\*",
}


def steps(tour: Path = TOUR) -> list[Step]:
    """Every numbered line. ValueError names one that cannot be understood."""
    return [
        _read(int(found[1]), found[2])
        for found in re.finditer(r"^(\d+)\. (.+)$", tour.read_text("utf-8"), re.MULTILINE)
    ]


def _read(number: int, text: str) -> Step:
    for verb, form in _FORMS.items():
        found = re.match(form, text)
        if found:
            rest = text[found.end() :]
            unseen = re.search(r"no longer see “([^”]+)”", rest)
            seen = [] if unseen else re.findall(r"“([^”]+)”", rest)
            return Step(number, text, verb, found.groupdict(), tuple(seen), (unseen[1],) if unseen else ())
    raise ValueError(f"nobody can follow step {number} of docs/tour.md: {text}")


def command(typed: str, names: list[str]) -> tuple[str, dict[str, str]]:
    """`host create kind:Talk title:Ask me anything` → its name and options, as the page's command line reads it."""
    name = next(
        name for name in sorted(names, key=len, reverse=True) if typed == name or typed.startswith(name + " ")
    )
    parts = re.split(r"(?:^| )([a-z_]+):", typed[len(name) :])
    return name, dict(zip(parts[1::2], parts[2::2], strict=True))
