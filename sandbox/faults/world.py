"""The world turns against a bot: a member leaves, a role is deleted, a permission is lost. It happens at once."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.errors import Refusal
from sandbox.wire import Json
from sandbox.world import channels, find, membership, permissions, roles
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World


def strike(world: World, how: str, what: Json) -> Json:
    """Apply the fault; return the object that it changed."""
    deed = DEEDS.get(how)
    if deed is None:
        raise Refusal(400, f"`world` is {how}.", "One of: " + ", ".join(DEEDS))
    return {"id": None, "done": deed(world, find.guild(world), what)}


def _leave(world: World, guild: Guild, what: Json) -> Json:
    person = find.human(world, what.get("member"))
    shown = world.show_member(guild, person)
    membership.leave(world, guild, person)
    return shown


def _rejoin(world: World, guild: Guild, what: Json) -> Json:
    person = find.person(world, what.get("member"))
    if person in guild.members:
        raise Refusal(409, "They are in the community.", "Let them leave first.")
    return membership.join(world, guild, person)


def _close_direct(world: World, guild: Guild, what: Json) -> Json:
    return _set_direct(world, what, closed=True)


def _open_direct(world: World, guild: Guild, what: Json) -> Json:
    return _set_direct(world, what, closed=False)


def _set_direct(world: World, what: Json, *, closed: bool) -> Json:
    person = find.human(world, what.get("member"))
    world.keep("user", person, world.users[person] | {"_closed": closed})
    return world.show_user(person)


def _delete_role(world: World, guild: Guild, what: Json) -> Json:
    role = find.role(world, what.get("role"))
    if role["id"] == guild.id or role["managed"]:
        raise Refusal(409, "This role cannot be deleted.", "Choose another.")
    roles.remove(world, guild, role)
    return role


def _delete_channel(world: World, guild: Guild, what: Json) -> Json:
    channel = find.channel(world, what.get("channel"))
    shown = world.show_channel(channel)
    channels.remove(world, channel)
    return shown


def _lose_permission(world: World, guild: Guild, what: Json) -> Json:
    role, bit = _own_role(world, guild, what), _bit(what)
    return _set_role(world, guild, role, {"permissions": str(int(role["permissions"]) & ~bit)})


def _regain_permission(world: World, guild: Guild, what: Json) -> Json:
    role, bit = _own_role(world, guild, what), _bit(what)
    return _set_role(world, guild, role, {"permissions": str(int(role["permissions"]) | bit)})


def _sink(world: World, guild: Guild, what: Json) -> Json:
    """Move the bot's own role below all others."""
    roles.place(world, guild, {_own_role(world, guild, what)["id"]: 1})
    return _own_role(world, guild, what)


def _rise(world: World, guild: Guild, what: Json) -> Json:
    """Move the bot's own role to the top."""
    roles.place(world, guild, {_own_role(world, guild, what)["id"]: len(guild.roles) - 1})
    return _own_role(world, guild, what)


def _own_role(world: World, guild: Guild, what: Json) -> Json:
    """The managed role of the named application, or of the only one."""
    name = what.get("application")
    managed = [
        role
        for role in guild.roles.values()
        if role["managed"] and (name is None or str(name).lower() == str(role["name"]).lower())
    ]
    if len(managed) != 1:
        names = ", ".join(str(role["name"]) for role in managed) or "none"
        raise Refusal(409, f"Which application? There are: {names}.", "Name one in `application`.")
    return managed[0]


def _bit(what: Json) -> int:
    name = str(what.get("permission"))
    bit = getattr(permissions, name, None)
    if not name.isupper() or not isinstance(bit, int):
        raise Refusal(400, f"There is no permission {name}.", "Discord's name, such as MANAGE_ROLES.")
    return bit


def _set_role(world: World, guild: Guild, role: Json, change: Json) -> Json:
    role = world.keep("role", role["id"], role | change, guild)
    world.tell(Event("GUILD_ROLE_UPDATE", {"guild_id": guild.id, "role": role}, guild.id))
    return role


DEEDS: dict[str, Callable[[World, Guild, Json], Json]] = {
    "leave": _leave,
    "rejoin": _rejoin,
    "close_direct": _close_direct,
    "open_direct": _open_direct,
    "delete_role": _delete_role,
    "delete_channel": _delete_channel,
    "lose_permission": _lose_permission,
    "regain_permission": _regain_permission,
    "sink": _sink,
    "rise": _rise,
}
