"""Times and lengths as people write them, in English, Chinese and ISO. Pure; what cannot be read is a UserError."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cards import plain
from bot.errors import UserError
from bot.events.local_time import instant, local
from bot.i18n import stamp

FARTHEST = timedelta(days=366)
SLIP = timedelta(days=60)
"""A date without a year that passed less than this ago is taken for a slip, not for next year's."""
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)

_STAMP = re.compile(r"<t:(\d{1,11})(?::[a-z])?>")
_RELATIVE = re.compile(
    r"in (\d{1,4}) ?(m|min|mins|minutes?|h|hours?|d|days?)|(\d{1,4}) ?(分钟|个?小时|天)[后後]"
)
_CLOCK = re.compile(
    r"(?P<half>凌晨|早上|上午|中午|下午|傍晚|晚上|at)? ?"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|点(?:(?P<thirty>半)|(?P<points>\d{1,2})分?)?)? ?(?P<meridiem>am|pm)?$"
)
_NAMED_DAYS = {
    "today": 0,
    "今天": 0,
    "tomorrow": 1,
    "明天": 1,
    "day after tomorrow": 2,
    "the day after tomorrow": 2,
    "后天": 2,
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "monday", "一"),
            ("tue", "tues", "tuesday", "二"),
            ("wed", "wednesday", "三"),
            ("thu", "thur", "thurs", "thursday", "四"),
            ("fri", "friday", "五"),
            ("sat", "saturday", "六"),
            ("sun", "sunday", "日", "天"),
        )
    )
    for name in names
}
_CHINESE_WEEKDAY = re.compile(r"(下)?(?:周|星期|礼拜)([一二三四五六日天])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?t?")
_SHORT_DATE = re.compile(r"(\d{1,2})(?:-|月)(\d{1,2})日?")
_WORDY_DATE = re.compile(
    r"(?:(?P<weekday>[a-z]+),? )?(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? (?P<month>[a-z]{3,9})|(?P<month2>[a-z]{3,9}) (?P<day2>\d{1,2})(?:st|nd|rd|th)?)"
    r"(?:,? (?P<year>\d{4}))?"
)
_HOURS = re.compile(r"(?:(\d{1,2}) ?(?:h|hours?|个?小时) ?)?(?:(\d{1,4}) ?(?:m|mins?|minutes?|分钟?)?)?")


@dataclass(frozen=True)
class ParsedTime:
    """An instant, and the wall-clock time and zone in which it was said."""

    at: datetime
    wall: datetime
    zone: str

    @property
    def written(self) -> str:
        """A text that `read_moment` reads as exactly this moment."""
        exact = instant(self.wall, ZoneInfo(self.zone)) == self.at and not self.wall.second
        return f"{self.wall:%Y-%m-%d %H:%M}" if exact else f"<t:{int(self.at.timestamp())}:F>"


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> ParsedTime:
    """The coming moment that `text` names, wall-clock times in `zone`. UserError when unreadable, past or far away."""
    try:
        moment = _read(_tidy(text), now, zone)
    except (ValueError, OverflowError):  # 31 February, the year 0
        moment = None
    if moment is None:
        raise UserError(
            "“{text}” is not a time that I can read. What to do: write it like {examples}.",
            text=plain(text.strip(), 50),
            examples="2026-12-01 19:30, 12-01 19:30, tomorrow 19:30, Fri 20:00, 周五 20:00",
        )
    if moment <= now:
        raise UserError(
            "{moment} has passed already. What to do: give a time in the future, with the year if it is next year's.",
            moment=stamp(moment, "F"),
        )
    if moment - now > FARTHEST:
        raise UserError(
            "{moment} is more than a year away. What to do: check the date; plan at most a year ahead.",
            moment=stamp(moment, "F"),
        )
    return ParsedTime(moment, local(moment, zone), zone.key)


def read_length(text: str) -> timedelta:
    """ "90", "1h30" and "1:30" are all an hour and a half. UserError when unreadable or not between 5 minutes and 24 hours."""
    tidy = _tidy(text)
    if found := re.fullmatch(r"(\d{1,2}):([0-5]\d)", tidy):
        length = timedelta(hours=int(found[1]), minutes=int(found[2]))
    elif (found := _HOURS.fullmatch(tidy)) and (found[1] or found[2]):
        length = timedelta(hours=int(found[1] or 0), minutes=int(found[2] or 0))
    else:
        raise UserError(
            "“{text}” is not a length that I can read. What to do: give minutes, like 90, or 1h30 or 1:30.",
            text=plain(text.strip(), 50),
        )
    if not SHORTEST <= length <= LONGEST:
        raise UserError("An event lasts between 5 minutes and 24 hours. What to do: give another length.")
    return length


def suggestions(text: str, now: datetime, zone: ZoneInfo, most: int = 7) -> list[ParsedTime]:
    """What `text` may mean when finished; for an empty text the coming evenings. All are coming and readable."""
    tried = [text] if text.strip() else []
    for beginning in [text, *_completed(_tidy(text))] if tried else []:
        tried += [f"{beginning}{rest}" for rest in ("00", ":00", " 20:00", " 19:00", " 18:00", " 15:00")]
    found = list(_readable(tried, now, zone))
    if not found:
        today = local(now, zone).date()
        found = list(
            _readable([f"{today + timedelta(days=days)} 20:00" for days in range(most + 1)], now, zone)
        )
    return found[:most]


def _completed(text: str) -> list[str]:
    """Names of days that begin so."""
    return [
        day for day in (*_NAMED_DAYS, *_WEEKDAYS) if len(text) > 1 and day.startswith(text) and day != text
    ]


def _readable(texts: list[str], now: datetime, zone: ZoneInfo) -> Iterator[ParsedTime]:
    known: set[datetime] = set()
    for text in texts:
        try:
            moment = read_moment(text, now, zone)
        except UserError:
            continue
        if moment.at not in known:
            known.add(moment.at)
            yield moment


def _tidy(text: str) -> str:
    """One form for what looks the same: full-width digits and colons, spaces, case, 今晚 and tonight."""
    tidy = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()
    tidy = tidy.replace("今晚", "今天晚上").replace("明晚", "明天晚上")
    return re.sub(r"^(.*)\btonight\b ?(?:at )?(.*?)$", r"\1今天晚上\2", tidy)


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if found := _STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(found[1]), UTC)
    if found := _RELATIVE.fullmatch(text):
        return _relative(found, now)
    if "t" in text and (exact := _with_offset(text)) is not None:
        return exact
    clock = _CLOCK.search(text)
    told = _clock(clock) if clock else None
    if clock is None or told is None:
        return None
    return _on_day(text[: clock.start()].strip(" ,，"), told, now, zone)


def _relative(found: re.Match[str], now: datetime) -> datetime:
    amount, unit = int(found[1] or found[3]), found[2] or found[4]
    if unit[0] in "m分":
        length = timedelta(minutes=amount)
    else:
        length = timedelta(days=amount) if unit[0] in "d天" else timedelta(hours=amount)
    return now.replace(second=0, microsecond=0) + length


def _with_offset(text: str) -> datetime | None:
    try:
        exact = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return exact.astimezone(UTC) if exact.tzinfo is not None else None


def _clock(found: re.Match[str]) -> time | None:
    """A clock time; a bare "9" is none, because nobody can say which nine is meant."""
    if not (found["minute"] or found["meridiem"] or "点" in found[0]):
        return None
    hour = _hour(int(found["hour"]), found["half"], found["meridiem"])
    minute = 30 if found["thirty"] else int(found["minute"] or found["points"] or 0)
    return time(hour, minute) if hour is not None and hour < 24 and minute < 60 else None


def _hour(hour: int, half: str | None, meridiem: str | None) -> int | None:
    """The hour of the day, 0 to 23, of an hour with its half of the day."""
    if meridiem:
        fits = 1 <= hour <= 12 and half in (None, "at")
        return hour % 12 + (12 if meridiem == "pm" else 0) if fits else None
    if (half in ("下午", "傍晚", "晚上") and hour < 12) or (half == "中午" and hour < 3):
        return hour + 12
    if (half == "晚上" and hour == 12) or (half in ("凌晨", "早上", "上午") and hour > 12):
        return None  # "晚上12点" may be either midnight
    return 0 if half == "凌晨" and hour == 12 else hour


def _on_day(day: str, clock: time, now: datetime, zone: ZoneInfo) -> datetime | None:
    today = local(now, zone).date()

    def ahead(wanted: date) -> datetime:
        return instant(datetime.combine(wanted, clock), zone)

    if not day:
        return ahead(today) if ahead(today) > now else ahead(today + timedelta(days=1))
    if day in _NAMED_DAYS:
        return ahead(today + timedelta(days=_NAMED_DAYS[day]))
    chinese = _CHINESE_WEEKDAY.fullmatch(day)
    weekday = _WEEKDAYS[chinese[2]] if chinese else _WEEKDAYS.get(day)
    if chinese and chinese[1]:
        return ahead(today + timedelta(days=7 - today.weekday() + _WEEKDAYS[chinese[2]]))
    if weekday is not None:
        coming = today + timedelta(days=(weekday - today.weekday()) % 7)
        return ahead(coming) if ahead(coming) > now else ahead(coming + timedelta(days=7))
    wanted = _date(day, today)
    return ahead(wanted) if wanted else None


def _date(day: str, today: date) -> date | None:
    if found := _FULL_DATE.fullmatch(day):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT_DATE.fullmatch(day):
        return _coming(int(found[1]), int(found[2]), today)
    if not (found := _WORDY_DATE.fullmatch(day)):
        return None
    name = (found["month"] or found["month2"])[:3]
    weekday = _WEEKDAYS.get(found["weekday"]) if found["weekday"] else None
    if name not in _MONTHS or (found["weekday"] and weekday is None):
        return None
    month, number = _MONTHS.index(name) + 1, int(found["day"] or found["day2"])
    wanted = date(int(found["year"]), month, number) if found["year"] else _coming(month, number, today)
    return (
        wanted if weekday in (None, wanted.weekday()) else None
    )  # "Mon 27 Nov" when that is a Friday: ask again


def _coming(month: int, day: int, today: date) -> date:
    for year in range(today.year, today.year + 5):
        try:
            wanted = date(year, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if wanted >= today - SLIP:
            return wanted
    raise ValueError("no such day")
