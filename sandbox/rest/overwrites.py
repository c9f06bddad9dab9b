"""Permission overwrites of a channel."""

from __future__ import annotations

from sandbox.errors import missing_permissions, unknown
from sandbox.rest.call import NOTHING, Call, Reply, Routes, takes
from sandbox.rest.channels import visible
from sandbox.shape import bits, one_of, thing
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event

_OVERWRITE = thing({"type": one_of(0, 1), "allow": bits, "deny": bits}, "type")


@takes(_OVERWRITE)
def put_overwrite(call: Call) -> Reply:
    """PUT /channels/{channel_id}/permissions/{overwrite_id}"""
    channel, target, body = visible(call), call.path["overwrite_id"], call.json
    allow, deny = int(body.get("allow") or 0), int(body.get("deny") or 0)
    _require(call, channel, allow | deny)
    entry = {"id": target, "type": int(body.get("type") or 0), "allow": str(allow), "deny": str(deny)}
    _replace(call, channel, target, [entry])
    return NOTHING


def delete_overwrite(call: Call) -> Reply:
    """DELETE /channels/{channel_id}/permissions/{overwrite_id}"""
    channel, target = visible(call), call.path["overwrite_id"]
    _require(call, channel, 0)
    if all(entry["id"] != target for entry in channel["permission_overwrites"]):
        raise unknown("Overwrite")
    _replace(call, channel, target, [])
    return NOTHING


def _require(call: Call, channel: Json, bits: int) -> None:
    """Require Manage Roles in the channel, and every permission that is allowed or denied."""
    if "permission_overwrites" not in channel:
        raise unknown("Channel")
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_ROLES)
    guild = call.world.guilds[channel["guild_id"]]
    if bits & ~permissions.in_channel(call.world, guild, call.me, channel):
        raise missing_permissions()


def _replace(call: Call, channel: Json, target: str, entries: list[Json]) -> None:
    old = next((entry for entry in channel["permission_overwrites"] if entry["id"] == target), None)
    kept = [entry for entry in channel["permission_overwrites"] if entry["id"] != target]
    channel["permission_overwrites"] = [*kept, *entries]
    guild = call.world.guilds[channel["guild_id"]]
    action = Action.CHANNEL_OVERWRITE_UPDATE if old and entries else Action.CHANNEL_OVERWRITE_CREATE
    action = action if entries else Action.CHANNEL_OVERWRITE_DELETE
    kind = (entries or [old or {}])[0].get("type", 0)
    call.audit(guild, action, channel["id"], old, entries[0] if entries else None, id=target, type=kind)
    call.world.keep("channel", channel["id"], channel, guild)
    call.world.tell(Event("CHANNEL_UPDATE", call.world.show_channel(channel), guild.id))


ROUTES: Routes = [
    ("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", put_overwrite),
    ("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}", delete_overwrite),
]
