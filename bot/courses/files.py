"""The files of a course before they are parsed: Markdown and TOML by path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bot.courses.course import at, quoted
from bot.errors import UserError

Files = Mapping[str, bytes]
"""Contents by path from the course's top, "/" between folders. Only Markdown and TOML."""

MOST_FILES = 400
LARGEST_FILE = 5 * 1024 * 1024
LARGEST_COURSE = 50 * 1024 * 1024

COURSE_SUFFIXES = (".md", ".toml")


def is_course_file(path: str) -> bool:
    """Whether a file is Markdown or TOML, outside hidden folders and those of macOS."""
    parts = path.split("/")
    return path.lower().endswith(COURSE_SUFFIXES) and not any(
        part.startswith(".") or part == "__MACOSX" for part in parts
    )


def folder_files(folder: Path) -> Files:
    """The files of a folder on this machine. UserError names a file that is too large or a link."""
    if not folder.is_dir():
        raise UserError(
            "{path} is not a folder. Name the folder or the zip file of the course.", path=quoted(str(folder))
        )
    files: dict[str, bytes] = {}
    room = LARGEST_COURSE
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not is_course_file(name) or path.is_dir():
            continue
        if path.is_symlink():
            raise UserError("{where}: this is a link. Put the file itself there.", where=at(name))
        size = path.stat().st_size
        room -= size
        check_size(name, len(files) + 1, size, room)
        files[name] = path.read_bytes()
    return files


def check_size(name: str, files: int, size: int, room: int) -> None:
    """Refuse a file when there are too many, or when it is too large by itself or for the `room` that is left."""
    if files > MOST_FILES:
        raise UserError("The course has more than {n} files. Split it into several courses.", n=MOST_FILES)
    if size > LARGEST_FILE:
        raise UserError(
            "{where}: the file is larger than {n} MB. Make it smaller.", where=at(name), n=LARGEST_FILE >> 20
        )
    if room < 0:
        raise UserError(
            "The course is larger than {n} MB. Split it into several courses.", n=LARGEST_COURSE >> 20
        )


def text_of(files: Files, name: str) -> str:
    """A file's text: UTF-8, a byte order mark dropped, every line ended by a single line feed."""
    data = files[name]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            "{where}: this is not UTF-8 text. Save the file as UTF-8.", where=at(name, line)
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(
            "{where}: there is a NUL character. Save the file as plain UTF-8 text.", where=at(name, line)
        )
    return text
