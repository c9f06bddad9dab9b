"""Reactions to a message."""

from __future__ import annotations

from sandbox.errors import DiscordError
from sandbox.posting import reactions
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok
from sandbox.rest.channels import visible
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.events import Event

_MOST = 20


def _target(call: Call) -> tuple[Json, Json, Json]:
    channel = visible(call)
    sign = reactions.emoji(call.path["emoji"]) if "emoji" in call.path else {}
    return channel, call.world.message(channel["id"], call.path["message_id"]), sign


def add(call: Call) -> Reply:
    """PUT …/reactions/{emoji}/@me: needs Add Reactions only for an emoji that is not yet on the message."""
    channel, message, sign = _target(call)
    bits = permissions.READ_MESSAGE_HISTORY
    if not reactions.people(message, sign):
        bits |= permissions.ADD_REACTIONS
    permissions.require_channel(call.world, call.me, channel, bits)
    if not reactions.people(message, sign) and len(message.get("_reactions") or {}) >= _MOST:
        raise DiscordError(400, 30010, f"Maximum number of reactions reached ({_MOST})")
    reactions.add(call.world, channel, message, call.me, sign)
    return NOTHING


def remove_own(call: Call) -> Reply:
    """DELETE …/reactions/{emoji}/@me"""
    channel, message, sign = _target(call)
    reactions.remove(call.world, channel, message, call.me, sign)
    return NOTHING


def remove_other(call: Call) -> Reply:
    """DELETE …/reactions/{emoji}/{user_id}"""
    channel, message, sign = _target(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_MESSAGES)
    reactions.remove(call.world, channel, message, call.path["user_id"], sign)
    return NOTHING


def list_people(call: Call) -> Reply:
    """GET …/reactions/{emoji}"""
    _, message, sign = _target(call)
    after, limit = call.number("after", 0, 0, 2**63), call.number("limit", 25, 1, 100)
    people = sorted(int(user_id) for user_id in reactions.people(message, sign) if int(user_id) > after)
    return ok([call.world.show_user(str(user_id)) for user_id in people[:limit]])


def clear(call: Call) -> Reply:
    """DELETE …/reactions and DELETE …/reactions/{emoji}"""
    channel, message, sign = _target(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_MESSAGES)
    kept: Json = message.get("_reactions") or {}
    message["_reactions"] = {k: e for k, e in kept.items() if sign and e["emoji"] != sign}
    call.world.messages.put(message)
    data: Json = {
        "channel_id": channel["id"],
        "message_id": message["id"],
        "guild_id": channel.get("guild_id"),
    }
    kind = "MESSAGE_REACTION_REMOVE_ALL"
    if sign:
        kind, data = "MESSAGE_REACTION_REMOVE_EMOJI", data | {"emoji": sign}
    call.world.tell(Event(kind, data, channel.get("guild_id"), channel))
    return NOTHING


_OF = "/channels/{channel_id}/messages/{message_id}/reactions"
ROUTES: Routes = [
    ("DELETE", _OF, clear),
    ("GET", _OF + "/{emoji}", list_people),
    ("DELETE", _OF + "/{emoji}", clear),
    ("PUT", _OF + "/{emoji}/@me", add),
    ("DELETE", _OF + "/{emoji}/@me", remove_own),
    ("DELETE", _OF + "/{emoji}/{user_id}", remove_other),
]
