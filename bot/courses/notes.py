"""What Discord shows only as plain text, told to the author after an import. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.courses.course import Course


@dataclass(frozen=True)
class Notes:
    """How often a course uses what Discord's Markdown does not know."""

    tables: int = 0
    pictures: int = 0
    html: int = 0
    indented_code: int = 0

    def __bool__(self) -> bool:
        return bool(self.tables or self.pictures or self.html or self.indented_code)


def notes(course: Course) -> Notes:
    """Look through all lessons. Blocking: about a second for a large course."""
    parser = MarkdownIt("commonmark").enable("table")
    counts: dict[str, int] = {}
    for lesson in course.lessons:
        for token in _all(parser.parse(lesson.body)):
            counts[token.type] = counts.get(token.type, 0) + 1
    return Notes(
        tables=counts.get("table_open", 0),
        pictures=counts.get("image", 0),
        html=counts.get("html_block", 0),
        indented_code=counts.get("code_block", 0),
    )


def _all(tokens: list[Token]) -> list[Token]:
    return [one for token in tokens for one in (token, *(token.children or []))]
