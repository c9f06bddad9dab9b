"""Messages of a channel."""

from __future__ import annotations

from datetime import timedelta

from sandbox import snowflake as snowflakes
from sandbox.errors import DiscordError
from sandbox.gateway.audience import MESSAGE_CONTENT, without_content
from sandbox.posting import change, post
from sandbox.posting.post import Draft
from sandbox.posting.shape import MESSAGE
from sandbox.rest.call import NOTHING, Call, Reply, Routes, ok, takes
from sandbox.rest.channels import visible
from sandbox.shape import many, snowflake, thing
from sandbox.wire import Json
from sandbox.world import applications, permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.world import show_message

_BULK_DELETE = timedelta(days=14)


def shown(call: Call, message: Json) -> Json:
    """A message as the actor gets it, without content for a bot whose application has the content intent off.

    The intents in IDENTIFY do not matter here: Discord's documentation, events/gateway, "HTTP Restrictions".
    """
    body = show_message(message, call.me)
    application = call.application
    if application is None or applications.privileged_intents(application) & MESSAGE_CONTENT:
        return body
    return without_content(body, application["id"]) if "guild_id" in call.channel else body


def list_messages(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages, newest first"""
    channel, book = visible(call), call.world.messages
    limit = call.number("limit", 50, 1, 100)
    if not _may_read_history(call, channel):
        return ok([])
    if around := call.query.get("around"):
        newer = book.after(channel["id"], around, limit // 2)[::-1]
        middle = book.get(channel["id"], around)
        older = book.before(channel["id"], around, limit - len(newer) - 1)
        messages = [*newer, *([middle] if middle and "_to" not in middle else []), *older]
    elif after := call.query.get("after"):
        messages = book.after(channel["id"], after, limit)[::-1]
    else:
        messages = book.before(channel["id"], call.query.get("before"), limit)
    return ok([shown(call, message) for message in messages])


def _may_read_history(call: Call, channel: Json) -> bool:
    """Does the actor have Read Message History? Without it Discord answers with an empty list."""
    try:
        permissions.require_channel(call.world, call.me, channel, permissions.READ_MESSAGE_HISTORY)
    except DiscordError as error:
        if error.code == 50013:
            return False
        raise
    return True


def _message(call: Call) -> tuple[Json, Json]:
    channel = visible(call)
    return channel, call.world.message(channel["id"], call.path["message_id"])


def get_message(call: Call) -> Reply:
    """GET /channels/{channel_id}/messages/{message_id}"""
    channel, message = _message(call)
    permissions.require_channel(call.world, call.me, channel, permissions.READ_MESSAGE_HISTORY)
    return ok(shown(call, message))


@takes(MESSAGE)
def create_message(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages"""
    channel = call.channel
    post.require_may_post(call.world, call.me, channel, call.json, len(call.files))
    _require_open(call, channel)
    message = post.post(call.world, call.parts.url, call.me, channel, Draft(body=call.json, files=call.files))
    return ok(show_message(message, call.me))


def _require_open(call: Call, channel: Json) -> None:
    """50007 for a recipient who takes no direct messages, has left, or is a bot."""
    for user_id in channel.get("_people", ()):
        if user_id == call.me:
            continue
        user = call.world.users[user_id]
        shared = any(user_id in g.members and call.me in g.members for g in call.world.guilds.values())
        if user.get("bot") or user.get("_closed") or not shared:
            raise DiscordError(403, 50007, "Cannot send messages to this user")


@takes(MESSAGE)
def edit_message(call: Call) -> Reply:
    """PATCH /channels/{channel_id}/messages/{message_id}"""
    channel, message = _message(call)
    if set(call.json) - {"flags"}:
        change.require_own(message, call.me)
    elif message["author"]["id"] != call.me:
        permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_MESSAGES)
    edited = change.edit(call.world, call.parts.url, channel, message, call.json, call.files)
    return ok(show_message(edited, call.me))


def delete_message(call: Call) -> Reply:
    """DELETE /channels/{channel_id}/messages/{message_id}"""
    channel, message = _message(call)
    if message["author"]["id"] != call.me:
        if "_people" in channel:
            raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
        permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_MESSAGES)
        guild = call.world.guilds[channel["guild_id"]]
        author = message["author"]["id"]
        call.audit(guild, Action.MESSAGE_DELETE, author, channel_id=channel["id"], count=1)
    change.delete(call.world, channel, message)
    return NOTHING


@takes(thing({"messages": many(snowflake, 100, 2)}, "messages"))
def bulk_delete(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages/bulk-delete"""
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_MESSAGES)
    if "guild_id" not in channel:
        raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
    ids = [str(i) for i in call.json["messages"]]
    oldest = snowflakes.at(call.world.clock.now() - _BULK_DELETE)
    if any(int(i) < oldest for i in ids):
        raise DiscordError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    gone = [i for i in ids if call.world.messages.get(channel["id"], i)]
    for message_id in gone:
        call.world.messages.remove(channel["id"], message_id)
    data = {"ids": gone, "channel_id": channel["id"], "guild_id": channel["guild_id"]}
    guild = call.world.guilds[channel["guild_id"]]
    call.audit(guild, Action.MESSAGE_BULK_DELETE, channel["id"], count=len(gone))
    call.world.tell(Event("MESSAGE_DELETE_BULK", data, channel.get("guild_id"), channel))
    return NOTHING


ROUTES: Routes = [
    ("GET", "/channels/{channel_id}/messages", list_messages),
    ("POST", "/channels/{channel_id}/messages", create_message),
    ("POST", "/channels/{channel_id}/messages/bulk-delete", bulk_delete),
    ("GET", "/channels/{channel_id}/messages/{message_id}", get_message),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}", edit_message),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}", delete_message),
]
