"""The forms in which people name a day, in English, Chinese, ISO and with the slashes and dots of other countries. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

SLIP = timedelta(days=60)
"""A date without a year that passed less than this ago is a mistake, not a date in next year."""
NAMED_DAYS = {
    "today": 0,
    "今天": 0,
    "tomorrow": 1,
    "明天": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
    "后天": 2,
    "大后天": 3,
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "周一"),
            ("tue", "tues", "tuesday", "周二"),
            ("wed", "wednesday", "周三"),
            ("thu", "thur", "thurs", "thursday", "周四"),
            ("fri", "friday", "周五"),
            ("sat", "saturday", "周六"),
            ("sun", "sunday", "周日", "周天"),
        )
    )
    for name in names
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(
    r"(?:(?P<which>next|this|coming|下个?|这个?|本) ?)?(?P<name>周.|[a-z]+)\.?(?P<later> next week)?"
)
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年] ?(\d{1,2})[-/.月] ?(\d{1,2})[日号]?t?")
_MONTH_FIRST = re.compile(r"(\d{1,2})(?:-|月) ?(\d{1,2})[日号]?")
_DOTS = re.compile(r"(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4}))?")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
_WORDS = re.compile(
    r"(?:the )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?(?: of)? (?P<month>[a-z]{3,9})\.?"
    r"|(?P<month2>[a-z]{3,9})\.? (?P<day2>\d{1,2})(?:st|nd|rd|th)?)(?:,? (?P<year>\d{4}))?"
)


def days_named(text: str, today: date, earliest: date) -> Iterator[date]:
    """The days that `text` can mean; only slashes can mean two. No text and bare weekdays mean the first from `earliest`.

    ValueError for a day that its month does not have.
    """
    text = re.sub(r"^on ", "", re.sub(r"星期|礼拜", "周", text))
    if not text:
        yield earliest
    elif text in NAMED_DAYS:
        yield today + timedelta(days=NAMED_DAYS[text])
    elif (named := _weekday(text, today, earliest)) is not None:
        yield named
    else:
        weekday, rest = _beside(text)
        yield from (day for day in _dates(rest, today) if weekday in (None, day.weekday()))


def _weekday(text: str, today: date, earliest: date) -> date | None:
    match = _WEEKDAY.fullmatch(text)
    if match is None or (number := WEEKDAYS.get(match["name"])) is None:
        return None
    which = match["which"] or ""
    monday = today - timedelta(days=today.weekday())
    if which.startswith(("next", "下")) or match["later"]:
        return monday + timedelta(days=7 + number)
    if which.startswith(("这", "本")):
        return monday + timedelta(days=number)
    return earliest + timedelta(days=(number - earliest.weekday()) % 7)


def _beside(text: str) -> tuple[int | None, str]:
    """The weekday written beside a date, and the date: "Mon 27 Nov" on a Friday is asked again."""
    if (match := re.match(r"([a-z]+)\.?,? |(周.),? ?", text)) and (name := match[1] or match[2]) in WEEKDAYS:
        return WEEKDAYS[name], text[match.end() :]
    if (match := re.search(r" ?\(?(周.)\)?$", text)) and match[1] in WEEKDAYS:
        return WEEKDAYS[match[1]], text[: match.start()]
    return None, text


def _dates(text: str, today: date) -> Iterator[date]:
    if match := _YEAR_FIRST.fullmatch(text):
        yield date(int(match[1]), int(match[2]), int(match[3]))
    elif match := _MONTH_FIRST.fullmatch(text):
        yield _dated(None, match[1], match[2], today)
    elif match := _DOTS.fullmatch(text):
        yield _dated(match[3], match[2], match[1], today)
    elif match := _SLASHES.fullmatch(text):
        yield from _slashed(match, today)
    elif match := _WORDS.fullmatch(text):
        name = (match["month"] or match["month2"])[:3]
        if name in _MONTHS:
            yield _dated(match["year"], str(_MONTHS.index(name) + 1), match["day"] or match["day2"], today)


def _slashed(match: re.Match[str], today: date) -> Iterator[date]:
    """Month and day of America, day and month of Europe; both, when both are dates."""
    found = set[date]()
    for month, day in ((match[1], match[2]), (match[2], match[1])):
        if 1 <= int(month) <= 12 and (named := _dated(match[3], month, day, today)) not in found:
            found.add(named)
            yield named


def _dated(year: str | None, month: str, day: str, today: date) -> date:
    return date(int(year), int(month), int(day)) if year else _coming(int(month), int(day), today)


def _coming(month: int, day: int, today: date) -> date:
    for year in range(today.year, today.year + 5):
        try:
            coming = date(year, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if coming >= today - SLIP:
            return coming
    raise ValueError("no such day")
