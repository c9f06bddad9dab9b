"""Lyceum's own layout: `course.toml` (or `course.md`) beside `01-first.md`; a folder is a module."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from bot.courses.course import DESCRIPTION_LIMIT, Course, Lesson, Module, at, quoted, slugify
from bot.courses.files import Files, text_of
from bot.courses.front_matter import Head, split_front_matter, text_field, text_list
from bot.courses.lessons import make_lesson, title_from_name
from bot.errors import UserError

HEADS = ("course.toml", "course.md")
KEYS = ("title", "slug", "description", "tags", "tier", "tiers", "modules")

_NUMBERED = re.compile(r"(\d+)[-_. ]+(.+)")
_NO_LESSONS = re.compile(r"(readme|licen[cs]e.*|changelog|contributing|code_of_conduct)\.md", re.IGNORECASE)


@dataclass(frozen=True)
class _Place:
    """The place of a lesson in its course. Numbers in its path sort it; the names become its slug, unless its front matter gives one."""

    path: str
    order: tuple[tuple[int, str], ...]
    slug: str
    folder: str


def read(files: Files) -> Course:
    """Read a course in this layout. UserError names the file and line of the first mistake."""
    file = next(name for name in HEADS if name in files)
    head, description = _head(files, file)
    unknown = [key for key in head if key not in KEYS]
    if unknown:
        raise UserError(
            "{where}: “{key}” is not known here. Known: {known}.",
            where=at(file),
            key=unknown[0][:50],
            known=", ".join(KEYS),
        )
    title = text_field(file, head, "title")
    if not title:
        raise UserError(
            '{where}: the course has no title. Add a line such as: title = "My course"', where=at(file)
        )
    slug = slugify(text_field(file, head, "slug") or title)
    return Course(
        slug=slug or "course",
        title=title,
        modules=_modules(files, file, head),
        description=text_field(file, {"description": description}, "description", DESCRIPTION_LIMIT),
        tags=text_list(file, head, "tags"),
        tiers=(*text_list(file, head, "tier"), *text_list(file, head, "tiers")),
    )


def _head(files: Files, file: str) -> tuple[Head, str]:
    text = text_of(files, file)
    if file.endswith(".md"):
        head, description = split_front_matter(file, text)
        return head, text_field(file, head, "description", DESCRIPTION_LIMIT) or description.strip()
    try:
        head = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        line = int(match[1]) if match else None
        detail = re.sub(r" \(at .*\)", "", str(error))
        raise UserError(
            "{where}: this is not valid TOML ({detail}). Correct that line.",
            where=at(file, line),
            detail=detail,
        ) from None
    return head, text_field(file, head, "description", DESCRIPTION_LIMIT)


def _modules(files: Files, file: str, head: Head) -> tuple[Module, ...]:
    titles = _module_titles(file, head)
    places = sorted((_place(path) for path in files if _is_lesson(path)), key=lambda place: place.order)
    folders = list(dict.fromkeys(place.folder for place in places))
    for folder in titles:
        if folder not in folders:
            raise UserError(
                "{where}: there is no folder {name} with lessons.", where=at(file), name=quoted(folder)
            )
    lessons = [(place, _read_lesson(files, place)) for place in places]
    _refuse_duplicates(lessons)
    return tuple(
        Module(
            text_field(file, titles, folder) or title_from_name(_split_number(folder)[1]),
            tuple(lesson for place, lesson in lessons if place.folder == folder),
        )
        for folder in folders
    )


def _module_titles(file: str, head: Head) -> dict[str, Any]:
    titles: Any = head.get("modules", {})
    if not isinstance(titles, dict):
        raise UserError('{where}: “modules” must be a table of folder = "Title" lines.', where=at(file))
    return {str(folder): title for folder, title in titles.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _is_lesson(path: str) -> bool:
    if not path.lower().endswith(".md") or path in HEADS:
        return False
    name = path.rpartition("/")[2]
    if _NO_LESSONS.fullmatch(name):
        return False
    if not _NUMBERED.fullmatch(name[: -len(".md")]):
        raise UserError(
            "{where}: the name does not tell this lesson's place. Begin it with a number, like 03-loops.md.",
            where=at(path),
        )
    if path.count("/") > 1:
        raise UserError(
            "{where}: folders go one level deep: a folder is a module. Move the file up.", where=at(path)
        )
    return True


def _place(path: str) -> _Place:
    parts = [_split_number(part) for part in path[: -len(".md")].split("/")]
    folder = path.rpartition("/")[0]
    order = (*([] if folder else [(-1, "")]), *((number, name) for number, name in parts))
    return _Place(path, order, "/".join(slugify(name) for _, name in parts), folder)


def _split_number(name: str) -> tuple[int, str]:
    """Split 03-loops into 3 and loops. A folder without a number sorts after the numbered ones."""
    match = _NUMBERED.fullmatch(name)
    return (int(match[1]), match[2]) if match else (1_000_000_000, name)


def _refuse_duplicates(lessons: list[tuple[_Place, Lesson]]) -> None:
    path_by_slug: dict[str, str] = {}
    for place, lesson in lessons:
        if lesson.slug in path_by_slug:
            raise UserError(
                "{where}: the same name as {other} but for its number. Rename one, or give it a slug of its own.",
                where=at(place.path),
                other=quoted(path_by_slug[lesson.slug]),
            )
        path_by_slug[lesson.slug] = place.path


def _read_lesson(files: Files, place: _Place) -> Lesson:
    head, body = split_front_matter(place.path, text_of(files, place.path))
    slug = slugify(text_field(place.path, head, "slug")) or place.slug
    fallback = title_from_name(_split_number(place.path.rpartition("/")[2][: -len(".md")])[1])
    return make_lesson(place.path, slug, text_field(place.path, head, "title"), fallback, body, head=head)
