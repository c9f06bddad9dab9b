"""Members of the server and their roles."""

from __future__ import annotations

from datetime import timedelta

from sandbox.clock import iso, parse
from sandbox.errors import DiscordError, missing_access, missing_permissions
from sandbox.forms import Form
from sandbox.gateway.audience import MEMBERS
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import flag, many, moment, snowflake, text, thing, whole
from sandbox.wire import Json, items
from sandbox.world import applications, audit, membership, permissions
from sandbox.world.audit import Action
from sandbox.world.guild import Guild

_LONGEST_TIMEOUT = timedelta(days=28)
_EDIT = thing(
    {
        "nick": text(32),
        "roles": many(snowflake, 250),
        "mute": flag,
        "deaf": flag,
        "channel_id": snowflake,
        "communication_disabled_until": moment,
        "flags": whole(0, 2**31),
    }
)


def list_members(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members: for a bot only with the members intent switched on in its application"""
    guild, application = call.guild, call.application
    after, limit = call.number("after", 0, 0, 2**63), call.number("limit", 1, 1, 1000)
    if application is not None and not applications.privileged_intents(application) & MEMBERS:
        raise missing_access()
    ids = sorted(int(user_id) for user_id in guild.members if int(user_id) > after)[:limit]
    return ok(call.world.show_members(guild, [str(user_id) for user_id in ids]))


def search_members(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members/search"""
    guild, limit = call.guild, call.number("limit", 1, 1, 1000)
    member_ids = call.world.members_called(guild, call.query.get("query", ""), limit)
    return ok([call.world.show_member(guild, user_id) for user_id in member_ids])


def get_member(call: Call) -> Reply:
    """GET /guilds/{guild_id}/members/{user_id}"""
    guild, user_id = call.guild, _user(call)
    call.world.member(guild, user_id)
    return ok(call.world.show_member(guild, user_id))


@takes(_EDIT)
def edit_member(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/members/{user_id}"""
    guild, user_id, body = call.guild, _user(call), call.json
    world, me = call.world, call.me
    member = world.member(guild, user_id)
    change: Json = {}
    if "nick" in body:
        bit = permissions.CHANGE_NICKNAME if user_id == me else permissions.MANAGE_NICKNAMES
        permissions.require_guild(world, guild, me, bit)
        change["nick"] = body["nick"] or None
    if "communication_disabled_until" in body:
        permissions.require_guild(world, guild, me, permissions.MODERATE_MEMBERS)
        change["communication_disabled_until"] = _until(call, guild, user_id)
    if change and user_id != me:
        permissions.require_above_member(guild, me, user_id)
    if "roles" in body:
        role_ids = list(dict.fromkeys(str(role_id) for role_id in items(body, "roles")))
        for role_id in {*role_ids} ^ {*member["roles"]}:
            _require_may_give(call, guild, role_id)
        change["roles"] = role_ids
    for key, bit in (("mute", permissions.MUTE_MEMBERS), ("deaf", permissions.DEAFEN_MEMBERS)):
        if key in body:
            permissions.require_guild(world, guild, me, bit)
            change[key] = bool(body[key])
    if "channel_id" in body:
        permissions.require_guild(world, guild, me, permissions.MOVE_MEMBERS)
        _move(call, guild, user_id)
    if not change:
        return ok(world.show_member(guild, user_id))
    before = {key: member.get(key) for key in change}
    updated = membership.update(world, guild, user_id, change)
    _note_roles(call, guild, user_id, before.pop("roles", None), change.pop("roles", None))
    if change:
        call.audit(guild, Action.MEMBER_UPDATE, user_id, before, change)
    return ok(updated)


def _until(call: Call, guild: Guild, user_id: str) -> str | None:
    """The end of a timeout, at most 28 days ahead; 50013 for the owner or an administrator."""
    until = call.json["communication_disabled_until"]
    if until is None:
        return None
    if permissions.in_guild(call.world, guild, user_id) & permissions.ADMINISTRATOR:
        raise missing_permissions()
    until = parse(until)
    if until > call.world.clock.now() + _LONGEST_TIMEOUT:
        form = Form({})
        form.fault(
            "communication_disabled_until",
            "GUILD_MEMBER_COMMUNICATION_DISABLED_TOO_LONG",
            "Timeout cannot be longer than 28 days.",
        )
        form.done()
    return iso(until)


def _move(call: Call, guild: Guild, user_id: str) -> None:
    """Move the member to another voice channel, or out of voice; 40032 for a member in no voice channel."""
    channel_id = call.json["channel_id"]
    if user_id not in guild.voice:
        raise DiscordError(400, 40032, "Target user is not connected to voice.")
    if channel_id is None:
        membership.move(call.world, guild, user_id, None)
        call.audit(guild, Action.MEMBER_DISCONNECT, None, count=1)
        return
    channel = call.world.channel(str(channel_id))
    if channel["type"] not in (2, 13) or channel["guild_id"] != guild.id:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    membership.move(call.world, guild, user_id, channel["id"])
    call.audit(guild, Action.MEMBER_MOVE, None, channel_id=channel["id"], count=1)


def _note_roles(
    call: Call, guild: Guild, user_id: str, before: list[str] | None, after: list[str] | None
) -> None:
    """Note added roles under $add and removed ones under $remove in the audit log."""
    changes: list[Json] = []
    for key, present, absent in (("$add", after, before), ("$remove", before, after)):
        roles = [{"id": i, "name": guild.roles[i]["name"]} for i in present or [] if i not in (absent or [])]
        if roles:
            changes.append({"key": key, "new_value": roles})
    if changes:
        audit.note(
            world=call.world,
            guild=guild,
            actor=call.me,
            action=Action.MEMBER_ROLE_UPDATE,
            target_id=user_id,
            changed=changes,
            reason=call.reason,
            options={},
        )


def kick(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/members/{user_id}"""
    guild, user_id = call.guild, _user(call)
    permissions.require_guild(call.world, guild, call.me, permissions.KICK_MEMBERS)
    call.world.member(guild, user_id)
    permissions.require_above_member(guild, call.me, user_id)
    membership.leave(call.world, guild, user_id)
    call.audit(guild, Action.MEMBER_KICK, user_id)
    return NOTHING


def add_role(call: Call) -> Reply:
    """PUT /guilds/{guild_id}/members/{user_id}/roles/{role_id}"""
    guild, user_id, role_id = call.guild, _user(call), call.path["role_id"]
    roles: list[str] = call.world.member(guild, user_id)["roles"]
    _require_may_give(call, guild, role_id)
    if role_id not in roles:
        membership.update(call.world, guild, user_id, {"roles": [*roles, role_id]})
        _note_roles(call, guild, user_id, [], [role_id])
    return NOTHING


def remove_role(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/members/{user_id}/roles/{role_id}"""
    guild, user_id, role_id = call.guild, _user(call), call.path["role_id"]
    roles: list[str] = call.world.member(guild, user_id)["roles"]
    _require_may_give(call, guild, role_id)
    if role_id in roles:
        membership.update(call.world, guild, user_id, {"roles": [r for r in roles if r != role_id]})
        _note_roles(call, guild, user_id, [role_id], [])
    return NOTHING


def _require_may_give(call: Call, guild: Guild, role_id: str) -> None:
    """Require Manage Roles, and a role below the actor's highest that is neither managed nor @everyone."""
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
