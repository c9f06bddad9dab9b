"""The front matter of a Markdown file: YAML between two lines of three dashes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontmatter.default_handlers import YAMLHandler

from bot.courses.course import TITLE_LIMIT, at
from bot.errors import UserError

LONGEST = 10_000  # characters

Head = Mapping[str, Any]


def split_front_matter(file: str, text: str) -> tuple[Head, str]:
    """(front matter, the rest of the text unchanged). Without front matter the first is empty. UserError when it is broken."""
    if not text.startswith("---\n"):
        return {}, text
    end = text.find("\n---\n", 3)
    stop = end + 5
    if end < 0 and text.endswith("\n---"):
        end, stop = len(text) - 4, len(text)
    if end < 0 or end > LONGEST:
        raise UserError(
            "{where}: the front matter is not closed. Put a line of three dashes after it.", where=at(file, 1)
        )
    return _parse_yaml(file, text[4 : end + 1]), text[stop:].lstrip("\n")


def _parse_yaml(file: str, yaml: str) -> Head:
    try:
        head: object = YAMLHandler().load(yaml)
    except (
        Exception
    ) as error:  # PyYAML's own errors, and ValueError or RecursionError from building the values
        mark: Any = getattr(error, "problem_mark", None)
        detail = str(getattr(error, "problem", None) or type(error).__name__)
        line = (
            min(mark.line, yaml.count("\n") - 1) + 2 if mark else 2
        )  # YAML reports some errors only at its end
        raise UserError(
            "{where}: the front matter is broken ({detail}). Write lines like: title: My lesson",
            where=at(file, line),
            detail=detail,
        ) from None
    if head is None:
        return {}
    if not isinstance(head, dict):
        raise UserError(
            "{where}: the front matter is broken ({detail}). Write lines like: title: My lesson",
            where=at(file, 2),
            detail="no keys",
        )
    return {str(key): value for key, value in head.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def text_field(file: str, head: Head, key: str, limit: int = TITLE_LIMIT) -> str:
    """The text under `key`, "" if there is none. UserError when it is not a text or too long."""
    value = head.get(key, "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UserError("{where}: “{key}” must be text. Put it in quotes.", where=at(file), key=key)
    text = " ".join(str(value).split())
    check_length(file, None, key, text, limit)
    return text


def text_list(file: str, head: Head, key: str) -> tuple[str, ...]:
    """The list of texts under `key`; a single text is a list of one."""
    value: Any = head.get(key, [])
    values: list[Any] = value if isinstance(value, list) else [value]  # pyright: ignore[reportUnknownVariableType]
    return tuple(text_field(file, {key: item}, key) for item in values)


def check_length(file: str, line: int | None, key: str, text: str, limit: int = TITLE_LIMIT) -> None:
    """Refuse a text that is too long for Discord to show."""
    if len(text) > limit:
        raise UserError(
            "{where}: “{key}” is longer than {n} characters. Shorten it.",
            where=at(file, line),
            key=key,
            n=limit,
        )
