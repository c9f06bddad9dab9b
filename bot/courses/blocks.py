"""The blocks and code fences of a Markdown text, by line. Pure."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from markdown_it import MarkdownIt

# Discord takes the text after ``` for a language only in this form; anything else it shows as the first line of code.
_LANGUAGE = re.compile(r"[A-Za-z0-9_+\-.#]{1,32}")
_CONTAINER = re.compile(r"[^>\s]")


@dataclass(frozen=True)
class Fence:
    """A fenced code block in lines [start, end). `prefix` precedes each of its lines: "> " or indentation."""

    start: int
    end: int
    prefix: str
    marker: str
    language: str
    closed: bool

    @property
    def opening(self) -> str:
        """The line that opens the fence again on the next page."""
        return f"{self.prefix}{self.marker}{self.language}\n"

    @property
    def closing(self) -> str:
        """The line that closes the fence at the end of a page."""
        return f"{self.prefix}{self.marker}\n"


@dataclass(frozen=True)
class Block:
    """A block in lines [start, end); `depth` is 0 at the top, more inside lists and quotes."""

    start: int
    end: int
    depth: int
    kind: str


@dataclass(frozen=True)
class MarkdownBlocks:
    """A text as it is sent to Discord, by line, with its blocks and fences.

    The lines are the author's, except for the first and last line of a fence: Discord knows only backticks
    (not ~~~), and after them only one plain word, the language.
    """

    lines: tuple[str, ...]
    blocks: tuple[Block, ...]
    fences: tuple[Fence, ...]


def language(info: str) -> str:
    """The language that a fence names, in Discord's form: "rust,editable" → "rust", "{.py}" → "" (none)."""
    match = _LANGUAGE.match(info.strip())
    return match.group() if match else ""


def parse_blocks(text: str) -> MarkdownBlocks:
    """Parse a text whose lines end in a line feed, as the import guarantees."""
    lines = split(text)
    blocks: list[Block] = []
    fences: list[Fence] = []
    for token in _parser().parse(text):
        if token.map is None or token.nesting < 0 or token.type == "inline":
            continue
        start, end = token.map[0], min(token.map[1], len(lines))
        blocks.append(Block(start, end, token.level, token.type.removesuffix("_open")))
        if token.type == "fence":
            fences.append(_fence(lines, start, end, token.markup, token.info))
    return MarkdownBlocks(tuple(lines), tuple(blocks), tuple(fences))


def split(text: str) -> list[str]:
    """The lines of a text with their line feeds. (str.splitlines would also split at form feeds and the like.)"""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")  # only blocks are needed


def _fence(lines: list[str], start: int, end: int, markup: str, info: str) -> Fence:
    """Describe a fence, and write its first and last line in Discord's form into `lines`."""
    before, _, _ = lines[start].partition(markup)
    closed = end - start > 1 and _ends(lines[end - 1], markup)
    marker = markup if markup[0] == "`" else _backticks("".join(lines[start + 1 : end]))
    fence = Fence(start, end, _CONTAINER.sub(" ", before), marker, language(info), closed)
    lines[start] = before + marker + fence.language + _line_feed(lines[start])
    if closed and marker != markup:
        lines[end - 1] = lines[end - 1].replace(lines[end - 1].strip("> \t\n"), marker)
    return fence


def _ends(line: str, markup: str) -> bool:
    rest = line.strip("> \t\n")
    return len(rest) >= len(markup) and set(rest) == {markup[0]}


def _backticks(content: str) -> str:
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    return "`" * max(3, longest + 1)


def _line_feed(line: str) -> str:
    return "\n" if line.endswith("\n") else ""
