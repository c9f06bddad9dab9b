"""Threads and forum posts, and their members."""

from __future__ import annotations

from sandbox.errors import DiscordError
from sandbox.forms import Form
from sandbox.wire import Json, items
from sandbox.world import shapes
from sandbox.world.events import Event
from sandbox.world.world import World

_TEXT, _NEWS, _FORUM = 0, 5, 15


def check(body: Json, parent: Json) -> None:
    """Check the name, the time until archiving, and that the parent can have threads."""
    form = Form(body)
    form.text("name", 1, 100, needed=True)
    if body.get("auto_archive_duration") is not None:
        form.choice("auto_archive_duration", body["auto_archive_duration"], (60, 1440, 4320, 10080))
    if body.get("rate_limit_per_user") is not None:
        form.number("rate_limit_per_user", body["rate_limit_per_user"], 0, 21600)
    form.done()
    if parent["type"] not in (_TEXT, _NEWS, _FORUM):
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")


def start(world: World, parent: Json, owner_id: str, body: Json, *, message: Json | None = None) -> Json:
    """Start a thread in a channel, or on a message whose id it then shares; its owner joins it."""
    guild = world.guilds[parent["guild_id"]]
    if message is not None and message["id"] in guild.channels:
        raise DiscordError(400, 160004, "A thread has already been created for this message")
    kind = 10 if parent["type"] == _NEWS else 11
    if message is None and parent["type"] == _TEXT:
        kind = int(body.get("type") or 12)
    thread_id: str = message["id"] if message else world.new_id()
    thread = shapes.thread(thread_id, parent, kind, body["name"], owner_id, world.now_iso())
    if body.get("auto_archive_duration"):
        thread["thread_metadata"]["auto_archive_duration"] = body["auto_archive_duration"]
    if kind == 12:
        thread["thread_metadata"]["invitable"] = bool(body.get("invitable", True))
    thread["rate_limit_per_user"] = body.get("rate_limit_per_user") or 0
    thread["applied_tags"] = [str(tag) for tag in items(body, "applied_tags")]
    thread["_members"] = {owner_id: world.now_iso()}
    thread["member_count"] = 1
    world.keep("channel", thread_id, thread, guild)
    if message is not None:
        message |= {"flags": message["flags"] | 1 << 5, "thread": world.show_channel(thread)}
        world.messages.put(message)
    data = {**world.show_channel(thread), "newly_created": True}
    world.tell(Event("THREAD_CREATE", data, guild.id, thread))
    return thread


def member(thread: Json, user_id: str) -> Json:
    """A person's membership of a thread."""
    return {
        "id": thread["id"],
        "user_id": user_id,
        "join_timestamp": thread["_members"][user_id],
        "flags": 0,
    }


def set_member(world: World, thread: Json, user_id: str, *, inside: bool) -> None:
    """Add the person to the thread, or remove them."""
    if inside == (user_id in thread["_members"]):
        return
    guild = world.guilds[thread["guild_id"]]
    data: Json = {"id": thread["id"], "guild_id": guild.id}
    if inside:
        thread["_members"][user_id] = world.now_iso()
        shown = world.show_member(guild, user_id)
        data["added_members"] = [{**member(thread, user_id), "member": shown, "presence": None}]
    else:
        del thread["_members"][user_id]
        data["removed_member_ids"] = [user_id]
    thread["member_count"] = data["member_count"] = len(thread["_members"])
    world.keep("channel", thread["id"], thread, guild)
    world.tell(Event("THREAD_MEMBERS_UPDATE", data, guild.id, thread))
