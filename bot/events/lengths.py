"""Reading the length of an event as people write it. Pure; unreadable text is a UserError."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.cards import plain
from bot.errors import UserError
from bot.events.spoken_numbers import tidy

SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)

_HOURS = re.compile(r"(?:(\d{1,2}) ?(?:h|hours?|个?小时) ?)?(?:(\d{1,4}) ?(?:m|mins?|minutes?|分钟?)?)?")


def read_length(text: str) -> timedelta:
    """ "90", "1h30" and "1:30" are all an hour and a half. UserError when unreadable or not between 5 minutes and 24 hours."""
    written = tidy(text)
    if match := re.fullmatch(r"(\d{1,2}):([0-5]\d)", written):
        length = timedelta(hours=int(match[1]), minutes=int(match[2]))
    elif (match := _HOURS.fullmatch(written)) and (match[1] or match[2]):
        length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
    else:
        raise UserError(
            "“{text}” is not a length that I can read. What to do: give minutes, like 90, or 1h30 or 1:30.",
            text=plain(text.strip(), 50),
        )
    if not SHORTEST <= length <= LONGEST:
        raise UserError("An event lasts between 5 minutes and 24 hours. What to do: give another length.")
    return length
