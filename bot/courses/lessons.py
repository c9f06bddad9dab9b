"""Making one lesson out of one file: its title, its text, and what is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.courses.course import LESSON_LIMIT, SLUG_LIMIT, Lesson, at
from bot.courses.front_matter import check_length, text_list
from bot.errors import UserError

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_PRICED = ("tier", "tiers", "price")


def make_lesson(
    file: str,
    slug: str,
    title: str,
    fallback: str,
    body: str,
    *,
    head: Mapping[str, Any] | None = None,
    depth: int = 0,
) -> Lesson:
    """Make a lesson. Its title is `title`, else its first heading, else `fallback`. UserError when it is empty or too long."""
    head = head or {}
    for key in _PRICED:
        if key in head:
            raise UserError(
                "{where}: “{key}” stands in a lesson, but a tier opens a whole course. Say it in course.toml.",
                where=at(file),
                key=key,
            )
    if not body.strip():
        raise UserError("{where}: the lesson is empty. Write it or take the file out.", where=at(file))
    if len(body) > LESSON_LIMIT:
        raise UserError(
            "{where}: the lesson is longer than {n} characters. Make several of it.",
            where=at(file),
            n=LESSON_LIMIT,
        )
    heading = _HEADING.search(body)
    title = title or (heading[1].replace("`", "") if heading else "") or fallback
    check_length(file, None, "title", title)
    check_length(file, None, "name", slug, SLUG_LIMIT)
    return Lesson(slug, title, body, depth, text_list(file, head, "tags"))


def title_from_name(name: str) -> str:
    """A file's name as a title: error-handling becomes Error handling."""
    title = re.sub(r"[-_]+", " ", name).strip()
    return title[:1].upper() + title[1:]
