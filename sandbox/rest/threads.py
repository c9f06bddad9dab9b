"""Threads and forum posts."""

from __future__ import annotations

from sandbox.errors import DiscordError, missing_access, missing_permissions, unknown
from sandbox.forms import Form
from sandbox.posting import post, threads
from sandbox.posting.post import Draft
from sandbox.posting.shape import MESSAGE
from sandbox.rest.call import NOTHING, Call, Reply, Routes, created, ok, takes
from sandbox.shape import flag, many, one_of, snowflake, text, thing, whole
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.world import show_message

_THREAD = thing(
    {
        "name": text(100, 1),
        "auto_archive_duration": one_of(60, 1440, 4320, 10080),
        "rate_limit_per_user": whole(0, 21_600),
        "type": one_of(10, 11, 12),
        "invitable": flag,
        "applied_tags": many(snowflake, 5),
        "message": MESSAGE,
    },
    "name",
)


def _parent(call: Call) -> Json:
    channel = call.channel
    if not permissions.can_view(call.world, call.me, channel):
        raise missing_access()
    return channel


@takes(_THREAD)
def start_from_message(call: Call) -> Reply:
    """POST /channels/{channel_id}/messages/{message_id}/threads"""
    parent = _parent(call)
    message = call.world.message(parent["id"], call.path["message_id"])
    threads.check(call.json, parent)
    permissions.require_channel(call.world, call.me, parent, permissions.CREATE_PUBLIC_THREADS)
    thread = threads.start(call.world, parent, call.me, call.json, message=message)
    _note(call, Action.THREAD_CREATE, thread["id"], None, thread)
    return created(_shown(call, thread))


def _note(call: Call, action: Action, target: str, before: Json | None, after: Json | None) -> None:
    thread: Json = after or before or {}
    guild = call.world.guilds[thread["guild_id"]]
    metas: list[Json] = [
        {"name": t["name"], "type": t["type"], "applied_tags": t["applied_tags"], **t["thread_metadata"]}
        if t
        else {}
        for t in (before, after)
    ]
    call.audit(guild, action, target, *metas)


@takes(_THREAD)
def start_in_channel(call: Call) -> Reply:
    """POST /channels/{channel_id}/threads; in a forum the first message comes with it"""
    parent, body = _parent(call), call.json
    threads.check(body, parent)
    if parent["type"] != 15:
        private = int(body.get("type") or 12) == 12
        bit = permissions.CREATE_PRIVATE_THREADS if private else permissions.CREATE_PUBLIC_THREADS
        permissions.require_channel(call.world, call.me, parent, bit)
        thread = threads.start(call.world, parent, call.me, body)
        _note(call, Action.THREAD_CREATE, thread["id"], None, thread)
        return created(_shown(call, thread))
    permissions.require_channel(call.world, call.me, parent, permissions.SEND_MESSAGES)
    first = body.get("message")
    if not isinstance(first, dict):
        form = Form(body)
        form.required("message")
        form.done()
    thread = threads.start(call.world, parent, call.me, body)
    parent["last_message_id"] = thread["id"]
    draft = Draft(body=body["message"], files=call.files, own_id=thread["id"])
    message = post.post(call.world, call.parts.url, call.me, thread, draft)
    _note(call, Action.THREAD_CREATE, thread["id"], None, thread)
    return created({**_shown(call, thread), "message": show_message(message, call.me)})


def edit_thread(call: Call, thread: Json) -> Reply:
    """PATCH /channels/{channel_id} for a thread: for its owner and members with Manage Threads"""
    body = call.json
    guild = call.world.guilds[thread["guild_id"]]
    held = permissions.in_channel(call.world, guild, call.me, thread)
    if not held & permissions.MANAGE_THREADS and (call.me != thread["owner_id"] or "locked" in body):
        raise missing_permissions()
    meta = thread["thread_metadata"]
    before = {**thread, "thread_metadata": {**meta}}
    if meta["archived"] and body.get("archived") is not False:
        raise DiscordError(400, 50083, "Thread is archived")
    thread |= {k: body[k] for k in ("name", "rate_limit_per_user") if body.get(k) is not None}
    if body.get("applied_tags") is not None:
        thread["applied_tags"] = [str(tag) for tag in body["applied_tags"]]
    meta |= {
        k: body[k]
        for k in ("archived", "locked", "auto_archive_duration", "invitable")
        if body.get(k) is not None
    }
    if "archived" in body:
        meta["archive_timestamp"] = call.world.now_iso()
    call.world.keep("channel", thread["id"], thread, guild)
    call.world.tell(Event("THREAD_UPDATE", call.world.show_channel(thread), guild.id, thread))
    _note(call, Action.THREAD_UPDATE, thread["id"], before, thread)
    return ok(_shown(call, thread))


def list_active(call: Call) -> Reply:
    """GET /guilds/{guild_id}/threads/active"""
    threads = [t for t in _threads(call, call.guild.id) if not t["thread_metadata"]["archived"]]
    return ok(_list(call, threads) | {"has_more": False})


def list_archived(call: Call) -> Reply:
    """GET /channels/{channel_id}/threads/archived/public and /private, and one's own private ones"""
    parent = _parent(call)
    if "guild_id" not in parent:
        raise DiscordError(403, 50003, "Cannot execute action on a DM channel")
    mine = "kind" not in call.path
    private = mine or call.path["kind"] == "private"
    if private and not mine:
        permissions.require_channel(call.world, call.me, parent, permissions.MANAGE_THREADS)
    threads = [
        t
        for t in _threads(call, parent["guild_id"])
        if t["parent_id"] == parent["id"]
        and t["thread_metadata"]["archived"]
        and (t["type"] == 12) == private
        and (not mine or call.me in t["_members"])
    ]
    threads.sort(key=lambda t: str(t["thread_metadata"]["archive_timestamp"]), reverse=True)
    if before := call.query.get("before"):
        threads = [t for t in threads if t["thread_metadata"]["archive_timestamp"] < before]
    limit = call.number("limit", 50, 2, 100)
    return ok(_list(call, threads[:limit]) | {"has_more": len(threads) > limit})


def _threads(call: Call, guild_id: str) -> list[Json]:
    channels = call.world.guilds[guild_id].channels.values()
    return [
        c
        for c in channels
        if c["type"] in permissions.THREAD_TYPES and permissions.can_view(call.world, call.me, c)
    ]


def _list(call: Call, found: list[Json]) -> Json:
    mine = [threads.member(t, call.me) for t in found if call.me in t["_members"]]
    return {"threads": [_shown(call, t) for t in found], "members": mine}


def _shown(call: Call, thread: Json) -> Json:
    body = call.world.show_channel(thread)
    if call.me in thread["_members"]:
        body["member"] = threads.member(thread, call.me)
    return body


def _thread(call: Call) -> Json:
    thread = _parent(call)
    if thread["type"] not in permissions.THREAD_TYPES:
        raise unknown("Channel")
    return thread


def list_members(call: Call) -> Reply:
    """GET /channels/{channel_id}/thread-members"""
    thread, guild = _thread(call), call.world.guilds[call.channel["guild_id"]]
    if not call.flag("with_member"):
        return ok([threads.member(thread, user_id) for user_id in thread["_members"]])
    return ok(
        [
            {**threads.member(thread, user_id), "member": call.world.show_member(guild, user_id)}
            for user_id in call.page(thread["_members"], 100)
            if user_id in guild.members
        ]
    )


def get_member(call: Call) -> Reply:
    """GET /channels/{channel_id}/thread-members/{user_id}"""
    thread, user_id = _thread(call), call.path["user_id"]
    user_id = call.me if user_id == "@me" else user_id
    if user_id not in thread["_members"]:
        raise unknown("Member")
    return ok(threads.member(thread, user_id))


def add_member(call: Call) -> Reply:
    """PUT /channels/{channel_id}/thread-members/{user_id}"""
    thread, user_id = _thread(call), call.path["user_id"]
    user_id = call.me if user_id == "@me" else user_id
    call.world.member(call.world.guilds[thread["guild_id"]], user_id)
    permissions.require_channel(call.world, call.me, thread, permissions.SEND_MESSAGES_IN_THREADS)
    threads.set_member(call.world, thread, user_id, inside=True)
    return NOTHING


def remove_member(call: Call) -> Reply:
    """DELETE /channels/{channel_id}/thread-members/{user_id}"""
    thread, user_id = _thread(call), call.path["user_id"]
    if user_id not in ("@me", call.me):
        permissions.require_channel(call.world, call.me, thread, permissions.MANAGE_THREADS)
    threads.set_member(call.world, thread, call.me if user_id == "@me" else user_id, inside=False)
    return NOTHING


ROUTES: Routes = [
    ("POST", "/channels/{channel_id}/messages/{message_id}/threads", start_from_message),
    ("POST", "/channels/{channel_id}/threads", start_in_channel),
    ("GET", "/guilds/{guild_id}/threads/active", list_active),
    ("GET", "/channels/{channel_id}/threads/archived/{kind:public|private}", list_archived),
    ("GET", "/channels/{channel_id}/users/@me/threads/archived/private", list_archived),
    ("GET", "/channels/{channel_id}/thread-members", list_members),
    ("GET", "/channels/{channel_id}/thread-members/{user_id}", get_member),
    ("PUT", "/channels/{channel_id}/thread-members/{user_id}", add_member),
    ("DELETE", "/channels/{channel_id}/thread-members/{user_id}", remove_member),
]
