"""Markup that Discord shows only as plain text; the author is told after an import. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.courses.course import Course


@dataclass(frozen=True)
class UnsupportedMarkup:
    """How often a course uses markup that Discord's Markdown does not know."""

    tables: int = 0
    pictures: int = 0
    html: int = 0
    indented_code: int = 0

    def __bool__(self) -> bool:
        return bool(self.tables or self.pictures or self.html or self.indented_code)


def count_unsupported(course: Course) -> UnsupportedMarkup:
    """Count it in all lessons. Blocking: about a second for a large course."""
    parser = MarkdownIt("commonmark").enable("table")
    counts: dict[str, int] = {}
    for lesson in course.lessons:
        for token in _with_children(parser.parse(lesson.body)):
            counts[token.type] = counts.get(token.type, 0) + 1
    return UnsupportedMarkup(
        tables=counts.get("table_open", 0),
        pictures=counts.get("image", 0),
        html=counts.get("html_block", 0),
        indented_code=counts.get("code_block", 0),
    )


def _with_children(tokens: list[Token]) -> list[Token]:
    return [part for token in tokens for part in (token, *(token.children or []))]
