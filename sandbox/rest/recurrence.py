"""Recurrence rules of scheduled events: the few that Discord takes.

Discord's documentation, resources/guild-scheduled-event, "Guild Scheduled Event Recurrence Rule Object", with its
"System limitations".
"""

from __future__ import annotations

from sandbox.clock import iso, parse
from sandbox.forms import Form
from sandbox.shape import many, moment, one_of, thing, whole
from sandbox.wire import Json, items

_YEARLY, _MONTHLY, _WEEKLY, _DAILY = 0, 1, 2, 3
_DAYS = ({0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}, {6, 0, 1, 2, 3}, {4, 5}, {5, 6}, {6, 0})
_FORBIDDEN = ("count", "end", "by_year_day")
_WEEKDAY = whole(0, 6)

RULE = thing(
    {
        "start": moment,
        "end": moment,
        "frequency": one_of(_YEARLY, _MONTHLY, _WEEKLY, _DAILY),
        "interval": whole(1, 2),
        "by_weekday": many(_WEEKDAY, 7),
        "by_n_weekday": many(thing({"n": whole(1, 5), "day": _WEEKDAY}, "n", "day"), 7),
        "by_month": many(whole(1, 12), 12),
        "by_month_day": many(whole(1, 31), 31),
        "by_year_day": many(whole(1, 366), 366),
        "count": whole(1, 2**31 - 1),
    },
    "start",
    "frequency",
)


def finished(rule: Json) -> Json:
    """The rule with all its fields; 50035 for a rule that Discord does not take."""
    form = Form({})
    _check(form, rule)
    form.done()
    empty = dict.fromkeys(
        ("end", "by_weekday", "by_n_weekday", "by_month", "by_month_day", "by_year_day", "count")
    )
    known = {key: rule.get(key) for key in empty}
    start = iso(parse(rule["start"]))
    return {**known, "interval": rule.get("interval") or 1, "frequency": rule["frequency"], "start": start}


def _check(form: Form, rule: Json) -> None:
    frequency = rule["frequency"]
    weekdays, nth = items(rule, "by_weekday"), items(rule, "by_n_weekday")
    months, days = items(rule, "by_month"), items(rule, "by_month_day")
    for key in _FORBIDDEN:
        if rule.get(key):
            _refuse(form, key, f"{key} cannot be set")
    if sum(map(bool, (weekdays, nth, months or days))) > 1:
        _refuse(form, "", "by_weekday, by_n_weekday and by_month with by_month_day exclude each other")
    if weekdays and frequency == _DAILY and set(weekdays) not in _DAYS:
        _refuse(form, "by_weekday", "not a known set of weekdays")
    elif weekdays and frequency == _WEEKLY and len(weekdays) != 1:
        _refuse(form, "by_weekday", "a weekly event takes one weekday")
    elif weekdays and frequency not in (_DAILY, _WEEKLY):
        _refuse(form, "by_weekday", "only for daily and weekly events")
    if nth and (frequency != _MONTHLY or len(nth) != 1):
        _refuse(form, "by_n_weekday", "one, and only for monthly events")
    if (months or days) and (frequency != _YEARLY or len(months) != 1 or len(days) != 1):
        _refuse(form, "by_month", "one month and one day of it, and only for yearly events")
    if (rule.get("interval") or 1) != 1 and frequency != _WEEKLY:
        _refuse(form, "interval", "other than 1 only for weekly events")


def _refuse(form: Form, key: str, what: str) -> None:
    form.fault(f"recurrence_rule.{key}", "GUILD_SCHEDULED_EVENT_INVALID_RECURRENCE_RULE", f"Invalid: {what}.")
