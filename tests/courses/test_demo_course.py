"""The demo's own course: ten lessons whose code runs and prints what the lesson says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot.demo
from bot.courses.course import Lesson
from bot.courses.pages import pages
from bot.courses.reading import read_folder

COURSE = read_folder(Path(bot.demo.__file__).parent / "course")
CODE = re.compile(r"```python\n(?P<code>.*?)```\n(?:\n```text\n(?P<output>.*?)```)?", re.DOTALL)


def test_it_has_ten_lessons_in_four_modules() -> None:
    assert len(COURSE.lessons) == 10
    assert [len(module.lessons) for module in COURSE.modules] == [2, 3, 2, 3]


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_a_lesson_is_short_and_fits_on_one_card(lesson: Lesson) -> None:
    words = len(re.sub(r"```.*?```", "", lesson.body, flags=re.DOTALL).split())

    assert words >= 100 and len(lesson.body.split()) <= 420
    assert len(pages(lesson.body)) == 1
    assert lesson.body.startswith(f"# {lesson.title}\n")


@pytest.mark.parametrize("lesson", COURSE.lessons, ids=lambda lesson: lesson.slug)
def test_the_code_of_a_lesson_prints_what_the_lesson_says(lesson: Lesson, tmp_path: Path) -> None:
    found = list(CODE.finditer(lesson.body))

    assert found
    for block in found:
        assert any(
            _runs(block["code"], block["output"], tmp_path) for _ in range(3)
        )  # a busy machine is slow


def _runs(code: str, output: str | None, folder: Path) -> bool:
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return output is None or ran.stdout == output
