"""Webhooks of a channel, which people and bots make and everybody with the token can use."""

from __future__ import annotations

import secrets

from sandbox.errors import DiscordError, unknown
from sandbox.forms import Form
from sandbox.posting import change, post, threads
from sandbox.posting.post import Draft
from sandbox.posting.shape import MESSAGE
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.rest.channels import visible
from sandbox.shape import image, snowflake, text, thing
from sandbox.wire import Json, items, public
from sandbox.world import permissions, shapes
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World, show_message

_INCOMING, _FORUM, _CAN_HAVE = 1, 15, (0, 2, 5, 13, 15)
_MOST, _FIELDS = 15, ("name", "avatar", "channel_id")
_NEW = thing({"name": text(80, 1), "avatar": image}, "name")
_EDIT = thing({"name": text(80, 1), "avatar": image, "channel_id": snowflake})


def find(world: World, webhook_id: str) -> tuple[Guild, Json] | None:
    """The webhook with its server."""
    for guild in world.guilds.values():
        if webhook_id in guild.webhooks:
            return guild, guild.webhooks[webhook_id]
    return None


@takes(_NEW)
def create(call: Call) -> Reply:
    """POST /channels/{channel_id}/webhooks"""
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_WEBHOOKS)
    if channel["type"] not in _CAN_HAVE:
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    _check_name(call.json)
    guild = call.world.guilds[channel["guild_id"]]
    if sum(hook["channel_id"] == channel["id"] for hook in guild.webhooks.values()) >= _MOST:
        raise DiscordError(400, 30007, f"Maximum number of webhooks reached ({_MOST})")
    hook: Json = {
        "id": call.world.new_id(),
        "type": _INCOMING,
        "guild_id": guild.id,
        "channel_id": channel["id"],
        "name": call.json["name"],
        "avatar": None,
        "application_id": call.application["id"] if call.application else None,
        "token": secrets.token_urlsafe(51),
        "_user": call.me,
    }
    call.world.keep("webhook", hook["id"], hook, guild)
    call.audit(guild, Action.WEBHOOK_CREATE, hook["id"], None, _logged(hook))
    _tell(call, guild, channel["id"])
    return ok(_shown(call, hook))


def list_of_channel(call: Call) -> Reply:
    """GET /channels/{channel_id}/webhooks"""
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_WEBHOOKS)
    hooks = call.world.guilds[channel["guild_id"]].webhooks.values()
    return ok([_shown(call, hook) for hook in hooks if hook["channel_id"] == channel["id"]])


def list_of_guild(call: Call) -> Reply:
    """GET /guilds/{guild_id}/webhooks"""
    permissions.require_guild(call.world, call.guild, call.me, permissions.MANAGE_WEBHOOKS)
    return ok([_shown(call, hook) for hook in call.guild.webhooks.values()])


def get(call: Call) -> Reply:
    """GET /webhooks/{webhook_id}"""
    _, hook = _managed(call, reading=True)
    return ok(_shown(call, hook))


@takes(_EDIT)
def edit(call: Call) -> Reply:
    """PATCH /webhooks/{webhook_id}"""
    guild, hook = _managed(call)
    return ok(_shown(call, _change(call, guild, hook, call.me)))


def delete(call: Call) -> Reply:
    """DELETE /webhooks/{webhook_id}"""
    guild, hook = _managed(call)
    call.audit(guild, Action.WEBHOOK_DELETE, hook["id"], _logged(hook), None)
    _remove(call, guild, hook)
    return NOTHING


def get_with_token(call: Call) -> Reply:
    """GET /webhooks/{webhook_id}/{token}, without its maker"""
    _, hook = with_token(call)
    return ok(_shown(call, hook, user=False))


@takes(_EDIT)
def edit_with_token(call: Call) -> Reply:
    """PATCH /webhooks/{webhook_id}/{token}: cannot move it to another channel"""
    guild, hook = with_token(call)
    call.json.pop("channel_id", None)
    return ok(_shown(call, _change(call, guild, hook, hook["_user"]), user=False))


def delete_with_token(call: Call) -> Reply:
    """DELETE /webhooks/{webhook_id}/{token}"""
    _remove(call, *with_token(call))
    return NOTHING


@takes(MESSAGE)
def execute(call: Call) -> Reply:
    """POST /webhooks/{webhook_id}/{token}: into the channel, a thread of it, or a new forum post"""
    guild, hook = with_token(call)
    world, body = call.world, {**call.json}
    channel = _place(call, guild, hook)
    own = hook["application_id"] is not None
    if not own and not call.flag("with_components"):
        body.pop("components", None)
    own_id: str | None = None
    if channel["type"] == _FORUM:
        threads.check({"name": body.get("thread_name")}, channel)
        form = {"name": body["thread_name"], "applied_tags": items(body, "applied_tags")}
        channel = threads.start(world, channel, hook["id"], form)
        own_id = channel["id"]
    name = str(body.get("username") or hook["name"])
    _check_name({"name": name})
    extra: Json = {"webhook_id": hook["id"]}
    if own:
        extra["application_id"] = hook["application_id"]
    draft = Draft(body=body, files=call.files, own_id=own_id, extra=extra, author=_author(hook, name))
    message = post.post(world, call.parts.url, hook["id"], channel, draft)
    return ok(show_message(message)) if call.flag("wait") else NOTHING


def get_message(call: Call) -> Reply:
    """GET /webhooks/{webhook_id}/{token}/messages/{message_id}"""
    return ok(show_message(_message(call)[1]))


@takes(MESSAGE)
def edit_message(call: Call) -> Reply:
    """PATCH /webhooks/{webhook_id}/{token}/messages/{message_id}"""
    channel, message = _message(call)
    return ok(show_message(change.edit(call.world, call.parts.url, channel, message, call.json, call.files)))


def delete_message(call: Call) -> Reply:
    """DELETE /webhooks/{webhook_id}/{token}/messages/{message_id}"""
    change.delete(call.world, *_message(call))
    return NOTHING


def with_token(call: Call) -> tuple[Guild, Json]:
    """The webhook of the path: 10015 for an unknown id, 50027 for a wrong token."""
    match = find(call.world, call.path.get("webhook_id") or call.path["application_id"])
    if match is None:
        raise unknown("Webhook")
    if not secrets.compare_digest(match[1]["token"].encode(), call.path["token"].encode()):
        raise DiscordError(401, 50027, "Invalid Webhook Token")
    return match


def _managed(call: Call, *, reading: bool = False) -> tuple[Guild, Json]:
    """The webhook of the path, for members with Manage Webhooks and for the application that made it."""
    match = find(call.world, call.path["webhook_id"])
    if match is None or call.me not in match[0].members:
        raise unknown("Webhook")
    own = call.application is not None and match[1]["application_id"] == call.application["id"]
    if not (own and reading):
        permissions.require_guild(call.world, match[0], call.me, permissions.MANAGE_WEBHOOKS)
    return match


def _place(call: Call, guild: Guild, hook: Json) -> Json:
    channel = guild.channels[hook["channel_id"]]
    thread_id = call.query.get("thread_id")
    if thread_id is not None:
        thread = guild.channels.get(thread_id)
        if thread is None or thread.get("parent_id") != channel["id"]:
            raise unknown("Channel")
        if channel["type"] == _FORUM and call.json.get("thread_name"):
            raise DiscordError(
                400, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
            )
        return thread
    if channel["type"] == _FORUM and not call.json.get("thread_name"):
        raise DiscordError(
            400, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id"
        )
    if channel["type"] != _FORUM and call.json.get("thread_name"):
        raise DiscordError(400, 220003, "Webhooks can only create threads in forum channels")
    return channel


def _message(call: Call) -> tuple[Json, Json]:
    guild, hook = with_token(call)
    channel = guild.channels.get(call.query.get("thread_id") or hook["channel_id"])
    if channel is None or hook["channel_id"] not in (channel["id"], channel.get("parent_id")):
        raise unknown("Channel")
    message = call.world.message(channel["id"], call.path["message_id"])
    if message.get("webhook_id") != hook["id"]:
        raise unknown("Message")
    return channel, message


def _check_name(body: Json) -> None:
    name = body.get("name")
    if isinstance(name, str) and any(word in name.lower() for word in ("clyde", "discord")):
        form = Form({})
        form.fault("name", "USERNAME_INVALID_CONTAINS", 'Username cannot contain "clyde" or "discord"')
        form.done()


def _change(call: Call, guild: Guild, hook: Json, actor: str) -> Json:
    change = {key: call.json[key] for key in _FIELDS if call.json.get(key) is not None}
    _check_name(change)
    change.pop("avatar", None)  # pictures of webhooks are not stored
    if "channel_id" in change:
        change["channel_id"] = str(change["channel_id"])
        place = call.world.channel(change["channel_id"])
        permissions.require_channel(call.world, actor, place, permissions.MANAGE_WEBHOOKS)
    changed = call.world.keep("webhook", hook["id"], hook | change, guild)
    if call.actor is not None:
        call.audit(guild, Action.WEBHOOK_UPDATE, hook["id"], _logged(hook), _logged(changed))
    _tell(call, guild, changed["channel_id"])
    return changed


def _remove(call: Call, guild: Guild, hook: Json) -> None:
    call.world.drop("webhook", hook["id"], guild)
    _tell(call, guild, hook["channel_id"])


def _tell(call: Call, guild: Guild, channel_id: str) -> None:
    data = {"guild_id": guild.id, "channel_id": channel_id}
    call.world.tell(Event("WEBHOOKS_UPDATE", data, guild.id, guild.channels.get(channel_id)))


def _shown(call: Call, hook: Json, *, user: bool = True) -> Json:
    body = {key: value for key, value in hook.items() if key[0] != "_"}
    body["url"] = f"{call.parts.url}/api/webhooks/{hook['id']}/{hook['token']}"
    if user:
        body["user"] = call.world.show_user(hook["_user"])
    return body


def _logged(hook: Json) -> Json:
    return {key: hook[key] for key in ("name", "channel_id", "type")}


def _author(hook: Json, name: str) -> Json:
    return public(shapes.user(hook["id"], name, None, bot=True)) | {"avatar": hook["avatar"]}


_HOOK, _TOKEN = "/webhooks/{webhook_id}", "/webhooks/{webhook_id}/{token}"
ROUTES: Routes = [
    ("POST", "/channels/{channel_id}/webhooks", create),
    ("GET", "/channels/{channel_id}/webhooks", list_of_channel),
    ("GET", "/guilds/{guild_id}/webhooks", list_of_guild),
    ("GET", _HOOK, get),
    ("PATCH", _HOOK, edit),
    ("DELETE", _HOOK, delete),
    ("GET", _TOKEN, get_with_token),
    ("PATCH", _TOKEN, edit_with_token),
    ("DELETE", _TOKEN, delete_with_token),
]
