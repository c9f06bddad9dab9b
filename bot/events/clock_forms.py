"""The forms in which people write the time of a day. Pure."""

from __future__ import annotations

import re
from datetime import time

_HOUR = (
    r"(?P<half>凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚)? ?(?P<hour>\d{1,2})"
    r"(?:[:.](?P<minute>\d{2})|点(?:(?P<thirty>半)|(?P<quarters>[13])刻|(?P<points>\d{1,2})分?|整|钟)?)?"
    r" ?(?P<meridiem>am|pm|a\.m\.|p\.m\.)?"
)
_NOON = r"(?P<noon>noon|midday|正午|中午)"
_LAST = re.compile(rf"(?:(?:(?<![a-z])at|@) ?)?(?:{_HOUR}|(?<![a-z]){_NOON})$")
_FIRST = re.compile(rf"(?:at |@ ?)?(?:{_HOUR}|{_NOON})(?:,? on|,|(?<=[a-z\d点半分钟])) ")
_MORNING, _EVENING = ("凌晨", "早上", "早", "上午"), ("下午", "傍晚", "晚上", "晚")


def split_clock(text: str) -> tuple[time, str] | None:
    """The clock time at the end or at the beginning of `text`, and the rest, which names the day. None when there is none.

    A bare "9" is no clock time, because it may be morning or evening; "20.15" is none either, because it may be a date.
    """
    if (match := _LAST.search(text)) and (clock := _clock(match)) is not None:
        return clock, text[: match.start()].strip(" ,")
    if (match := _FIRST.match(text)) and (clock := _clock(match)) is not None:
        return clock, text[match.end() :].strip(" ,")
    return None


def _clock(match: re.Match[str]) -> time | None:
    if match["noon"]:
        return time(12)
    meridiem = (match["meridiem"] or "").replace(".", "")
    dotted = match["minute"] and "." in match[0].replace("p.m.", "").replace("a.m.", "")
    if (dotted and not meridiem) or not (match["minute"] or meridiem or "点" in match[0]):
        return None
    hour = _hour(int(match["hour"]), match["half"], meridiem)
    quarters = int(match["quarters"] or 0) * 15
    minute = 30 if match["thirty"] else quarters or int(match["minute"] or match["points"] or 0)
    return time(hour, minute) if hour is not None and hour < 24 and minute < 60 else None


def _hour(hour: int, half: str | None, meridiem: str) -> int | None:
    """The hour of the day, 0 to 23, of an hour with its half of the day."""
    if meridiem:
        return hour % 12 + (12 if meridiem == "pm" else 0) if 1 <= hour <= 12 and half is None else None
    if (half in _EVENING and hour < 12) or (half == "中午" and hour < 3):
        return hour + 12
    if (half in ("晚上", "晚") and hour == 12) or (half in _MORNING and hour > 12):
        return None  # "晚上12点" may be either midnight
    return 0 if half == "凌晨" and hour == 12 else hour
