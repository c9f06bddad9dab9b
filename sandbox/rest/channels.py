"""Channels of the server, and the routes that all channels share."""

from __future__ import annotations

from sandbox.errors import DiscordError, missing_access
from sandbox.forms import Form
from sandbox.rest.call import NOTHING, Call, Reply, Routes, created, ok, takes
from sandbox.rest.threads import edit_thread
from sandbox.shape import bits, flag, many, one_of, snowflake, text, thing, whole
from sandbox.wire import Json
from sandbox.world import channels, permissions, shapes
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.world import World

_REACTION = thing({"emoji_id": snowflake, "emoji_name": text(64)})
_TAG = thing(
    {"id": snowflake, "name": text(50, 0), "moderated": flag, "emoji_id": snowflake, "emoji_name": text(64)},
    "name",
)
_FIELDS = {
    "name": text(100, 1),
    "type": whole(0, 100),
    "topic": text(4096),
    "position": whole(0, 2**31 - 1),
    "parent_id": snowflake,
    "nsfw": flag,
    "rate_limit_per_user": whole(0, 21_600),
    "user_limit": whole(0, 10_000),
    "bitrate": whole(8_000, 384_000),
    "available_tags": many(_TAG, 20),
    "default_reaction_emoji": _REACTION,
    "default_sort_order": one_of(0, 1),
    "default_forum_layout": one_of(0, 1, 2),
    "default_auto_archive_duration": one_of(60, 1440, 4320, 10080),
    "default_thread_rate_limit_per_user": whole(0, 21_600),
    "permission_overwrites": many(
        thing({"id": snowflake, "type": one_of(0, 1), "allow": bits, "deny": bits}, "id"), 1000
    ),
    "archived": flag,
    "locked": flag,
    "invitable": flag,
    "auto_archive_duration": one_of(60, 1440, 4320, 10080),
    "applied_tags": many(snowflake, 5),
    "flags": whole(0, 2**31 - 1),
}
_CHANNEL = thing(_FIELDS)
_MOVES = many(
    thing(
        {"id": snowflake, "position": whole(0, 2**31 - 1), "parent_id": snowflake, "lock_permissions": flag},
        "id",
    ),
    500,
)
_MOST = 500
_NULLABLE = ("topic", "parent_id", "default_reaction_emoji", "default_sort_order")
_KINDS = (0, 2, 4, 5, 13, 15)
_EDITABLE = (
    "name",
    "topic",
    "position",
    "parent_id",
    "nsfw",
    "rate_limit_per_user",
    "user_limit",
    "bitrate",
    "available_tags",
    "default_auto_archive_duration",
    "permission_overwrites",
    "default_reaction_emoji",
    "default_sort_order",
    "default_forum_layout",
    "default_thread_rate_limit_per_user",
    "flags",
)


def list_channels(call: Call) -> Reply:
    """GET /guilds/{guild_id}/channels"""
    channels = call.guild.channels.values()
    return ok([call.world.show_channel(c) for c in channels if c["type"] not in permissions.THREAD_TYPES])


def get_channel(call: Call) -> Reply:
    """GET /channels/{channel_id}"""
    return ok(call.world.show_channel(visible(call)))


def visible(call: Call) -> Json:
    """The channel of the path; 50001 if the actor does not see it."""
    channel = call.channel
    if not permissions.can_view(call.world, call.me, channel):
        raise missing_access()
    return channel


@takes(_CHANNEL)
def create_channel(call: Call) -> Reply:
    """POST /guilds/{guild_id}/channels"""
    guild, body = call.guild, call.json
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_CHANNELS)
    kind = int(body.get("type") or 0)
    _check(body, kind, new=True)
    if sum(c["type"] not in permissions.THREAD_TYPES for c in guild.channels.values()) >= _MOST:
        raise DiscordError(400, 30013, f"Maximum number of guild channels reached ({_MOST})")
    position = 1 + max((c.get("position", 0) for c in guild.channels.values()), default=-1)
    channel = shapes.channel(call.world.new_id(), guild.id, kind, body["name"], position)
    channel |= _change(call.world, body)
    call.world.keep("channel", channel["id"], channel, guild)
    call.world.tell(Event("CHANNEL_CREATE", call.world.show_channel(channel), guild.id))
    call.audit(guild, Action.CHANNEL_CREATE, channel["id"], None, channel)
    return created(call.world.show_channel(channel))


@takes(_CHANNEL)
def edit_channel(call: Call) -> Reply:
    """PATCH /channels/{channel_id}, for threads too"""
    channel = visible(call)
    if channel["type"] in permissions.THREAD_TYPES:
        return edit_thread(call, channel)
    if "_people" in channel:
        raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_CHANNELS)
    _check(call.json, channel["type"], new=False)
    guild = call.world.guilds[channel["guild_id"]]
    before = {**channel}
    channel |= _change(call.world, call.json)
    call.world.keep("channel", channel["id"], channel, guild)
    call.world.tell(Event("CHANNEL_UPDATE", call.world.show_channel(channel), guild.id))
    call.audit(guild, Action.CHANNEL_UPDATE, channel["id"], before, channel)
    return ok(call.world.show_channel(channel))


def delete_channel(call: Call) -> Reply:
    """DELETE /channels/{channel_id}: threads go with their channel; a direct channel is only closed."""
    channel = visible(call)
    if "_people" in channel:
        return ok(call.world.show_channel(channel))
    thread = channel["type"] in permissions.THREAD_TYPES
    bit = permissions.MANAGE_THREADS if thread else permissions.MANAGE_CHANNELS
    permissions.require_channel(call.world, call.me, channel, bit)
    shown = call.world.show_channel(channel)
    guild = call.world.guilds[channel["guild_id"]]
    channels.remove(call.world, channel)
    call.audit(guild, Action.THREAD_DELETE if thread else Action.CHANNEL_DELETE, channel["id"], channel, None)
    return ok(shown)


@takes(_MOVES)
def order_channels(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}/channels"""
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_CHANNELS)
    moves = call.listed
    for move in moves:
        channel = call.world.channel(str(move.get("id")))
        if move.get("position") is not None:
            channel["position"] = int(move["position"])
        if move.get("parent_id") is not None:
            channel["parent_id"] = _category(call.world, str(move["parent_id"]))
        call.world.keep("channel", channel["id"], channel, guild)
        call.world.tell(Event("CHANNEL_UPDATE", call.world.show_channel(channel), guild.id))
    return NOTHING


def type_there(call: Call) -> Reply:
    """POST /channels/{channel_id}/typing"""
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.SEND_MESSAGES)
    now = int(call.world.clock.now().timestamp())
    data: Json = {"channel_id": channel["id"], "user_id": call.me, "timestamp": now}
    guild_id = channel.get("guild_id")
    if guild_id:
        data |= {"guild_id": guild_id, "member": call.world.show_member(call.world.guilds[guild_id], call.me)}
    call.world.tell(Event("TYPING_START", data, guild_id, channel))
    return NOTHING


def _check(body: Json, kind: int, *, new: bool) -> None:
    form = Form(body)
    form.text("name", 1, 100, needed=new)
    form.text("topic", 0, 4096 if kind == 15 else 1024, nullable=True)
    form.choice("type", kind, _KINDS)
    if body.get("rate_limit_per_user") is not None:
        form.number("rate_limit_per_user", body["rate_limit_per_user"], 0, 21600)
    form.done()


def _change(world: World, body: Json) -> Json:
    change: Json = {
        key: body[key] for key in _EDITABLE if key in body and (body[key] is not None or key in _NULLABLE)
    }
    if change.get("parent_id") is not None:
        change["parent_id"] = _category(world, str(change["parent_id"]))
    if "permission_overwrites" in change:
        overwrites: list[Json] = change["permission_overwrites"] or []
        change["permission_overwrites"] = [
            {
                "id": str(entry["id"]),
                "type": int(entry.get("type") or 0),
                "allow": str(entry.get("allow") or 0),
                "deny": str(entry.get("deny") or 0),
            }
            for entry in overwrites
        ]
    if "available_tags" in change:
        plain: Json = {"moderated": False, "emoji_id": None, "emoji_name": None}
        tags: list[Json] = change["available_tags"] or []
        change["available_tags"] = [{**plain, **tag, "id": tag.get("id") or world.new_id()} for tag in tags]
    return change


def _category(world: World, channel_id: str) -> str:
    """The id of a category; 50035 for anything else."""
    category = next((g.channels[channel_id] for g in world.guilds.values() if channel_id in g.channels), None)
    if category is None or category["type"] != 4:
        form = Form({})
        form.fault("parent_id", "CHANNEL_PARENT_INVALID", "Category does not exist")
        form.done()
    return channel_id


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}/channels", list_channels),
    ("POST", "/guilds/{guild_id}/channels", create_channel),
    ("PATCH", "/guilds/{guild_id}/channels", order_channels),
    ("GET", "/channels/{channel_id}", get_channel),
    ("PATCH", "/channels/{channel_id}", edit_channel),
    ("DELETE", "/channels/{channel_id}", delete_channel),
    ("POST", "/channels/{channel_id}/typing", type_there),
]
