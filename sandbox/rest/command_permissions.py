"""The permissions of an application's commands in a server, as its managers set them."""

from __future__ import annotations

from sandbox.errors import DiscordError, unknown
from sandbox.rest.call import Call, Reply, Routes, ok, takes
from sandbox.shape import flag, many, one_of, snowflake, thing
from sandbox.wire import Json, items
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event

_NEW = thing(
    {
        "permissions": many(
            thing({"id": snowflake, "type": one_of(1, 2, 3), "permission": flag}, "id", "type", "permission"),
            100,
        )
    },
    "permissions",
)


def list_all(call: Call) -> Reply:
    """GET /applications/{application_id}/guilds/{guild_id}/commands/permissions"""
    entries = call.guild.command_permissions.values()
    return ok([entry for entry in entries if entry["application_id"] == call.app["id"]])


def get(call: Call) -> Reply:
    """GET …/commands/{command_id}/permissions: 10066 if none are set"""
    _command(call, str(call.app["id"]))
    entry = call.guild.command_permissions.get(call.path["command_id"])
    if entry is None:
        raise unknown("application command permissions")
    return ok(entry)


@takes(_NEW)
def put(call: Call) -> Reply:
    """PUT …/commands/{command_id}/permissions: only for people who manage the server and its roles"""
    if call.application is not None:
        raise DiscordError(403, 20001, "Bots cannot use this endpoint")
    guild, application_id = call.guild, call.path["application_id"]
    bits = permissions.MANAGE_GUILD | permissions.MANAGE_ROLES
    permissions.require_guild(call.world, guild, call.me, bits)
    command_id = _command(call, application_id)
    entries = items(call.json, "permissions")
    entry: Json = {
        "id": command_id,
        "application_id": application_id,
        "guild_id": guild.id,
        "permissions": [
            {"id": str(entry["id"]), "type": entry["type"], "permission": entry["permission"]}
            for entry in entries
        ],
    }
    before = guild.command_permissions.get(command_id)
    call.world.keep("command_permissions", command_id, entry, guild)
    call.audit(
        guild,
        Action.APPLICATION_COMMAND_PERMISSION_UPDATE,
        command_id,
        before,
        entry,
        application_id=application_id,
    )
    call.world.tell(
        Event("APPLICATION_COMMAND_PERMISSIONS_UPDATE", entry, guild.id, application=application_id)
    )
    return ok(entry)


def _command(call: Call, application_id: str) -> str:
    """The id of a command there, or of the application itself, which stands for all of them."""
    command_id = call.path["command_id"]
    command = call.world.commands.get(command_id)
    if command_id == application_id:
        return command_id
    if command is None or command["application_id"] != application_id:
        raise unknown("Application Command")
    if command.get("guild_id") not in (None, call.guild.id):
        raise unknown("Application Command")
    return command_id


_ALL = "/applications/{application_id}/guilds/{guild_id}/commands"
ROUTES: Routes = [
    ("GET", _ALL + "/permissions", list_all),
    ("GET", _ALL + "/{command_id}/permissions", get),
    ("PUT", _ALL + "/{command_id}/permissions", put),
]
