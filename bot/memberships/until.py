"""Reading the end of a membership or an exception, as staff type it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.cards import plain
from bot.errors import UserError
from bot.memberships.model import FOREVER

LONGEST = 3660  # days
YEAR = 366  # days
EVER = frozenset({"forever", "ever", "永久", "永远"})


def read_until(text: str, now: datetime, zone: ZoneInfo, *, ever: bool) -> datetime:
    """The end that `text` names: a number of days, a date (to its last minute in `zone`), or, with `ever`, "forever".

    UserError when it is none of these, is past, or lies more than ten years ahead.
    """
    tidy = text.strip().casefold()
    if tidy in EVER:
        if ever:
            return FOREVER
        raise UserError("Only the owner of the server may give something for ever. Name an end.")
    end = _read(tidy, now, zone)
    if end is None:
        raise UserError(
            "“{text}” is not an end that I can read. Write a number of days like 30, or a date like {example}.",
            text=plain(text.strip(), 40),
            example=f"{now.astimezone(zone) + timedelta(days=30):%Y-%m-%d}",
        )
    if not now < end <= now + timedelta(days=LONGEST):
        raise UserError("This end has passed, or is more than ten years away. Name a day in between.")
    return end


def _read(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return now + timedelta(days=int(text))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, zone)


def read_gift(text: str, now: datetime, zone: ZoneInfo, *, owner: bool) -> datetime:
    """As `read_until`, for what staff give for nothing: only the owner gives for more than a year, or for ever."""
    end = read_until(text, now, zone, ever=owner)
    if not owner and end > now + timedelta(days=YEAR):
        raise UserError(
            "Only the owner of the server may give something for more than a year. Name a nearer end."
        )
    return end
