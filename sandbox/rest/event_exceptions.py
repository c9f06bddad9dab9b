"""Exceptions to a recurring event: one occurrence is moved or cancelled.

Discord describes them only in its OpenAPI file; no gateway event of their own is documented, so an exception is
dispatched as an update of its event, which lists all exceptions.
"""

from __future__ import annotations

from sandbox import snowflake as snowflakes
from sandbox.clock import iso, parse
from sandbox.errors import DiscordError, unknown
from sandbox.forms import Form
from sandbox.rest import events
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import flag, moment, thing
from sandbox.wire import Json
from sandbox.world.audit import Action
from sandbox.world.events import Event

_TIMES = ("scheduled_start_time", "scheduled_end_time")
_FIELDS = {**dict.fromkeys(_TIMES, moment), "original_scheduled_start_time": moment, "is_canceled": flag}
_MOST = 100


@takes(thing(_FIELDS, "original_scheduled_start_time"))
def create(call: Call) -> Reply:
    """POST …/exceptions: for an occurrence of a recurring event that has no exception yet"""
    event = _changeable(call)
    if not event["recurrence_rule"]:
        raise DiscordError(400, 180000, "Only a recurring event has exceptions")
    original = parse(call.json["original_scheduled_start_time"])
    exception_id = str(snowflakes.at(original))
    if any(e["event_exception_id"] == exception_id for e in event["guild_scheduled_event_exceptions"]):
        _refuse("original_scheduled_start_time", "There is an exception for this occurrence.")
    if original < parse(event["scheduled_start_time"]):
        _refuse("original_scheduled_start_time", "The event does not take place then.")
    exception: Json = {
        "event_id": event["id"],
        "event_exception_id": exception_id,
        "scheduled_start_time": None,
        "scheduled_end_time": None,
        "is_canceled": False,
    }
    event["guild_scheduled_event_exceptions"].append(_changed(call, exception))
    _keep(call, event)
    return ok(event["guild_scheduled_event_exceptions"][-1])


@takes(thing(_FIELDS))
def edit(call: Call) -> Reply:
    """PATCH …/exceptions/{exception_id}"""
    event = _changeable(call)
    exception = _exception(call, event)
    exception |= _changed(call, exception)
    _keep(call, event)
    return ok(exception)


def delete(call: Call) -> Reply:
    """DELETE …/exceptions/{exception_id}: the occurrence is as first planned again"""
    event = _changeable(call)
    event["guild_scheduled_event_exceptions"].remove(_exception(call, event))
    _keep(call, event)
    return NOTHING


def list_subscribers(call: Call) -> Reply:
    """GET …/{exception_id}/users: those of the whole event; interest in a single occurrence does not exist here"""
    _exception(call, events.event_of(call))
    return events.list_subscribers(call)


def _changeable(call: Call) -> Json:
    event = events.event_of(call)
    events.require_may_change(call, call.guild, event)
    return event


def _exception(call: Call, event: Json) -> Json:
    for exception in event["guild_scheduled_event_exceptions"]:
        if exception["event_exception_id"] == call.path["exception_id"]:
            matching: Json = exception
            return matching
    raise unknown("Guild Scheduled Event")


def _changed(call: Call, exception: Json) -> Json:
    change: Json = {**exception}
    for key in _TIMES:
        if key in call.json:
            change[key] = None if call.json[key] is None else iso(parse(call.json[key]))
    if call.json.get("is_canceled") is not None:
        change["is_canceled"] = call.json["is_canceled"]
    start, end = (change[key] for key in _TIMES)
    if start and end and end <= start:
        _refuse("scheduled_end_time", "Cannot schedule event to end before it starts.")
    return change


def _keep(call: Call, event: Json) -> None:
    guild = call.guild
    call.world.keep("event", event["id"], event, guild)
    call.world.tell(Event("GUILD_SCHEDULED_EVENT_UPDATE", event, guild.id))
    call.audit(guild, Action.GUILD_SCHEDULED_EVENT_UPDATE, event["id"])


def _refuse(key: str, why: str) -> None:
    form = Form({})
    form.fault(key, "GUILD_SCHEDULED_EVENT_EXCEPTION_INVALID", why)
    form.done()


_OF = "/guilds/{guild_id}/scheduled-events/{event_id}"
ROUTES: Routes = [
    ("POST", _OF + "/exceptions", create),
    ("PATCH", _OF + "/exceptions/{exception_id}", edit),
    ("DELETE", _OF + "/exceptions/{exception_id}", delete),
    ("GET", _OF + r"/{exception_id:\d+}/users", list_subscribers),
]
