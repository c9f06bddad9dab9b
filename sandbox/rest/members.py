"""Members of the server and their roles."""

from __future__ import annotations

from sandbox import permissions
from sandbox.errors import missing_access, missing_permissions
from sandbox.forms import Form
from sandbox.gateway.audience import MEMBERS
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok
from sandbox.wire import Json, items
from sandbox.world import applications, membership
from sandbox.world.guild import Guild


def list_members(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members: for a bot only with the members intent switched on in its application"""
    guild, application = call.guild, call.application
    after, limit = call.number("after", 0, 0, 2**63), call.number("limit", 1, 1, 1000)
    if application is not None and not applications.privileged_intents(application) & MEMBERS:
        raise missing_access()
    ids = sorted(int(user_id) for user_id in guild.members if int(user_id) > after)[:limit]
    return ok([call.world.show_member(guild, str(user_id)) for user_id in ids])


def search_members(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members/search"""
    guild, limit = call.guild, call.number("limit", 1, 1, 1000)
    found = call.world.members_called(guild, call.query.get("query", ""), limit)
    return ok([call.world.show_member(guild, user_id) for user_id in found])


def get_member(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members/{user_id}"""
    guild, user_id = call.guild, _user(call)
    call.world.member(guild, user_id)
    return ok(call.world.show_member(guild, user_id))


def edit_member(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/members/{user_id}"""
    guild, user_id, body = call.guild, _user(call), call.json
    world, me = call.world, call.me
    member = world.member(guild, user_id)
    form = Form(body)
    form.text("nick", 0, 32, nullable=True)
    form.done()
    change: Json = {}
    if "nick" in body:
        bit = permissions.CHANGE_NICKNAME if user_id == me else permissions.MANAGE_NICKNAMES
        permissions.require_guild(world, guild, me, bit)
        change["nick"] = body["nick"] or None
    if "communication_disabled_until" in body:
        permissions.require_guild(world, guild, me, permissions.MODERATE_MEMBERS)
        change["communication_disabled_until"] = body["communication_disabled_until"]
    if change and user_id != me:
        permissions.require_above_member(guild, me, user_id)
    if "roles" in body:
        wanted = list(dict.fromkeys(str(role_id) for role_id in items(body, "roles")))
        for role_id in {*wanted} ^ {*member["roles"]}:
            _require_may_give(call, guild, role_id)
        change["roles"] = wanted
    for key, bit in (("mute", permissions.MUTE_MEMBERS), ("deaf", permissions.DEAFEN_MEMBERS)):
        if key in body:
            permissions.require_guild(world, guild, me, bit)
            change[key] = bool(body[key])
    if "channel_id" in body:
        permissions.require_guild(world, guild, me, permissions.MOVE_MEMBERS)
        channel_id = body["channel_id"]
        membership.move(world, guild, user_id, None if channel_id is None else str(channel_id))
    return ok(
        membership.update(world, guild, user_id, change) if change else world.show_member(guild, user_id)
    )


def kick(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/members/{user_id}"""
    guild, user_id = call.guild, _user(call)
    permissions.require_guild(call.world, guild, call.me, permissions.KICK_MEMBERS)
    call.world.member(guild, user_id)
    permissions.require_above_member(guild, call.me, user_id)
    membership.leave(call.world, guild, user_id)
    return NOTHING


def add_role(call: Call) -> Reply:
    """PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"""
    guild, user_id, role_id = call.guild, _user(call), call.path["role_id"]
    roles: list[str] = call.world.member(guild, user_id)["roles"]
    _require_may_give(call, guild, role_id)
    if role_id not in roles:
        membership.update(call.world, guild, user_id, {"roles": [*roles, role_id]})
    return NOTHING


def remove_role(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}"""
    guild, user_id, role_id = call.guild, _user(call), call.path["role_id"]
    roles: list[str] = call.world.member(guild, user_id)["roles"]
    _require_may_give(call, guild, role_id)
    if role_id in roles:
        membership.update(call.world, guild, user_id, {"roles": [r for r in roles if r != role_id]})
    return NOTHING


def _require_may_give(call: Call, guild: Guild, role_id: str) -> None:
    """Manage Roles, a role that is not managed or @everyone, and below one's own highest."""
    role = call.world.role(guild, role_id)
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_ROLES)
    if role["managed"] or role_id == guild.id:
        raise missing_permissions()
    permissions.require_above_role(guild, call.me, role)


def _user(call: Call) -> str:
    user_id = call.path.get("user_id", "@me")
    return call.me if user_id == "@me" else user_id


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/members", list_members),
    ("GET", "/guilds/{guild_id}/members/search", search_members),
    ("GET", "/users/@me/guilds/{guild_id}/member", get_member),
    ("PATCH", "/guilds/{guild_id}/members/@me", edit_member),
    ("GET", "/guilds/{guild_id}/members/{user_id}", get_member),
    ("PATCH", "/guilds/{guild_id}/members/{user_id}", edit_member),
    ("DELETE", "/guilds/{guild_id}/members/{user_id}", kick),
    ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", add_role),
    ("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", remove_role),
]
