"""mdBook's layout: `src/SUMMARY.md` names the chapters in their order; `book.toml` may give the title.

The format is described in mdBook's guide, "SUMMARY.md" and "General configuration".
"""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.courses.course import DESCRIPTION_LIMIT, Course, Lesson, Module, at, quoted, slugify
from bot.courses.files import Files, text_of
from bot.courses.front_matter import check_length, text_field
from bot.courses.lessons import make_lesson, title_from_name
from bot.errors import UserError

_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class _Chapter:
    """An entry of the summary. Without a `path` it is a draft; `depth` 0 is a prefix or suffix chapter, 1 the outer list."""

    title: str
    path: str
    depth: int
    line: int
    part: str


def summary_of(files: Files) -> str | None:
    """The path of the summary, None when the files are not an mdBook."""
    book = _book(files).get("book", {})
    folder = str(book.get("src", "src")) if isinstance(book, dict) else "src"  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    for name in (posixpath.normpath(posixpath.join(folder, "SUMMARY.md")), "SUMMARY.md"):
        if name in files:
            return name
    return None


def read(files: Files, summary: str, fallback: str) -> Course:
    """Read the book. UserError names the line of the summary, or the chapter, with the first mistake."""
    chapters = list(_chapters(text_of(files, summary)))
    if not any(chapter.path for chapter in chapters):
        raise UserError(
            "{where}: it names no chapter. Write lines like: - [Title](chapter.md)", where=at(summary)
        )
    lessons = _lessons(files, summary, chapters)
    book: Any = _book(files).get("book", {})
    title = text_field("book.toml", book, "title") or title_from_name(fallback)
    return Course(
        slug=slugify(title) or "course",
        title=title,
        modules=tuple(_modules(chapters, lessons)),
        description=text_field("book.toml", book, "description", DESCRIPTION_LIMIT),
    )


def _book(files: Files) -> dict[str, Any]:
    if "book.toml" not in files:
        return {}
    try:
        return tomllib.loads(text_of(files, "book.toml"))
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"line (\d+)", str(error))
        raise UserError(
            "{where}: this is not valid TOML ({detail}). Correct that line.",
            where=at("book.toml", int(match[1]) if match else None),
            detail=re.sub(r" \(at .*\)", "", str(error)),
        ) from None


def _chapters(text: str) -> Iterator[_Chapter]:
    """Every link of the summary, in order. A heading after the first is the title of a part."""
    depth, part, first = 0, "", True
    tokens = MarkdownIt("commonmark").parse(text)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
        elif token.type == "inline" and before is not None and before.type == "heading_open":
            part, first = ("" if first else _plain(token.children or [])), False
        elif token.type == "inline":
            first = False
            for title, target, line in _links(token):
                yield _Chapter(title, target, depth, line, part)


def _links(token: Token) -> Iterator[tuple[str, str, int]]:
    """(title, target, line) of each link in a paragraph or list item."""
    line = (token.map or [0])[0] + 1
    children = token.children or []
    for start, child in enumerate(children):
        if child.type == "softbreak":
            line += 1
        elif child.type == "link_open":
            end = next(n for n in range(start, len(children)) if children[n].type == "link_close")
            yield _plain(children[start:end]), str(child.attrGet("href") or ""), line


def _plain(children: Sequence[Token]) -> str:
    """The text of a title without code quotes."""
    return "".join(" " if child.type == "softbreak" else child.content for child in children).strip()


def _lessons(files: Files, summary: str, chapters: list[_Chapter]) -> dict[int, Lesson]:
    """The lesson of each chapter by its place in the summary; drafts and external links have none."""
    lesson_by_place: dict[int, Lesson] = {}
    line_by_path: dict[str, int] = {}
    folder = posixpath.dirname(summary)
    for place, chapter in enumerate(chapters):
        if not chapter.path or _EXTERNAL.match(chapter.path) or chapter.path.startswith("//"):
            continue
        path = posixpath.normpath(unquote(chapter.path.partition("#")[0]))
        file = posixpath.join(folder, path)
        if path.startswith(("..", "/")) or file not in files or not path.lower().endswith(".md"):
            raise UserError(
                "{where}: {name} is not there. Correct the link or add the file.",
                where=at(summary, chapter.line),
                name=quoted(path),
            )
        if path in line_by_path:
            raise UserError(
                "{where}: {name} stands in line {earlier} already. Take one of the two out.",
                where=at(summary, chapter.line),
                name=quoted(path),
                earlier=line_by_path[path],
            )
        line_by_path[path] = chapter.line
        check_length(summary, chapter.line, "title", chapter.title)
        slug = path[: -len(".md")].casefold()
        lesson_by_place[place] = make_lesson(
            file,
            slug,
            chapter.title,
            title_from_name(slug),
            text_of(files, file),
            depth=max(0, chapter.depth - 1),
        )
    return lesson_by_place


def _modules(chapters: list[_Chapter], lessons: dict[int, Lesson]) -> Iterator[Module]:
    """Each part is a module; in a book without parts each chapter of the outer level is one, with its nested chapters."""
    parts = any(chapter.part for chapter in chapters)
    title, gathered, started = "", list[Lesson](), False
    for place, chapter in enumerate(chapters):
        begins = chapter.part != title or not started if parts else chapter.depth <= 1
        if begins:
            if gathered:
                yield Module(title, tuple(gathered))
            title, gathered, started = (chapter.part if parts else chapter.title), [], True
        if place in lessons:
            gathered.append(lessons[place])
    if gathered:
        yield Module(title, tuple(gathered))
