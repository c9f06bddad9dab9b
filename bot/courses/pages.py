"""Cutting a lesson into pages that Discord can show. Pure.

Only the first and last lines of code fences are rewritten (`blocks.MarkdownBlocks`). Tables, pictures,
HTML, reference links and mdBook's directives remain as their author wrote them: Discord shows them as text,
and no word of a lesson is lost or invented. `unsupported_markup.py` counts them for the author.

Pages are about equally full. A block that fits on a page is never cut; a longer one is cut between its
parts, else at a blank line, else at a line's end, else inside a line.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from bot.cards import size
from bot.courses.blocks import Fence, MarkdownBlocks, parse_blocks

ROOM = 3500  # of Discord's 4,000 characters; the rest is for the header and the footer

# The cost of a cut at each kind of place, in hundredths of a page that is shorter or longer than it should be.
_GAP = 5.0  # between top-level blocks, at a blank line
_BEFORE_CODE = 25.0
_IN_LIST = 30.0  # and a little more the deeper
_DEEPER = 5.0
_AT_BLANK = 40.0  # inside a block too long for a page
_AT_LINE = 60.0
_IN_LINE = 90.0
_AFTER_HEADING = 100.0

_SENTENCE = re.compile(r"(?<=[.!?;])\s|(?<=[。！？；])")
_SPACE = re.compile(r"\s")


@dataclass(frozen=True)
class PageText:
    """One page. `opens` and `closes` are the parts of `text` that were added to open and close a cut code block."""

    text: str
    opens: str = ""
    closes: str = ""

    @property
    def content(self) -> str:
        """The text without the added parts: joined, the pages' contents are the whole lesson."""
        return self.text[len(self.opens) : len(self.text) - len(self.closes)]

    @property
    def shown(self) -> str:
        """The text without blank lines around it, as a card shows it."""
        return self.text.strip("\n")


@lru_cache(maxsize=64)
def pages(text: str, room: int = ROOM) -> tuple[PageText, ...]:
    """The pages of a lesson, each at most `room` (100 or more) long. Lines end in a line feed."""
    return tuple(_Cutter(parse_blocks(text), room).pages())


@dataclass(frozen=True)
class _Piece:
    """A line, or a part of a line that is too long for any page."""

    text: str
    line: int
    begins: bool  # whether it is the beginning of its line
    size: int


class _Cutter:
    def __init__(self, source: MarkdownBlocks, room: int) -> None:
        self._room = room
        self._fence_of: dict[int, Fence] = {}
        for fence in source.fences:
            if size(fence.opening) + size(fence.closing) <= room // 4:
                self._fence_of.update(dict.fromkeys(range(fence.start, fence.end), fence))
        self._pieces = [
            piece for number, line in enumerate(source.lines) for piece in self._in_pieces(number, line)
        ]
        self._costs = _costs(source)
        self._uncut_lines = _uncut_lines(source, room)
        self._edges = {line for fence in set(self._fence_of.values()) for line in _edges(fence)}

    def pages(self) -> Iterator[PageText]:
        """The pages in order, each cut where it costs least."""
        start, left = 0, sum(piece.size for piece in self._pieces)
        while start < len(self._pieces):
            end = self._end(start, left / ceil(left / self._room))
            opens, closes = self._opens(start), self._closes(end)
            content = "".join(piece.text for piece in self._pieces[start:end])
            yield PageText(opens + content + closes, opens, closes)
            start, left = end, left - size(content)

    def _end(self, start: int, target: float) -> int:
        """Where the page from `start` ends best if it should be about `target` long."""
        best = (float("inf"), start + 1)
        length = size(self._opens(start))
        for end in range(start + 1, len(self._pieces) + 1):
            length += self._pieces[end - 1].size
            if length > self._room:
                break
            if end == len(self._pieces):
                return end
            if length + size(self._closes(end)) <= self._room:
                best = min(best, (self._cost(end) + 100 * abs(length / target - 1), end))
        return best[1]

    def _cost(self, at: int) -> float:
        piece = self._pieces[at]
        if piece.line in self._uncut_lines or (piece.begins and piece.line in self._edges):
            return float("inf")
        return self._costs[piece.line] if piece.begins else _IN_LINE

    def _cut_fence(self, at: int) -> Fence | None:
        """The fence that a cut before piece `at` goes through."""
        if not 0 < at < len(self._pieces):
            return None
        fence = self._fence_of.get(self._pieces[at].line)
        return fence if fence is not None and self._pieces[at].line > fence.start else None

    def _opens(self, at: int) -> str:
        fence = self._cut_fence(at)
        if fence is None:
            return ""
        return fence.opening if self._pieces[at].begins else fence.opening + fence.prefix

    def _closes(self, at: int) -> str:
        fence = self._cut_fence(at)
        if fence is None:
            return ""
        return fence.closing if self._pieces[at].begins else "\n" + fence.closing

    def _in_pieces(self, number: int, line: str) -> Iterator[_Piece]:
        fence = self._fence_of.get(number)
        room = self._room
        if fence is not None:
            room -= 2 * (size(fence.opening) + size(fence.closing))
        begins = True
        while size(line) > room:
            cut = _good_cut(line, room // (2 if size(line[:room]) > room else 1))
            yield _Piece(line[:cut], number, begins, size(line[:cut]))
            line, begins = line[cut:], False
        yield _Piece(line, number, begins, size(line))


def _good_cut(line: str, room: int) -> int:
    """Where to cut a long line: after a sentence, else after a space, else between two characters."""
    for pattern in (_SENTENCE, _SPACE):
        ends = [match.end() for match in pattern.finditer(line, room // 2, room)]
        if ends:
            return ends[-1]
    cut = room
    while cut > room // 2 and (
        unicodedata.category(line[cut])[0] == "M" or "\u200d" in line[cut - 1 : cut + 1]
    ):
        cut -= 1  # not between a letter and its accent, nor within a joined emoji
    return cut


def _uncut_lines(source: MarkdownBlocks, room: int) -> set[int]:
    """The lines before which no page may end: they are inside a block that fits on a page."""
    ends = [0]
    for line in source.lines:
        ends.append(ends[-1] + size(line))
    fitting = [block for block in source.blocks if ends[block.end] - ends[block.start] <= room]
    return {line for block in fitting for line in range(block.start + 1, block.end)}


def _edges(fence: Fence) -> Iterator[int]:
    """No page ends with a code block just opened or begins with one just closing, if the block has any content."""
    last = fence.end - (1 if fence.closed else 0)
    if last - fence.start > 1:
        yield fence.start + 1
        if fence.closed:
            yield last


def _costs(source: MarkdownBlocks) -> list[float]:
    """What it costs to cut before each line."""
    costs = [_GAP] * len(source.lines)
    starts: dict[int, int] = {}
    for block in source.blocks:
        starts[block.start] = min(starts.get(block.start, block.depth), block.depth)
        if block.depth == 0:
            for number in range(block.start + 1, block.end):
                costs[number] = _AT_BLANK if not source.lines[number - 1].strip("> \t\n") else _AT_LINE
    for start, depth in starts.items():
        costs[start] = _IN_LIST + _DEEPER * depth if depth else 0.0
    _keep_together(source, costs)
    return costs


def _keep_together(source: MarkdownBlocks, costs: list[float]) -> None:
    """A heading stays with what follows it, and a sentence with the code that it introduces."""
    starts = sorted({block.start for block in source.blocks})
    kinds = {block.start: block.kind for block in source.blocks}
    for block in source.blocks:
        after = bisect_right(starts, block.end - 1)
        following = starts[after] if after < len(starts) else len(costs)
        if block.kind == "heading":
            price = _AFTER_HEADING
        elif block.kind == "paragraph" and kinds.get(following) == "fence":
            price = _BEFORE_CODE
        else:
            continue
        for number in range(block.end, min(following + 1, len(costs))):
            costs[number] = max(costs[number], price)
