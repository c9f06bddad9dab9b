"""Courses as members see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.cards import Accent, Block, Button, Card, Divider, Line, Option, Row, Select, card, plain
from bot.courses.access import CourseOffer
from bot.courses.actions import (
    AFTER_LAST,
    BROWSE_COURSES,
    FINISH_LESSON,
    OPEN_COURSE,
    OPEN_LESSON,
    OPEN_MODULE,
    PICK_LESSON,
    PICK_MODULE,
    RATE_LESSON,
    TURN_LESSON,
)
from bot.courses.views import CourseView, LessonPage, LessonView, ModuleView, Outline, Stars
from bot.i18n import Language

COURSES = 8  # on a page of /course browse
MODULES = 15  # on a page of a course
LESSONS = 15  # on a page of a module
_TITLE = 60  # characters of a title in a line of text
_TIER = 24
BUTTONS = 5  # in a row

BAR = 10
_INDENT = "\u2003"  # a wide blank: Discord drops ordinary ones at the beginning of a line
_Item = TypeVar("_Item")


def bar(done: int, total: int) -> str:
    """▰▰▰▱▱▱▱▱▱▱: full only when everything is done, not empty as soon as anything is."""
    filled = done * BAR // total if total else 0
    filled = max(filled, 1) if done else 0
    return "▰" * filled + "▱" * (BAR - filled)


def stars_text(t: Language, stars: Stars) -> str:
    """★ 4.5 (12), or nothing without a rating."""
    return f"★ {t.number(stars.mean, 1)} ({t.number(stars.count)})" if stars.mean is not None else ""


def browse(t: Language, courses: Sequence[CourseView], page: int = 0) -> Card:
    """Every course with the plans that open it and the member's progress."""
    if not courses:
        return card(f"## 📚 {t('Courses')}", t("There is no course here yet."), accent=Accent.QUIET)
    shown, page, pages = page_of(courses, page, COURSES)
    lines: list[Block | str] = [Line(_offer(t, course), _open_button(t, course)) for course in shown]
    return card(f"## 📚 {t('Courses')}", *lines, turn(t, BROWSE_COURSES.encode, page, pages))


def _offer(t: Language, course: CourseView) -> str:
    facts = _facts(t, course)
    begun = f"\n{_progress(t, course)}" if course.done else ""
    return f"**{'🔒 ' if course.locked else ''}{plain(course.title, _TITLE)}**\n-# {facts}{begun}"


def _facts(t: Language, course: CourseView) -> str:
    lessons = t.n("{n} lesson", "{n} lessons", course.lessons)
    return _dotted(lessons, _opened_by(t, course), stars_text(t, course.stars))


def _open_button(t: Language, course: CourseView) -> Button:
    return Button(
        t("Open"), OPEN_COURSE.encode(course.id, None), style="secondary" if course.locked else "primary"
    )


def outline(t: Language, outline: Outline, page: int = 0) -> Card:
    """A course with its modules, the member's progress, and the button that continues."""
    course = outline.course
    shown, page, pages = page_of(outline.modules, page, MODULES)
    facts = _facts(t, course)
    return card(
        f"## {'🔒' if course.locked else '📘'} {plain(course.title, 100)}",
        course.description or None,
        f"-# {facts}\n{_progress(t, course)}",
        Divider(),
        "\n".join(_module_line(t, course, module) for module in shown),
        Select(
            PICK_MODULE.name,
            t("Choose a module"),
            tuple(
                Option(
                    _name(course, module)[:100],
                    PICK_MODULE.value(course.id, module.place),
                    _share(t, module.done, len(module.lessons)),
                )
                for module in shown
            ),
        ),
        turn(t, lambda to: OPEN_COURSE.encode(course.id, to), page, pages),
        _state(t, outline),
        _buy_row(t, course),
        Row(
            tuple(
                button
                for button in (_continue(t, outline), Button(t("All courses"), BROWSE_COURSES.encode(0)))
                if button
            )
        ),
        accent=Accent.GOOD if outline.following is None else Accent.PLAIN,
    )


def _state(t: Language, outline: Outline) -> str | None:
    course = outline.course
    if course.locked and course.offers:
        prices = prices_words(t, course.offers)
        if not course.tiers:
            return t("🔒 Sold on its own: {prices}.", prices=prices)
        return t(
            "🔒 Sold on its own: {prices}. It opens with {plans} too: /membership buy.",
            prices=prices,
            plans=plans(t, course.tiers),
        )
    if course.locked:
        return t("🔒 It opens with {plans}. Get it with /membership buy.", plans=plans(t, course.tiers))
    return t("You are done with every lesson. Well done!") if outline.following is None else None


def _buy_row(t: Language, course: CourseView) -> Row | None:
    """A button for each of the first prices that can be paid, while the course is locked."""
    buttons = [
        Button(t("Buy: {price}", price=offer.words(t))[:80], offer.action, style="primary")
        for offer in course.offers
        if offer.payable
    ]
    return Row(tuple(buttons[:BUTTONS])) if course.locked and buttons else None


def _continue(t: Language, outline: Outline) -> Button | None:
    course = outline.course
    if course.locked or outline.following is None:
        return None
    label = t("Continue: {lesson}", lesson=_cut(outline.following.title, 50)) if course.done else t("Begin")
    return Button(label, OPEN_LESSON.encode(outline.following.id), style="success")


def module(t: Language, outline: Outline, place: int, page: int = 0) -> Card:
    """The lessons of a module."""
    course = outline.course
    chosen = next((module for module in outline.modules if module.place == place), outline.modules[0])
    shown, page, pages = page_of(chosen.lessons, page, LESSONS)
    return card(
        f"-# 📘 {plain(course.title, _TITLE)}\n## {plain(_name(course, chosen), 100)}",
        f"{bar(chosen.done, len(chosen.lessons))} {_share(t, chosen.done, len(chosen.lessons))}",
        Divider(),
        "\n".join(_lesson_line(lesson) for lesson in shown),
        Select(
            PICK_LESSON.name,
            t("Open a lesson"),
            tuple(
                Option(f"{'✓ ' if lesson.done else ''}{lesson.title}"[:100], PICK_LESSON.value(lesson.id))
                for lesson in shown
            ),
        ),
        turn(t, lambda to: OPEN_MODULE.encode(course.id, chosen.place, to), page, pages),
        Row((Button(t("All modules"), OPEN_COURSE.encode(course.id, None)),)),
    )


def lesson(t: Language, page: LessonPage) -> Card:
    """A lesson at one of its pages: course and module, the text, the member's progress, the next step."""
    course, lesson = page.course, page.lesson
    place = f"-# 📘 {plain(course.title, _TITLE)}"
    if page.module not in ("", lesson.title):
        place += f" › {plain(page.module, _TITLE)}"
    titled = page.page > 0 or page.text.lstrip().startswith("#")
    foot = _dotted(
        _progress(t, course),
        t("page {page} of {pages}", page=page.page + 1, pages=page.pages) if page.pages > 1 else "",
        f"{'★' * page.my_stars}{'☆' * (5 - page.my_stars)}" if page.my_stars is not None else "",
    )
    return card(
        place if titled else f"{place}\n## {plain(lesson.title, _TITLE)}",
        page.text if page.text.strip() else None,
        Divider(),
        f"-# {foot}",
        turn(t, lambda to: TURN_LESSON.encode(lesson.id, to), page.page, page.pages),
        Row(
            (
                *_next_step(t, page),
                Button(t("Rate"), RATE_LESSON.encode(lesson.id)),
                Button(t("All lessons"), OPEN_COURSE.encode(course.id, None)),
            )
        ),
        accent=Accent.GOOD if lesson.done else Accent.PLAIN,
    )


def _next_step(t: Language, page: LessonPage) -> tuple[Button, ...]:
    lesson, following = page.lesson, page.following
    if not lesson.done:
        last = following is None or following.id == lesson.id
        label = t("Done") if last else t("Done & next")
        at_end = page.page == page.pages - 1
        return (Button(label, FINISH_LESSON.encode(lesson.id), style="success" if at_end else "secondary"),)
    if following is not None:
        return (Button(t("Next lesson"), OPEN_LESSON.encode(following.id), style="success"),)
    return ()


def finished(t: Language, outline: Outline) -> Card:
    """The answer when the last lesson of a course is done."""
    course = outline.course
    return card(
        f"## 🎉 {plain(course.title, 100)}",
        t.n(
            "You are done with its only lesson. Well done!",
            "You are done with all {n} lessons. Well done!",
            course.lessons,
        ),
        bar(course.done, course.lessons),
        Row(
            (
                Button(t("All lessons"), OPEN_COURSE.encode(course.id, None)),
                Button(t("All courses"), BROWSE_COURSES.encode(0)),
            )
        ),
        accent=Accent.GOOD,
    )


def rated(t: Language, stars: int, *, again: bool) -> Card:
    """The answer to a rating."""
    thanks = (
        t("Your new rating counts in place of the earlier one.")
        if again
        else t("Thank you, your rating counts.")
    )
    return card(f"{'★' * stars}{'☆' * (5 - stars)}\n{thanks}", accent=Accent.GOOD)


def _module_line(t: Language, course: CourseView, module: ModuleView) -> str:
    whole = module.done == len(module.lessons)
    mark = "✅" if whole else "🔸" if module.done else "▫️"
    return (
        f"{mark} **{plain(_name(course, module), _TITLE)}** · {_share(t, module.done, len(module.lessons))}"
    )


def _lesson_line(lesson: LessonView) -> str:
    mark = "✅" if lesson.done else "▫️"
    return f"{_INDENT * min(lesson.depth, 4)}{mark} {lesson.place + 1}. {plain(lesson.title, _TITLE)}"


def _name(course: CourseView, module: ModuleView) -> str:
    return module.title or course.title


def _progress(t: Language, course: CourseView) -> str:
    return f"{bar(course.done, course.lessons)} {_share(t, course.done, course.lessons)}"


def _share(t: Language, done: int, total: int) -> str:
    return t("{done} of {total} done", done=t.number(done), total=t.number(total))


def _opened_by(t: Language, course: CourseView) -> str:
    if course.locked and not course.tiers and not course.offers:
        return t("opens with {plans}", plans=plans(t, ()))
    return opened_by(t, course.tiers, course.offers)


def opened_by(t: Language, tiers: Sequence[str], offers: Sequence[CourseOffer]) -> str:
    """Who can open a course."""
    ways = [
        t("opens with {plans}", plans=plans(t, tiers)) if tiers else "",
        t("sold on its own: {prices}", prices=prices_words(t, offers)) if offers else "",
    ]
    return _dotted(*ways) or t("open to everybody")


def prices_words(t: Language, offers: Sequence[CourseOffer]) -> str:
    """The first three prices of a course."""
    return " / ".join(offer.words(t) for offer in offers[:3]) + (" …" if len(offers) > 3 else "")


def plans(t: Language, tiers: Sequence[str]) -> str:
    """The names of the first three tiers."""
    named = " / ".join(plain(tier, _TIER) for tier in tiers[:3]) + (" …" if len(tiers) > 3 else "")
    return named or t("a plan that is no longer for sale")


def turn(t: Language, action: Callable[[int], str], page: int, pages: int) -> Row | None:
    """Buttons to the previous and the next page, which run `action`; None when there is only one page."""
    if pages < 2:
        return None
    return Row(
        (
            Button(
                f"◀ {t('Page {n}', n=max(page, 1))}",
                action(page - 1),
                disabled=page == 0,
            ),
            Button(
                f"{t('Page {n}', n=min(page + 2, pages))} ▶",
                action(page + 1 if page + 1 < pages else AFTER_LAST),
                style="primary",
                disabled=page + 1 == pages,
            ),
        )
    )


def page_of(items: Sequence[_Item], page: int, size: int) -> tuple[Sequence[_Item], int, int]:
    """(the items on the page, the page's number, the number of pages). A page out of range becomes the nearest one."""
    pages = max(1, -(-len(items) // size))
    page = max(0, min(page, pages - 1))
    return items[page * size : (page + 1) * size], page, pages


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
