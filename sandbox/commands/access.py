"""The permission to see and use a command."""

from __future__ import annotations

from sandbox.commands import declare
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.guild import Guild
from sandbox.world.world import World


def may_use(world: World, guild: Guild, user_id: str, command: Json, channel_id: str | None = None) -> bool:
    """May the member use the command, by the settings of the server's managers or else by its default permissions?

    Default permissions of null allow everybody, 0 only administrators, other bits the members who have all of them.
    """
    held = permissions.in_guild(world, guild, user_id)
    if held & permissions.ADMINISTRATOR:
        return True
    decided = guild.command_permissions.get(command["id"]) or guild.command_permissions.get(
        command["application_id"]
    )
    entries = {entry["id"]: entry["permission"] for entry in decided["permissions"]} if decided else {}
    if channel_id and not entries.get(channel_id, entries.get(str(int(guild.id) - 1), True)):
        return False
    if user_id in entries:
        return bool(entries[user_id])
    of_roles = [entries[role] for role in guild.members[user_id]["roles"] if role in entries]
    if of_roles or guild.id in entries:
        return any(of_roles) if of_roles else bool(entries[guild.id])
    required = command["default_member_permissions"]
    if required is None:
        return True
    return int(required) != 0 and held & int(required) == int(required)


def visible(world: World, guild: Guild, user_id: str, channel_id: str | None = None) -> list[Json]:
    """The commands of all applications in the server that a member may use."""
    commands: list[Json] = []
    for application_id in world.applications:
        if application_id not in guild.members:
            continue
        local = declare.of(world, application_id, guild.id)
        names = {(c["name"], c["type"]) for c in local}
        everywhere = declare.of(world, application_id, None)
        commands += local + [c for c in everywhere if (c["name"], c["type"]) not in names and _in_guild(c)]
    return [c for c in commands if may_use(world, guild, user_id, c, channel_id)]


def _in_guild(command: Json) -> bool:
    return command["contexts"] is None or 0 in command["contexts"]
