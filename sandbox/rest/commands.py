"""Application commands, global ones and those of one server."""

from __future__ import annotations

from sandbox.commands import declare
from sandbox.commands.shape import COMMAND, COMMANDS
from sandbox.errors import missing_access, unknown
from sandbox.rest.call import NOTHING, Call, Reply, Routes, created, ok, takes
from sandbox.wire import Json


def _scope(call: Call) -> tuple[str, str | None]:
    application_id, guild_id = str(call.app["id"]), call.path.get("guild_id")
    if guild_id and (guild_id not in call.world.guilds or call.me not in call.guild.members):
        raise missing_access()
    return application_id, guild_id


def list_commands(call: Call) -> Reply:
    """GET …/commands; translations only with `with_localizations`"""
    commands = declare.of(call.world, *_scope(call))
    if not call.flag("with_localizations"):
        hidden = ("name_localizations", "description_localizations")
        commands = [{k: v for k, v in c.items() if k not in hidden} for c in commands]
    return ok(commands)


@takes(COMMANDS)
def replace_commands(call: Call) -> Reply:
    """PUT …/commands"""
    return ok(declare.replace_all(call.world, *_scope(call), call.body))


@takes(COMMAND)
def create_command(call: Call) -> Reply:
    """POST …/commands: 201 for a new command, 200 for one that replaces an older one"""
    command, new = declare.upsert(call.world, *_scope(call), call.json)
    return created(command) if new else ok(command)


def get_command(call: Call) -> Reply:
    """GET …/commands/{command_id}"""
    return ok(_command(call))


@takes(COMMAND)
def edit_command(call: Call) -> Reply:
    """PATCH …/commands/{command_id}"""
    return ok(declare.edit(call.world, _command(call), call.json))


def delete_command(call: Call) -> Reply:
    """DELETE …/commands/{command_id}"""
    call.world.drop("command", _command(call)["id"])
    return NOTHING


def _command(call: Call) -> Json:
    for command in declare.of(call.world, *_scope(call)):
        if command["id"] == call.path["command_id"]:
            return command
    raise unknown("Application Command")


def _routes(prefix: str) -> Routes:
    return [
        ("GET", prefix, list_commands),
        ("PUT", prefix, replace_commands),
        ("POST", prefix, create_command),
        ("GET", prefix + "/{command_id}", get_command),
        ("PATCH", prefix + "/{command_id}", edit_command),
        ("DELETE", prefix + "/{command_id}", delete_command),
    ]


ROUTES: Routes = [
    *_routes("/applications/{application_id}/commands"),
    *_routes("/applications/{application_id}/guilds/{guild_id}/commands"),
]
