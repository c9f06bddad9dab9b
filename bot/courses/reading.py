"""Reading a course from a folder or a zip, in either layout."""

from __future__ import annotations

from pathlib import Path

from bot.courses import folder_layout, mdbook
from bot.courses.archive import zip_files
from bot.courses.course import Course
from bot.courses.files import Files, folder_files
from bot.courses.pages import pages
from bot.errors import UserError


def read_folder(folder: Path) -> Course:
    """The course in a folder. UserError says which file and line is wrong and what to do."""
    return read(folder_files(folder), folder.resolve().name)


def read_zip(data: bytes, name: str = "course.zip") -> Course:
    """The course in an untrusted zip. Blocking: some seconds for the largest; run it in a thread."""
    return read(zip_files(data), name.rpartition("/")[2].removesuffix(".zip"))


def read(files: Files, fallback: str) -> Course:
    """The course in these files; `fallback` becomes the title of an mdBook without one."""
    if any(name in files for name in folder_layout.HEADS):
        course = folder_layout.read(files)
    elif (summary := mdbook.summary_of(files)) is not None:
        course = mdbook.read(files, summary, fallback)
    else:
        raise UserError(
            "This is no course: there must be a course.toml, a course.md or a src/SUMMARY.md at its top."
        )
    if not course.lessons:
        raise UserError("The course has no lessons. Add Markdown files such as 01-welcome.md.")
    for lesson in course.lessons:
        pages(lesson.body)  # an import fails if a text cannot be cut, before a member opens it
    return course
