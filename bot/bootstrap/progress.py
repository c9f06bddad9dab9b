"""Turns pip's output into lines for a person: how far it is, or why it failed. ASCII only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TextIO

from bot.bootstrap.environment import plain_name

_HANDLED = re.compile(
    r"^(?:Collecting |Requirement already satisfied: |Processing (?:\S*/)?)(\w+(?:[.-][A-Za-z]\w*)*)"
)
_UNPACKING = re.compile(r"^Installing collected packages: (.+)$")
_RETRY = "connection broken by"

# The first match wins. Each pattern is a part of pip's own messages.
_REASONS = (
    (
        r"DO NOT MATCH THE HASHES",
        "A downloaded package is not the one that the lock file names, so nothing was installed. "
        "Check which package index pip uses (`pip config list`) and start again.",
    ),
    (
        r"No space left on device",
        "The disk is full: the packages need about 500 MB. Make room and start again.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "The package index was reached, but its certificate is not trusted here. Behind a company's proxy "
        "name the proxy's certificate file in PIP_CERT, then start again.",
    ),
    (
        r"ProxyError|Tunnel connection failed",
        "The proxy did not let pip through. Check HTTPS_PROXY and start again.",
    ),
    (
        r"connection broken by|NewConnectionError|NameResolutionError|ConnectTimeout|Read ?[Tt]imed ?out",
        "The packages could not be fetched: no package index answers. Connect this machine to the internet, "
        "or name a mirror of PyPI in PIP_INDEX_URL, and start again.",
    ),
    (
        r"No matching distribution found for (\S+)",
        "The package index has no {0} for this Python and this kind of machine. Use a complete mirror of "
        "PyPI, or Python 3.11 to 3.13, and start again.",
    ),
)


def explain(lines: list[str]) -> str | None:
    """A sentence that says why pip failed, if the reason lies outside the environment; else None."""
    text = "\n".join(lines)
    for pattern, sentence in _REASONS:
        match = re.search(pattern, text)
        if match:
            return sentence.format(*match.groups())
    return None


@dataclass
class PipOutput:
    """Follows pip's output. `total` is the number of pinned packages without those that pip skips."""

    total: int
    lines: list[str] = field(default_factory=list[str])
    name: str = ""
    done: int = 0
    unpacking: frozenset[str] = frozenset()
    retrying: bool = False

    @property
    def installing(self) -> bool:
        """Whether pip has begun to change the environment."""
        return bool(self.unpacking)

    def hear(self, line: str) -> None:
        """Take in one line; an empty one means that pip printed nothing."""
        if not line:
            return
        self.lines.append(line)
        self.retrying = _RETRY in line
        if line.startswith("Ignoring "):
            self.total -= 1
        elif handled := _HANDLED.match(line):
            self.name = handled[1]
            self.done += 1
        elif unpacking := _UNPACKING.match(line):
            self.unpacking = frozenset(plain_name(name.strip()) for name in unpacking[1].split(","))

    def step(self, installed: Iterable[str]) -> tuple[str, int, int, str] | None:
        """(what pip does, how many are done, of how many, current package); None while it has not begun."""
        if self.retrying:
            return ("The package index does not answer, trying again", 0, 0, "")
        if self.installing:
            return (
                "Unpacking packages",
                len(self.unpacking.intersection(installed)),
                len(self.unpacking),
                "",
            )
        if self.done:
            return ("Installing packages", min(self.done, self.total), self.total, self.name)
        return None


class Progress:
    """On a terminal one line that is updated in place; elsewhere a few plain lines."""

    def __init__(self, stream: TextIO, every: int = 20) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._every = every
        self._width = 0
        self._last: tuple[str, int] | None = None

    def say(self, sentence: str) -> None:
        """A line that stays."""
        self.close()
        print(sentence, file=self._stream, flush=True)

    def step(self, step: tuple[str, int, int, str]) -> None:
        """Show how far pip is: on a terminal in place, elsewhere every `every` packages."""
        verb, done, total, name = step
        text = f"{verb} ... {done}/{total} {name}".rstrip() if total else f"{verb} ..."
        if self._live:
            text = text[:78]
            print("\r" + text.ljust(self._width), end="", file=self._stream, flush=True)
            self._width = len(text)
        elif (mark := (verb, done // self._every)) != self._last:
            self._last = mark
            print(text, file=self._stream, flush=True)

    def close(self) -> None:
        """End the moving line, so that the next text starts on its own."""
        if self._width:
            print(file=self._stream, flush=True)
            self._width = 0
