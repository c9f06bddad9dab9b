"""Making a message: rules, nonce, reply, mentions, attachments; then it is stored and announced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.components import finish, tree
from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.posting import mentions, polls, rules, uploads
from sandbox.posting.announce import announce
from sandbox.posting.uploads import Upload
from sandbox.wire import Json, items
from sandbox.world import permissions
from sandbox.world.events import Event
from sandbox.world.world import World, show_message

_SENDABLE = (0, 1, 2, 5, 10, 11, 12, 13)
_KEPT_FLAGS = rules.SUPPRESS_EMBEDS | rules.SILENT | rules.V2


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message to be made: the request's body and files, and the fields that only the sandbox may set."""

    body: Json
    files: Mapping[int, Upload] = field(default_factory=dict[int, Upload])
    kind: int = 0
    flags: int = 0
    addressee: str | None = None
    own_id: str | None = None  # the first message of a forum post has the thread's id
    extra: Json = field(default_factory=dict[str, Any])
    author: Json | None = None  # a webhook, which has no account


def require_may_post(world: World, author_id: str, channel: Json, body: Json, files: int) -> None:
    """Require Send Messages (in Threads) of the sender, and more for embeds, files and replies."""
    if channel["type"] not in _SENDABLE:
        raise DiscordError(400, 50008, "Cannot send messages in a non-text channel")
    thread = channel["type"] in permissions.THREAD_TYPES
    bits = permissions.SEND_MESSAGES_IN_THREADS if thread else permissions.SEND_MESSAGES
    if body.get("embeds"):
        bits |= permissions.EMBED_LINKS
    if files:
        bits |= permissions.ATTACH_FILES
    if body.get("message_reference"):
        bits |= permissions.READ_MESSAGE_HISTORY
    permissions.require_channel(world, author_id, channel, bits)
    if thread and channel["thread_metadata"]["locked"]:
        permissions.require_channel(world, author_id, channel, permissions.MANAGE_THREADS)


def post(world: World, cdn: str, author_id: str, channel: Json, draft: Draft) -> Json:
    """Make, store and announce a message. With `enforce_nonce` a repeated nonce returns the first message."""
    body, channel_id = draft.body, str(channel["id"])
    if not draft.flags & rules.LOADING and draft.kind != 18:
        rules.check(body, len(draft.files))
    nonce = body.get("nonce")
    if nonce is not None and body.get("enforce_nonce"):
        earlier = world.messages.by_nonce(channel_id, author_id, str(nonce))
        if earlier:
            return earlier | {"nonce": nonce}
    reference = body.get("message_reference")
    replied = _replied(world, channel, reference) if reference else None
    attachments = uploads.attach(world, cdn, channel_id, body, draft.files, [])
    components = finish.finished(items(body, "components"), attachments, world.new_id)
    text = "\n".join([str(body.get("content") or ""), *tree.texts(components)])
    message: Json = {
        "id": draft.own_id or world.new_id(),
        "channel_id": channel_id,
        "type": 19 if replied else draft.kind,
        "content": body.get("content") or "",
        "author": draft.author or world.show_user(author_id),
        "timestamp": world.now_iso(),
        "edited_timestamp": None,
        "tts": bool(body.get("tts")),
        **mentions.read(
            world,
            author_id,
            channel,
            text,
            body.get("allowed_mentions"),
            replied["author"]["id"] if replied else None,
        ),
        "attachments": attachments,
        "embeds": _embeds(body),
        "components": components,
        "flags": (int(body.get("flags") or 0) & _KEPT_FLAGS) | draft.flags,
        "pinned": False,
        **draft.extra,
    }
    if reference and replied:
        message["message_reference"] = _reference(channel, replied)
        message["referenced_message"] = show_message(replied)
        message["referenced_message"].pop("referenced_message", None)
    if body.get("poll"):
        message["poll"] = polls.made(world, body["poll"])
    if draft.addressee:
        message["_to"] = draft.addressee
    world.messages.put(message)
    if nonce is not None:
        message["nonce"] = nonce  # for the answer and the event; Discord does not store it
        if body.get("enforce_nonce"):
            world.messages.note_nonce(message, str(nonce))
    if not draft.addressee:
        _touch(world, channel, message)
    announce(world, "MESSAGE_CREATE", channel, message)
    return message


def _embeds(body: Json) -> list[Json]:
    """The embeds of a new message; none when they are suppressed."""
    suppressed = int(body.get("flags") or 0) & rules.SUPPRESS_EMBEDS
    return [] if suppressed else [{"type": "rich", **embed} for embed in items(body, "embeds")]


def _replied(world: World, channel: Json, reference: Json) -> Json | None:
    target = world.messages.get(str(channel["id"]), str(reference.get("message_id")))
    if target is not None and "_to" not in target:
        return target
    if reference.get("fail_if_not_exists", True):
        form = Form({})
        form.fault("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        form.done()
    return None


def _reference(channel: Json, replied: Json) -> Json:
    reference: Json = {"type": 0, "channel_id": channel["id"], "message_id": replied["id"]}
    if "guild_id" in channel:
        reference["guild_id"] = channel["guild_id"]
    return reference


def _touch(world: World, channel: Json, message: Json) -> None:
    """Note the channel's newest message; a thread also counts it, is unarchived, and takes the author in."""
    channel["last_message_id"] = message["id"]
    if channel["type"] not in permissions.THREAD_TYPES:
        return
    guild = world.guilds[channel["guild_id"]]
    channel["message_count"] += 1
    channel["total_message_sent"] += 1
    if channel["thread_metadata"]["archived"]:
        channel["thread_metadata"] |= {"archived": False, "archive_timestamp": world.now_iso()}
        world.tell(Event("THREAD_UPDATE", world.show_channel(channel), guild.id, channel))
    author_id = message["author"]["id"]
    if author_id in guild.members and author_id not in channel["_members"]:
        channel["_members"][author_id] = world.now_iso()
        channel["member_count"] = len(channel["_members"])
    world.keep("channel", channel["id"], channel, guild)
