"""Reading moments as people write them, in English, Chinese and ISO. Pure; unreadable text is a UserError."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from bot.cards import plain
from bot.errors import UserError
from bot.events.clock_forms import split_clock
from bot.events.day_forms import NAMED_DAYS, WEEKDAYS, days_named
from bot.events.local_time import instant, local
from bot.events.spoken_numbers import tidy
from bot.i18n import stamp

FARTHEST = timedelta(days=366)

_STAMP = re.compile(r"<t:(\d{1,11})(?::[a-z])?>")
_RELATIVE = re.compile(
    r"in (?P<amount>half an?|an?|\d{1,4}(?:[.,]5)?) ?(?P<unit>m|min|mins|minutes?|h|hours?|d|days?|weeks?)"
    r"|(?P<number>半|\d{1,4})(?P<and_half>个半)? ?个?(?P<chinese_unit>分钟?|小时|钟头|天|周|星期)[之以]?[后後]"
)
_UNITS = {
    "m": 1,
    "分": 1,
    "h": 60,
    "小": 60,
    "钟": 60,
    "d": 1440,
    "天": 1440,
    "w": 10080,
    "周": 10080,
    "星": 10080,
}
_UTC = re.compile(r" ?(?:utc|gmt)(?P<hours>[+-]\d{1,2})?(?::?(?P<minutes>\d{2}))?$")
_OTHER_ZONE = re.compile(r"(?<=[\dm]) (?P<zone>[a-z]{2,4}t)$")


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
    """The future instant that `text` names; local times are in `zone`. UserError when unreadable, past, more than a year away or one of two days."""
    moments = _readings(text, now, zone)
    if len(moments) > 1:
        moments = [moment for moment in moments if now < moment <= now + FARTHEST] or moments[:1]
    if not moments:
        raise _unreadable(text, zone)
    if len(moments) > 1:
        first, second = (ParsedTime(moment, local(moment, zone), zone.key).written for moment in moments)
        raise UserError(
            "“{text}” may be {first} or {second}. Write the one you mean.",
            text=plain(text.strip(), 50),
            first=first,
            second=second,
        )
    moment = moments[0]
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


def suggestions(text: str, now: datetime, zone: ZoneInfo, most: int = 7) -> list[ParsedTime]:
    """Times that `text` may become when it is complete, the next evenings for an empty one, none for what is not understood.

    All can be read and are in the future.
    """
    if text.strip():
        candidates = [text]
        for beginning in (text, *_completed(tidy(text))):
            candidates += [f"{beginning}{rest}" for rest in _ENDINGS]
    else:
        today = local(now, zone).date()
        candidates = [f"{today + timedelta(days=days)} 20:00" for days in range(most + 1)]
    moments = dict.fromkeys(
        moment
        for candidate in candidates
        for moment in (*_readings(candidate, now, zone), *_readings(_sooner(candidate), now, zone))
        if now < moment <= now + FARTHEST
    )
    return [ParsedTime(moment, local(moment, zone), zone.key) for moment in list(moments)[:most]]


_ENDINGS = ("0", "00", ":00", "pm", " 20:00", " 19:00", " 18:00", " 15:00")


def _completed(text: str) -> list[str]:
    """Names of days that begin with `text`."""
    before = next((word for word in ("next ", "下") if text.startswith(word)), "")
    typed = text.removeprefix(before).replace("星期", "周").replace("礼拜", "周")
    return [
        before + day for day in (*NAMED_DAYS, *WEEKDAYS) if typed and day.startswith(typed) and day != typed
    ]


def _sooner(text: str) -> str:
    """What some people mean by "next Friday": the coming one."""
    return re.sub(r"\bnext (?=[a-z])", "", tidy(text))


def _unreadable(text: str, zone: ZoneInfo) -> UserError:
    if match := _OTHER_ZONE.search(tidy(text)):
        return UserError(
            "“{text}” names a zone that means different things in different countries. "
            "Leave {name} out to use the server's zone, {zone}, or write it like UTC+1.",
            text=plain(text.strip(), 50),
            name=plain(match["zone"].upper(), 5),
            zone=zone.key,
        )
    return UserError(
        "“{text}” is not a time that I can read. What to do: write it like {examples}.",
        text=plain(text.strip(), 50),
        examples="2026-12-01 19:30, 12-01 19:30, tomorrow 19:30, Fri 20:00, 周五 20:00",
    )


def _readings(text: str, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """The instants that `text` can mean: none, one, or two where a date can be read as another country's."""
    try:
        return list(dict.fromkeys(_read(_evening(tidy(text)), now, zone)))
    except (ValueError, OverflowError):  # 31 February, the year 0
        return []


def _evening(text: str) -> str:
    """今晚, 明早 and tonight as a day and a half of it."""
    text = re.sub(r"([今明后])([早晚])(?!上)", r"\1天\2上", text)
    text = re.sub(r"([今明后])([早晚])上", r"\1天\2上", text)
    return re.sub(r"^(.*)\btonight\b ?(?:at )?(.*?)$", r"\1今天晚上\2", text)


def _read(text: str, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    if match := _STAMP.fullmatch(text):
        yield datetime.fromtimestamp(int(match[1]), UTC)
    elif match := _RELATIVE.fullmatch(text):
        yield _relative(match, now)
    elif "t" in text and (exact := _with_offset(text)) is not None:
        yield exact
    else:
        written_in: ZoneInfo | timezone = zone
        if match := _UTC.search(text):
            written_in, text = _offset(match), text[: match.start()]
        if parts := split_clock(text):
            clock, day = parts
            today = local(now, written_in).date()
            gone = instant(datetime.combine(today, clock), written_in) <= now
            for named in days_named(day, today, today + timedelta(days=gone)):
                yield instant(datetime.combine(named, clock), written_in)


def _relative(match: re.Match[str], now: datetime) -> datetime:
    amount = match["amount"] or match["number"]
    if amount.startswith("half") or amount == "半":
        count = 0.5
    else:
        count = 1.0 if amount in ("a", "an") else float(amount.replace(",", "."))
    minutes = (count + (0.5 if match["and_half"] else 0)) * _UNITS[
        (match["unit"] or match["chinese_unit"])[0]
    ]
    return now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def _with_offset(text: str) -> datetime | None:
    try:
        exact = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return exact.astimezone(UTC) if exact.tzinfo is not None else None


def _offset(match: re.Match[str]) -> timezone:
    """The zone that UTC+5:30 names. ValueError when the offset is a day or more."""
    hours = match["hours"] or "+0"
    minutes = int(hours) * 60 + int(f"{hours[0]}{match['minutes'] or 0}")
    return timezone(timedelta(minutes=minutes))
