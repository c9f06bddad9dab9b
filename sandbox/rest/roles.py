"""Roles and their order."""

from __future__ import annotations

from sandbox.errors import DiscordError, missing_permissions
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import bits, flag, many, snowflake, text, thing, whole
from sandbox.wire import Json
from sandbox.world import permissions, roles, shapes
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.guild import Guild

_COLOR = whole(0, 0xFFFFFF)
_ROLE = thing(
    {
        "name": text(100),
        "permissions": bits,
        "color": _COLOR,
        "colors": thing({"primary_color": _COLOR, "secondary_color": _COLOR, "tertiary_color": _COLOR}),
        "hoist": flag,
        "mentionable": flag,
        "unicode_emoji": text(100),
    }
)
_MOVES = many(thing({"id": snowflake, "position": whole(0, 2**31 - 1)}, "id"), 250)
_MOST = 250


def list_roles(call: Call) -> Reply:
    """GET /guilds/{guild_id}/roles"""
    return ok(list(call.guild.roles.values()))


def get_role(call: Call) -> Reply:
    """GET /guilds/{guild_id}/roles/{role_id}"""
    return ok(call.world.role(call.guild, call.path["role_id"]))


@takes(_ROLE)
def create_role(call: Call) -> Reply:
    """POST /guilds/{guild_id}/roles: at position 1, below older roles of that position. The other roles stay."""
    guild = _managed(call)
    if len(guild.roles) >= _MOST:
        raise DiscordError(400, 30005, f"Maximum number of guild roles reached ({_MOST})")
    everyone = int(guild.roles[guild.id]["permissions"])
    role = shapes.role(call.world.new_id(), "new role", everyone, 1)
    role |= _fields(call, guild, role)
    call.world.keep("role", role["id"], role, guild)
    _tell(call, guild, "GUILD_ROLE_CREATE", role)
    call.audit(guild, Action.ROLE_CREATE, role["id"], None, role)
    return ok(role)


@takes(_ROLE)
def edit_role(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/roles/{role_id}"""
    guild = _managed(call)
    role = call.world.role(guild, call.path["role_id"])
    permissions.require_above_role(guild, call.me, role)
    before = role
    role = call.world.keep("role", role["id"], role | _fields(call, guild, role), guild)
    _tell(call, guild, "GUILD_ROLE_UPDATE", role)
    call.audit(guild, Action.ROLE_UPDATE, role["id"], before, role)
    return ok(role)


@takes(_MOVES)
def move_roles(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/roles: the actor may only move roles below their own, to places below it."""
    guild = _managed(call)
    moves = call.listed
    top = permissions.rank(guild, call.me)[0]
    for move in moves:
        role = call.world.role(guild, str(move.get("id")))
        if move.get("position") is None:
            continue
        position = move["position"]
        permissions.require_above_role(guild, call.me, role)
        if position >= top or position < 1 or role["id"] == guild.id:
            raise missing_permissions()
    roles.place(
        call.world, guild, {str(m["id"]): m["position"] for m in moves if m.get("position") is not None}
    )
    return ok(list(guild.roles.values()))


def delete_role(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/roles/{role_id}"""
    guild = _managed(call)
    role = call.world.role(guild, call.path["role_id"])
    if role["managed"] or role["id"] == guild.id:
        raise DiscordError(400, 50028, "Invalid Role")
    permissions.require_above_role(guild, call.me, role)
    roles.remove(call.world, guild, role)
    call.audit(guild, Action.ROLE_DELETE, role["id"], role, None)
    return NOTHING


def count_members(call: Call) -> Reply:
    """GET /guilds/{guild_id}/roles/member-counts"""
    counts = {role_id: 0 for role_id in call.guild.roles if role_id != call.guild.id}
    for member in call.guild.members.values():
        for role_id in member["roles"]:
            counts[role_id] += 1
    return ok(counts)


def _managed(call: Call) -> Guild:
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_ROLES)
    return guild


def _fields(call: Call, guild: Guild, role: Json) -> Json:
    """The changes that the body asks for; the actor can only give a role permissions that they have."""
    body = call.json
    change: Json = {k: body[k] for k in ("name", "hoist", "mentionable") if body.get(k) not in (None, "")}
    colors: Json = body.get("colors") or {}
    color = colors.get("primary_color")
    if color is None:
        color = body.get("color")
    if color is not None:
        change |= {"color": color, "colors": {**role["colors"], **colors, "primary_color": color}}
    if body.get("permissions") is not None:
        granted = int(body["permissions"])
        if (granted & ~int(role["permissions"])) & ~permissions.in_guild(call.world, guild, call.me):
            raise missing_permissions()
        change["permissions"] = str(granted)
    return change


def _tell(call: Call, guild: Guild, kind: str, role: Json) -> None:
    call.world.tell(Event(kind, {"guild_id": guild.id, "role": role}, guild.id))


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/roles", list_roles),
    ("POST", "/guilds/{guild_id}/roles", create_role),
    ("PATCH", "/guilds/{guild_id}/roles", move_roles),
    ("GET", "/guilds/{guild_id}/roles/member-counts", count_members),
    ("GET", "/guilds/{guild_id}/roles/{role_id}", get_role),
    ("PATCH", "/guilds/{guild_id}/roles/{role_id}", edit_role),
    ("DELETE", "/guilds/{guild_id}/roles/{role_id}", delete_role),
]
