"""Bans."""

from __future__ import annotations

from datetime import timedelta

from sandbox import snowflake as snowflakes
from sandbox.errors import DiscordError, unknown
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.shape import many, snowflake, thing, whole
from sandbox.wire import Json
from sandbox.world import membership, permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.guild import Guild

_SECONDS = whole(0, 604_800)
_BAN = thing({"delete_message_seconds": _SECONDS, "delete_message_days": whole(0, 7)})
_MANY = thing({"user_ids": many(snowflake, 200, 1), "delete_message_seconds": _SECONDS}, "user_ids")


def _show(call: Call, ban: Json) -> Json:
    return {"reason": ban["reason"], "user": call.world.show_user(ban["user_id"])}


def _guild(call: Call) -> Guild:
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.BAN_MEMBERS)
    return guild


def list_bans(call: Call) -> Reply:
    """GET /guilds/{guild_id}/bans, by user id"""
    bans = _guild(call).bans
    return ok([_show(call, bans[user_id]) for user_id in call.page(bans, 1000)])


def get_ban(call: Call) -> Reply:
    """GET /guilds/{guild_id}/bans/{user_id}"""
    ban = _guild(call).bans.get(call.path["user_id"])
    if ban is None:
        raise unknown("Ban")
    return ok(_show(call, ban))


@takes(_BAN)
def ban(call: Call) -> Reply:
    """PUT /guilds/{guild_id}/bans/{user_id}: may also delete the person's newest messages"""
    guild, user_id, body = _guild(call), call.path["user_id"], call.json
    call.world.user(user_id)
    days = body.get("delete_message_days") or 0
    _ban(call, guild, user_id, body.get("delete_message_seconds") or days * 86_400)
    return NOTHING


@takes(_MANY)
def bulk_ban(call: Call) -> Reply:
    """POST /guilds/{guild_id}/bulk-ban: 500000 if none of the people could be banned"""
    guild, body = _guild(call), call.json
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_GUILD)
    done: list[str] = []
    failed: list[str] = []
    for user_id in map(str, body["user_ids"]):
        try:
            call.world.user(user_id)
            _ban(call, guild, user_id, body.get("delete_message_seconds") or 0)
        except DiscordError:
            failed.append(user_id)
        else:
            done.append(user_id)
    if failed and not done:
        raise DiscordError(400, 500000, "Failed to ban users")
    return ok({"banned_users": done, "failed_users": failed})


def _ban(call: Call, guild: Guild, user_id: str, seconds: int) -> None:
    world = call.world
    if user_id in guild.members:
        permissions.require_above_member(guild, call.me, user_id)
        membership.leave(world, guild, user_id)
    world.keep("ban", user_id, {"user_id": user_id, "reason": call.reason}, guild)
    if seconds:
        _forget_messages(
            call, guild, user_id, str(snowflakes.at(world.clock.now() - timedelta(seconds=seconds)))
        )
    _tell(call, guild, "GUILD_BAN_ADD", user_id)
    call.audit(guild, Action.MEMBER_BAN_ADD, user_id)


def _forget_messages(call: Call, guild: Guild, user_id: str, after: str) -> None:
    book = call.world.messages
    for channel in guild.channels.values():
        last, gone = after, list[str]()
        while page := book.after(channel["id"], last, 1000):
            last = page[-1]["id"]
            gone += [m["id"] for m in page if m["author"]["id"] == user_id]
        for message_id in gone:
            book.remove(channel["id"], message_id)
        if gone:
            data = {"ids": gone, "channel_id": channel["id"], "guild_id": guild.id}
            call.world.tell(Event("MESSAGE_DELETE_BULK", data, guild.id, channel))


def unban(call: Call) -> Reply:
    """DELETE /guilds/{guild_id}/bans/{user_id}"""
    guild, user_id = _guild(call), call.path["user_id"]
    if user_id not in guild.bans:
        raise unknown("Ban")
    call.world.drop("ban", user_id, guild)
    _tell(call, guild, "GUILD_BAN_REMOVE", user_id)
    call.audit(guild, Action.MEMBER_BAN_REMOVE, user_id)
    return NOTHING


def _tell(call: Call, guild: Guild, kind: str, user_id: str) -> None:
    data = {"guild_id": guild.id, "user": call.world.show_user(user_id)}
    call.world.tell(Event(kind, data, guild.id))


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/bans", list_bans),
    ("GET", "/guilds/{guild_id}/bans/{user_id}", get_ban),
    ("PUT", "/guilds/{guild_id}/bans/{user_id}", ban),
    ("DELETE", "/guilds/{guild_id}/bans/{user_id}", unban),
    ("POST", "/guilds/{guild_id}/bulk-ban", bulk_ban),
]
