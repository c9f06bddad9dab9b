"""Reading times and lengths as people write them, in English, Chinese and ISO. Pure; unreadable text is a UserError."""

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
"""A date without a year that passed less than this ago is a mistake, not a date in next year."""
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
    """An instant, with the local time and zone in which it was written."""

    at: datetime
    local_time: datetime
    zone: str

    @property
    def written(self) -> str:
        """A text that `read_moment` reads as exactly this moment."""
        exact = instant(self.local_time, ZoneInfo(self.zone)) == self.at and not self.local_time.second
        return f"{self.local_time:%Y-%m-%d %H:%M}" if exact else f"<t:{int(self.at.timestamp())}:F>"


def read_moment(text: str, now: datetime, zone: ZoneInfo) -> ParsedTime:
    """The future instant that `text` names; local times are in `zone`. UserError when unreadable, past or more than a year away."""
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
    if match := re.fullmatch(r"(\d{1,2}):([0-5]\d)", tidy):
        length = timedelta(hours=int(match[1]), minutes=int(match[2]))
    elif (match := _HOURS.fullmatch(tidy)) and (match[1] or match[2]):
        length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
    else:
        raise UserError(
            "“{text}” is not a length that I can read. What to do: give minutes, like 90, or 1h30 or 1:30.",
            text=plain(text.strip(), 50),
        )
    if not SHORTEST <= length <= LONGEST:
        raise UserError("An event lasts between 5 minutes and 24 hours. What to do: give another length.")
    return length


def suggestions(text: str, now: datetime, zone: ZoneInfo, most: int = 7) -> list[ParsedTime]:
    """Times that `text` may become when it is complete; the next evenings if it names none. All can be read and are in the future."""
    candidates = [text] if text.strip() else []
    for beginning in [text, *_completed(_tidy(text))] if candidates else []:
        candidates += [f"{beginning}{rest}" for rest in ("00", ":00", " 20:00", " 19:00", " 18:00", " 15:00")]
    moments = list(_readable(candidates, now, zone))
    if not moments:
        today = local(now, zone).date()
        moments = list(
            _readable([f"{today + timedelta(days=days)} 20:00" for days in range(most + 1)], now, zone)
        )
    return moments[:most]


def _completed(text: str) -> list[str]:
    """Names of days that begin with `text`."""
    return [
        day for day in (*_NAMED_DAYS, *_WEEKDAYS) if len(text) > 1 and day.startswith(text) and day != text
    ]


def _readable(texts: list[str], now: datetime, zone: ZoneInfo) -> Iterator[ParsedTime]:
    instants: set[datetime] = set()
    for text in texts:
        try:
            moment = read_moment(text, now, zone)
        except UserError:
            continue
        if moment.at not in instants:
            instants.add(moment.at)
            yield moment


def _tidy(text: str) -> str:
    """The text in one form: full-width digits and colons, spaces, case, 今晚 and tonight."""
    tidy = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().lower()
    tidy = tidy.replace("今晚", "今天晚上").replace("明晚", "明天晚上")
    return re.sub(r"^(.*)\btonight\b ?(?:at )?(.*?)$", r"\1今天晚上\2", tidy)


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if match := _STAMP.fullmatch(text):
        return datetime.fromtimestamp(int(match[1]), UTC)
    if match := _RELATIVE.fullmatch(text):
        return _relative(match, now)
    if "t" in text and (exact := _with_offset(text)) is not None:
        return exact
    match = _CLOCK.search(text)
    clock = _clock(match) if match else None
    if match is None or clock is None:
        return None
    return _on_day(text[: match.start()].strip(" ,，"), clock, now, zone)


def _relative(match: re.Match[str], now: datetime) -> datetime:
    amount, unit = int(match[1] or match[3]), match[2] or match[4]
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


def _clock(match: re.Match[str]) -> time | None:
    """A clock time. A bare "9" is none, because it may be morning or evening."""
    if not (match["minute"] or match["meridiem"] or "点" in match[0]):
        return None
    hour = _hour(int(match["hour"]), match["half"], match["meridiem"])
    minute = 30 if match["thirty"] else int(match["minute"] or match["points"] or 0)
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

    def at_clock(date_: date) -> datetime:
        return instant(datetime.combine(date_, clock), zone)

    if not day:
        return at_clock(today) if at_clock(today) > now else at_clock(today + timedelta(days=1))
    if day in _NAMED_DAYS:
        return at_clock(today + timedelta(days=_NAMED_DAYS[day]))
    chinese = _CHINESE_WEEKDAY.fullmatch(day)
    weekday = _WEEKDAYS[chinese[2]] if chinese else _WEEKDAYS.get(day)
    if chinese and chinese[1]:
        return at_clock(today + timedelta(days=7 - today.weekday() + _WEEKDAYS[chinese[2]]))
    if weekday is not None:
        coming = today + timedelta(days=(weekday - today.weekday()) % 7)
        return at_clock(coming) if at_clock(coming) > now else at_clock(coming + timedelta(days=7))
    named = _date(day, today)
    return at_clock(named) if named else None


def _date(day: str, today: date) -> date | None:
    if match := _FULL_DATE.fullmatch(day):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SHORT_DATE.fullmatch(day):
        return _coming(int(match[1]), int(match[2]), today)
    if not (match := _WORDY_DATE.fullmatch(day)):
        return None
    name = (match["month"] or match["month2"])[:3]
    weekday = _WEEKDAYS.get(match["weekday"]) if match["weekday"] else None
    if name not in _MONTHS or (match["weekday"] and weekday is None):
        return None
    month, number = _MONTHS.index(name) + 1, int(match["day"] or match["day2"])
    named = date(int(match["year"]), month, number) if match["year"] else _coming(month, number, today)
    return (
        named if weekday in (None, named.weekday()) else None
    )  # "Mon 27 Nov" when that is a Friday: ask again


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
