"""Scheduled events of the server, and the people interested in them."""

from __future__ import annotations

from sandbox.clock import iso, parse
from sandbox.errors import DiscordError, missing_permissions, unknown
from sandbox.forms import Form
from sandbox.rest import recurrence
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import image, moment, snowflake, text, thing, whole
from sandbox.wire import Json
from sandbox.world import permissions, scheduled
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.guild import Guild

_STAGE, _VOICE, _EXTERNAL = 1, 2, 3
_NEXT_STATUS = {1: (1, 2, 4), 2: (2, 3), 3: (3,), 4: (4,)}
_NULLABLE = ("description", "channel_id", "recurrence_rule")
_EDITABLE = ("name", "description", "entity_type", "channel_id", "privacy_level", "status", "recurrence_rule")

_EVENT = thing(
    {
        "name": text(100, 1),
        "description": text(1000),
        "entity_type": whole(0, 10),
        "privacy_level": whole(0, 10),
        "status": whole(0, 10),
        "channel_id": snowflake,
        "entity_metadata": thing({"location": text(100)}),
        "scheduled_start_time": moment,
        "scheduled_end_time": moment,
        "image": image,
        "recurrence_rule": recurrence.RULE,
    }
)


def list_events(call: Call) -> Reply:
    """GET /guilds/{guild_id}/scheduled-events"""
    guild = call.guild
    return ok([_shown(call, guild, event) for event in guild.events.values()])


def get_event(call: Call) -> Reply:
    """GET /guilds/{guild_id}/scheduled-events/{event_id}"""
    return ok(_shown(call, call.guild, event_of(call)))


@takes(_EVENT)
def create_event(call: Call) -> Reply:
    """POST /guilds/{guild_id}/scheduled-events"""
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.CREATE_EVENTS)
    event: Json = {
        "id": call.world.new_id(),
        "guild_id": guild.id,
        "channel_id": None,
        "creator_id": call.me,
        "description": None,
        "image": None,
        "entity_id": None,
        "entity_metadata": None,
        "scheduled_end_time": None,
        "status": 1,
        "recurrence_rule": None,
        "guild_scheduled_event_exceptions": [],
        "name": None,
        "scheduled_start_time": None,
        "entity_type": None,
        "privacy_level": None,
    }
    event |= _change(call, event, new=True)
    if sum(e["status"] in (1, 2) for e in guild.events.values()) >= 100:
        raise DiscordError(400, 30038, "Maximum number of uncompleted guild scheduled events reached (100)")
    call.world.keep("event", event["id"], event, guild)
    call.world.tell(Event("GUILD_SCHEDULED_EVENT_CREATE", event, guild.id))
    call.audit(guild, Action.GUILD_SCHEDULED_EVENT_CREATE, event["id"], None, event)
    return ok(_shown(call, guild, event))


@takes(_EVENT)
def edit_event(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/scheduled-events/{event_id}"""
    guild, event = call.guild, event_of(call)
    require_may_change(call, guild, event)
    if event["status"] in (3, 4):
        raise DiscordError(400, 180000, "Cannot update a finished event")
    before = {**event}
    event |= _change(call, event, new=False)
    call.world.keep("event", event["id"], event, guild)
    call.world.tell(Event("GUILD_SCHEDULED_EVENT_UPDATE", event, guild.id))
    call.audit(guild, Action.GUILD_SCHEDULED_EVENT_UPDATE, event["id"], before, event)
    return ok(_shown(call, guild, event))


def delete_event(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/scheduled-events/{event_id}"""
    guild, event = call.guild, event_of(call)
    require_may_change(call, guild, event)
    scheduled.remove(call.world, guild, event)
    call.audit(guild, Action.GUILD_SCHEDULED_EVENT_DELETE, event["id"], event, None)
    return NOTHING


def list_subscribers(call: Call) -> Reply:
    """GET /guilds/{guild_id}/scheduled-events/{event_id}/users, by user id"""
    guild, event = call.guild, event_of(call)
    page = call.page(scheduled.subscribers(guild, event), 100)
    return ok([_subscriber(call, guild, event, user_id) for user_id in page])


def _subscriber(call: Call, guild: Guild, event: Json, user_id: str) -> Json:
    body: Json = {
        "guild_scheduled_event_id": event["id"],
        "user_id": user_id,
        "user": call.world.show_user(user_id),
        "response": 1,
    }
    if call.flag("with_member") and user_id in guild.members:
        body["member"] = call.world.show_member(guild, user_id)
    return body


def show_interest(call: Call) -> Reply:
    """PUT …/users/@me: sent by a person's client for *Interested*. Not part of Discord's public API."""
    scheduled.set_interest(call.world, call.guild, event_of(call), call.me, interested=True)
    return NOTHING


def lose_interest(call: Call) -> Reply:
    """DELETE …/users/@me: withdraws the interest."""
    scheduled.set_interest(call.world, call.guild, event_of(call), call.me, interested=False)
    return NOTHING


def event_of(call: Call) -> Json:
    """The event of the path, or 10070."""
    event = call.guild.events.get(call.path["event_id"])
    if event is None:
        raise unknown("Guild Scheduled Event")
    return event


def require_may_change(call: Call, guild: Guild, event: Json) -> None:
    """Require Manage Events, or Create Events for the actor's own event."""
    held = permissions.in_guild(call.world, guild, call.me)
    own = event["creator_id"] == call.me and held & permissions.CREATE_EVENTS
    if not held & permissions.MANAGE_EVENTS and not own:
        raise missing_permissions()


def _shown(call: Call, guild: Guild, event: Json) -> Json:
    body = {**event}
    if event["creator_id"] in call.world.users:
        body["creator"] = call.world.show_user(event["creator_id"])
    if call.flag("with_user_count"):
        body["user_count"] = len(scheduled.subscribers(guild, event))
    return body


def _change(call: Call, event: Json, *, new: bool) -> Json:
    """The checked change of an event: the fields that its kind needs, and an allowed step of its status."""
    body = call.json
    form = Form(body)
    form.text("name", 1, 100, needed=new)
    form.text("description", 0, 1000, nullable=True)
    if new:
        form.choice("privacy_level", body.get("privacy_level"), (2,))
    change: Json = {
        key: body[key] for key in _EDITABLE if key in body and (body[key] is not None or key in _NULLABLE)
    }
    if change.get("channel_id") is not None:
        change["channel_id"] = str(change["channel_id"])
    after = event | change
    form.choice("entity_type", after["entity_type"], (_STAGE, _VOICE, _EXTERNAL))
    form.choice("status", after["status"], _NEXT_STATUS[event["status"]])
    for key in ("scheduled_start_time", "scheduled_end_time"):
        if body.get(key) is not None:
            change[key] = _time(form, key, body[key])
        elif key in body:
            change[key] = None
    after |= {key: change[key] for key in ("scheduled_start_time", "scheduled_end_time") if key in change}
    if not after["scheduled_start_time"]:
        form.required("scheduled_start_time")
    if after["entity_type"] == _EXTERNAL:
        metadata: Json = body.get("entity_metadata") or event["entity_metadata"] or {}
        form.length("entity_metadata.location", metadata.get("location"), 1, 100)
        if not after["scheduled_end_time"]:
            form.required("scheduled_end_time")
        change |= {"entity_metadata": {"location": metadata.get("location")}, "channel_id": None}
    else:
        change["entity_metadata"] = None
        _check_channel(call, form, after)
    form.done()
    _check_times(call, form, change, after, event)
    if change.get("recurrence_rule"):
        change["recurrence_rule"] = recurrence.finished(change["recurrence_rule"])
    return change


def _time(form: Form, key: str, value: object) -> str | None:
    try:
        return iso(parse(str(value)))
    except ValueError:
        form.fault(key, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
        return None


def _check_channel(call: Call, form: Form, after: Json) -> None:
    if not after["channel_id"]:
        form.required("channel_id")
        return
    channel = call.world.channel(str(after["channel_id"]))
    form.choice("channel_id", channel["type"], (13 if after["entity_type"] == _STAGE else 2,))


def _check_times(call: Call, form: Form, change: Json, after: Json, event: Json) -> None:
    start, end = after["scheduled_start_time"], after["scheduled_end_time"]
    if (
        "scheduled_start_time" in change
        and start != event["scheduled_start_time"]
        and start <= call.world.now_iso()
    ):
        form.fault(
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
            "Cannot schedule event in the past.",
        )
    if end and end <= start:
        form.fault(
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_END_BEFORE_START",
            "Cannot schedule event to end before it starts.",
        )
    form.done()


_ONE = "/guilds/{guild_id}/scheduled-events/{event_id}"
ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/scheduled-events", list_events),
    ("POST", "/guilds/{guild_id}/scheduled-events", create_event),
    ("GET", _ONE, get_event),
    ("PATCH", _ONE, edit_event),
    ("DELETE", _ONE, delete_event),
    ("GET", _ONE + "/users", list_subscribers),
    ("PUT", _ONE + "/users/@me", show_interest),
    ("DELETE", _ONE + "/users/@me", lose_interest),
]
