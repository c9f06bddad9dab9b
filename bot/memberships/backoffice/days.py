"""Days as owners type them: for a range of the books, and for when money arrived. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, tzinfo

from bot.cards import plain
from bot.errors import UserError
from bot.i18n import stamp
from bot.memberships.model import Order
from bot.memberships.orders.parts import NOTES, next_moment
from bot.payments.port import Fact, FactKind


def read_day(typed: str) -> date:
    """The day that the text names. UserError unless it is an ISO date between 2015, when Discord began, and 2200."""
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        day = None
    if day is None or not 2015 <= day.year <= 2200:
        raise UserError(
            "“{text}” is not a date that I can read. Write it like {example}.",
            text=plain(typed.strip(), 40),
            example="2026-11-30",
        )
    return day


def arrival(typed: str, order: Order, facts: Sequence[Fact], now: datetime, zone: tzinfo) -> datetime:
    """When money arrived that is noted now: the beginning of the day named, or just after what was noted before.

    UserError for a day that is still to come, and for one before the order or its last note.
    """
    day = read_day(typed)
    if day > now.astimezone(zone).date():
        raise UserError("That day is still to come. Give the day on which the money arrived.")
    noted = [fact for fact in facts if fact.kind in (*NOTES, FactKind.CORRECTED)]
    earliest = max([order.created_at, *(fact.at for fact in noted)])
    if day < earliest.astimezone(zone).date():
        raise UserError(
            "This order was made, or something was noted for it, on {when}. The money cannot have arrived before that.",
            when=stamp(earliest, "D"),
        )
    return next_moment(noted, max(datetime.combine(day, time.min, zone), order.created_at))
