"""Pinned messages. A channel keeps its pins newest first in `_pins`."""

from __future__ import annotations

from sandbox.clock import iso, parse
from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok
from sandbox.rest.channels import visible
from sandbox.rest.messages import shown
from sandbox.wire import Json, items
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event

_MOST = 250


def list_pins(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages/pins"""
    limit, before = call.number("limit", 50, 1, 50), call.query.get("before")
    entries = [
        {"message": m, "pinned_at": at} for m, at in _pinned(call) if not before or at < _moment(before)
    ]
    return ok({"items": entries[:limit], "has_more": len(entries) > limit})


def _moment(text: str) -> str:
    try:
        return iso(parse(text.replace(" ", "+")))  # a plus sign that was not escaped
    except ValueError:
        form = Form({})
        form.fault("before", "DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        form.done()
        raise


def list_pins_plainly(call: Call) -> Reply:
    """GET /channels/{channel_id}/pins, the older form"""
    return ok([message for message, _ in _pinned(call)])


def pin(call: Call) -> Reply:
    """PUT a pin, in either form"""
    _set(call, pinned=True)
    return NOTHING


def unpin(call: Call) -> Reply:
    """DELETE a pin, in either form"""
    _set(call, pinned=False)
    return NOTHING


def _pinned(call: Call) -> list[tuple[Json, str]]:
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.READ_MESSAGE_HISTORY)
    pins = (
        (call.world.messages.get(channel["id"], entry["id"]), entry["at"])
        for entry in items(channel, "_pins")
    )
    return [(shown(call, message), at) for message, at in pins if message]


def _set(call: Call, *, pinned: bool) -> None:
    channel = visible(call)
    guild_id = channel.get("guild_id")
    if guild_id:
        held = permissions.in_channel(call.world, call.world.guilds[guild_id], call.me, channel)
        if not held & (permissions.PIN_MESSAGES | permissions.MANAGE_MESSAGES):
            permissions.require_channel(call.world, call.me, channel, permissions.PIN_MESSAGES)
    message = call.world.message(channel["id"], call.path["message_id"])
    pins = [entry for entry in items(channel, "_pins") if entry["id"] != message["id"]]
    if pinned:
        if len(pins) >= _MOST:
            raise DiscordError(400, 30003, f"Maximum number of pins reached for the channel ({_MOST})")
        pins.insert(0, {"id": message["id"], "at": call.world.now_iso()})
    channel["_pins"] = pins
    channel["last_pin_timestamp"] = pins[0]["at"] if pins else None
    message["pinned"] = pinned
    call.world.messages.put(message)
    guild = call.world.guilds[guild_id] if guild_id else None
    if guild is not None:
        action = Action.MESSAGE_PIN if pinned else Action.MESSAGE_UNPIN
        author = message["author"]["id"]
        call.audit(guild, action, author, channel_id=channel["id"], message_id=message["id"])
    call.world.keep("channel" if guild else "direct", channel["id"], channel, guild)
    data = {"channel_id": channel["id"], "last_pin_timestamp": channel["last_pin_timestamp"]}
    call.world.tell(
        Event("CHANNEL_PINS_UPDATE", data | ({"guild_id": guild_id} if guild_id else {}), guild_id, channel)
    )


ROUTES: Routes = [
    ("GET", "/channels/{channel_id}/messages/pins", list_pins),
    ("PUT", "/channels/{channel_id}/messages/pins/{message_id}", pin),
    ("DELETE", "/channels/{channel_id}/messages/pins/{message_id}", unpin),
    ("GET", "/channels/{channel_id}/pins", list_pins_plainly),
    ("PUT", "/channels/{channel_id}/pins/{message_id}", pin),
    ("DELETE", "/channels/{channel_id}/pins/{message_id}", unpin),
]
