"""The actions of buttons and lists on courses and lessons."""

from __future__ import annotations

from bot.actions import NUMBER, ButtonAction, Part, SelectAction, arguments, optional

BEFORE_FIRST, AFTER_LAST = -1, 10**6
"""The pages of disabled buttons: they lead nowhere, but their custom ids must differ from all others."""
_ENDS = {BEFORE_FIRST: "first", AFTER_LAST: "last"}
_PAGES = {word: page for page, word in _ENDS.items()}


def _write_page(page: int) -> str:
    return _ENDS.get(page, str(page))


def _read_page(text: str) -> int:
    return _PAGES[text] if text in _PAGES else NUMBER.read(text)


PAGE = Part[int](_write_page, _read_page)
"""A page, counted from 0."""

BROWSE_COURSES = ButtonAction("course.browse", arguments(PAGE))
OPEN_COURSE = ButtonAction("course.open", arguments(NUMBER, optional(PAGE), separator="."))
"""The course, and a page of its modules."""
OPEN_MODULE = ButtonAction("course.module", arguments(NUMBER, NUMBER, PAGE, separator="."))
"""The course, the place of the module in it, and a page of its lessons."""
PICK_MODULE = SelectAction("pick.module", arguments(NUMBER, NUMBER, separator="."))
"""The course, and the place of the module in it."""
OPEN_LESSON = ButtonAction("lesson.open", arguments(NUMBER))
PICK_LESSON = SelectAction("pick.lesson", arguments(NUMBER))
TURN_LESSON = ButtonAction("lesson.page", arguments(NUMBER, PAGE, separator="."))
FINISH_LESSON = ButtonAction("lesson.done", arguments(NUMBER))
RATE_LESSON = ButtonAction("lesson.rate", arguments(NUMBER))
TURN_TAUGHT = ButtonAction("teach.courses", arguments(PAGE))
"""Another page of the teachers' list of courses."""
