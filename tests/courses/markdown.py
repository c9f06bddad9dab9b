"""A second, independent reading of lessons, against which the splitter is held."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from markdown_it import MarkdownIt

from bot.courses.pages import PageText

Code = tuple[str, str]


def first_word(info: str) -> str:
    """The language as both sides are compared by it: what an info string begins with, up to a comma or blank."""
    return re.split(r"[,\s]", info.strip(), maxsplit=1)[0]


def code_blocks(text: str) -> list[Code]:
    """(language, content) of every fenced code block."""
    tokens = MarkdownIt("commonmark").parse(text)
    return [(first_word(token.info), token.content) for token in tokens if token.type == "fence"]


def with_plain_info(text: str) -> str:
    """The text with each fence's info string cut to its first word: the one thing that delivery changes in a
    text whose fences are all of backticks. Nothing else differs, not a blank."""
    lines = text.split("\n")
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "fence" and token.map is not None:
            opening = lines[token.map[0]]
            lines[token.map[0]] = (
                opening[: opening.index(token.markup)] + token.markup + first_word(token.info)
            )
    return "\n".join(lines)


def code_of_pages(pages: Sequence[PageText]) -> list[Code]:
    """The code blocks of all pages, each page read on its own as Discord does; parts of a cut one joined."""
    found: list[Code] = []
    for page in pages:
        blocks = code_blocks(page.text)
        if page.opens:
            (language, begun), (again, rest) = found.pop(), blocks.pop(0)
            assert language == again, "a cut block goes on in its own language"
            blocks.insert(0, (language, begun + rest))
        if page.closes.startswith("\n"):  # cut inside a line: its line feed is ours too
            language, begun = blocks.pop()
            blocks.append((language, begun.removesuffix("\n")))
        found += blocks
    return found


def joined(pages: Iterable[PageText]) -> str:
    """What the pages say, one after the other, without the fences that only make a piece of code whole."""
    return "".join(page.content for page in pages)
