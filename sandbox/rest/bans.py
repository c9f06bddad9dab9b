"""Bans."""

from __future__ import annotations

from sandbox import permissions
from sandbox.errors import unknown
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok
from sandbox.wire import Json
from sandbox.world import membership
from sandbox.world.events import Event
from sandbox.world.guild import Guild


def _show(call: Call, ban: Json) -> Json:
    return {"reason": ban["reason"], "user": call.world.show_user(ban["user_id"])}


def _guild(call: Call) -> Guild:
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.BAN_MEMBERS)
    return guild


def list_bans(call: Call) -> Reply:
    """GET /guilds/{guild_id}/bans"""
    return ok([_show(call, ban) for ban in _guild(call).bans.values()])


def get_ban(call: Call) -> Reply:
    """GET /guilds/{guild_id}/bans/{user_id}"""
    ban = _guild(call).bans.get(call.path["user_id"])
    if ban is None:
        raise unknown("Ban")
    return ok(_show(call, ban))


def ban(call: Call) -> Reply:
    """PUT /guilds/{guild_id}/bans/{user_id}"""
    guild, user_id = _guild(call), call.path["user_id"]
    call.world.user(user_id)
    if user_id in guild.members:
        permissions.require_above_member(guild, call.me, user_id)
        membership.leave(call.world, guild, user_id)
    call.world.keep("ban", user_id, {"user_id": user_id, "reason": None}, guild)
    _tell(call, guild, "GUILD_BAN_ADD", user_id)
    return NOTHING


def unban(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/bans/{user_id}"""
    guild, user_id = _guild(call), call.path["user_id"]
    if user_id not in guild.bans:
        raise unknown("Ban")
    call.world.drop("ban", user_id, guild)
    _tell(call, guild, "GUILD_BAN_REMOVE", user_id)
    return NOTHING


def _tell(call: Call, guild: Guild, kind: str, user_id: str) -> None:
    data = {"guild_id": guild.id, "user": call.world.show_user(user_id)}
    call.world.tell(Event(kind, data, guild.id))


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/bans", list_bans),
    ("GET", "/guilds/{guild_id}/bans/{user_id}", get_ban),
    ("PUT", "/guilds/{guild_id}/bans/{user_id}", ban),
    ("DELETE", "/guilds/{guild_id}/bans/{user_id}", unban),
]
