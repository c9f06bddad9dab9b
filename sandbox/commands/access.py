"""Who sees and may use a command."""

from __future__ import annotations

from sandbox import permissions
from sandbox.commands import declare
from sandbox.wire import Json
from sandbox.world.guild import Guild
from sandbox.world.world import World


def may_use(world: World, guild: Guild, user_id: str, command: Json) -> bool:
    """By the command's default permissions: null is everybody, 0 administrators, else all of the bits."""
    wanted = command["default_member_permissions"]
    if wanted is None:
        return True
    held = permissions.in_guild(world, guild, user_id)
    if held & permissions.ADMINISTRATOR:
        return True
    return int(wanted) != 0 and held & int(wanted) == int(wanted)


def visible(world: World, guild: Guild, user_id: str) -> list[Json]:
    """The commands that a member finds in the server, of all applications there."""
    found: list[Json] = []
    for application_id in world.applications:
        if application_id not in guild.members:
            continue
        local = declare.of(world, application_id, guild.id)
        names = {(c["name"], c["type"]) for c in local}
        everywhere = declare.of(world, application_id, None)
        found += local + [c for c in everywhere if (c["name"], c["type"]) not in names and _in_guild(c)]
    return [c for c in found if may_use(world, guild, user_id, c)]


def _in_guild(command: Json) -> bool:
    return command["contexts"] is None or 0 in command["contexts"]
