"""Editing and deleting messages."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.components import finish, tree
from sandbox.errors import DiscordError
from sandbox.posting import mentions, rules, uploads
from sandbox.posting.announce import announce
from sandbox.posting.uploads import Upload
from sandbox.wire import Json, items
from sandbox.world.events import Event
from sandbox.world.world import World

_EDITABLE_FLAGS = rules.SUPPRESS_EMBEDS | rules.V2


def edit(
    world: World, cdn: str, channel: Json, message: Json, body: Json, files: Mapping[int, Upload]
) -> Json:
    """Replace the given fields of a message. The V2 flag stays once it is set; a deferred answer is filled."""
    old: int = message["flags"]
    given: int | None = body.get("flags")
    editable = (old if given is None else given) & _EDITABLE_FLAGS
    flags = (old & ~(_EDITABLE_FLAGS | rules.LOADING)) | editable | (old & rules.V2)
    if channel.get("thread_metadata", {}).get("archived"):
        raise DiscordError(400, 50083, "Thread is archived")
    after = {key: body.get(key, message[key]) for key in ("content", "embeds", "components")}
    held = _held(message, body)
    checked = {**after, "flags": flags, "allowed_mentions": body.get("allowed_mentions")}
    rules.check(checked, len(files), held=len(held))
    attachments = uploads.attach(world, cdn, str(channel["id"]), body, files, held)
    message["attachments"] = attachments
    if "components" in body:
        message["components"] = finish.finished(items(body, "components"), attachments, world.new_id)
    if "content" in body:
        message["content"] = body["content"] or ""
    if "embeds" in body:
        message["embeds"] = [{"type": "rich", **embed} for embed in items(body, "embeds")]
    text = "\n".join([message["content"], *tree.texts(message["components"])])
    message |= mentions.read(
        world, message["author"]["id"], channel, text, body.get("allowed_mentions"), None
    )
    if flags & rules.SUPPRESS_EMBEDS:
        message["embeds"] = []
    loading = old & rules.LOADING
    message["flags"] = flags
    if not loading:
        message["edited_timestamp"] = world.now_iso()
    world.messages.put(message)
    announce(world, "MESSAGE_UPDATE", channel, message)
    return message


def _held(message: Json, body: Json) -> list[Json]:
    if body.get("attachments") is None:
        return [] if "attachments" in body else list(message["attachments"])
    kept = {str(entry.get("id")) for entry in items(body, "attachments")}
    return [a for a in message["attachments"] if a["id"] in kept]


def delete(world: World, channel: Json, message: Json) -> None:
    """Delete a message."""
    world.messages.remove(channel["id"], message["id"])
    data: Json = {"id": message["id"], "channel_id": channel["id"]}
    guild_id = channel.get("guild_id")
    if guild_id:
        data["guild_id"] = guild_id
    if channel.get("message_count"):
        channel["message_count"] -= 1
        world.keep("channel", channel["id"], channel, world.guilds[channel["guild_id"]])
    world.tell(Event("MESSAGE_DELETE", data, guild_id, channel, private="_to" in message))


def require_own(message: Json, user_id: str) -> None:
    """50005 unless the person wrote the message."""
    if message["author"]["id"] != user_id:
        raise DiscordError(403, 50005, "Cannot edit a message authored by another user")
