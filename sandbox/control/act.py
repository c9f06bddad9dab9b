"""People act: they write, react, open threads, speak, come and go."""

from __future__ import annotations

import re

from sandbox.commands.typed import uploaded
from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.posting import post, reactions, threads
from sandbox.posting.post import Draft
from sandbox.wire import Json, listing
from sandbox.world import find, membership, permissions, scheduled, shapes
from sandbox.world.events import Event
from sandbox.world.world import show_message


async def say(ask: Ask) -> Json:
    """POST /sandbox/say {as, channel, content, reply_to?, files?: [{filename, base64}]}"""
    person = ask.person
    channel = find.channel(ask.world, ask.body.get("channel"), person)
    files = dict(enumerate(uploaded("files", file) for file in listing(ask.body.get("files") or []) or []))
    body: Json = {"content": ask.body.get("content")}
    if files:
        body["attachments"] = [{"id": n, "filename": file.filename} for n, file in files.items()]
    if ask.body.get("reply_to"):
        body["message_reference"] = {"message_id": str(ask.body["reply_to"])}
    post.require_may_post(ask.world, person, channel, body, len(files))
    return show_message(
        post.post(ask.world, ask.parts.url, person, channel, Draft(body=body, files=files)), person
    )


async def react(ask: Ask) -> Json:
    """POST /sandbox/react {as, message, emoji, remove?}"""
    person = ask.person
    message, channel = find.message(ask.world, ask.body.get("message"), person)
    sign = reactions.emoji(str(ask.body.get("emoji")))
    bits = permissions.READ_MESSAGE_HISTORY | (
        0 if reactions.people(message, sign) else permissions.ADD_REACTIONS
    )
    permissions.require_channel(ask.world, person, channel, bits)
    if "_to" in message:
        raise Refusal(409, "Nobody can react to a message that only they see.", "Choose another message.")
    if ask.body.get("remove") is True:
        reactions.remove(ask.world, channel, message, person, sign)
    else:
        reactions.add(ask.world, channel, message, person, sign)
    return show_message(message, person)


async def interest(ask: Ask) -> Json:
    """POST /sandbox/interest {as, event, interested?}: in a scheduled event, by id or name; false withdraws"""
    person, guild = ask.person, find.guild(ask.world)
    named = str(ask.body.get("event") or "")
    events = [e for e in guild.events.values() if named in (e["id"], e["name"])]
    if len(events) != 1:
        raise Refusal(
            404 if not events else 409, f"Which event is {named or 'meant'}?", "Give the id of one."
        )
    interested = ask.body.get("interested") is not False
    scheduled.set_interest(ask.world, guild, events[0], person, interested=interested)
    return {"event": events[0]["id"], "interested": interested}


async def thread(ask: Ask) -> Json:
    """POST /sandbox/thread {as, channel, name, message?}: on a message, or a public thread of its own"""
    person = ask.person
    parent = find.channel(ask.world, ask.body.get("channel"), person)
    body: Json = {
        "name": ask.body.get("name"),
        "type": 11,
        "applied_tags": ask.body.get("applied_tags") or [],
    }
    threads.check(body, parent)
    starter: Json | None = None
    bit = permissions.SEND_MESSAGES if parent["type"] == 15 else permissions.CREATE_PUBLIC_THREADS
    permissions.require_channel(ask.world, person, parent, bit)
    if ask.body.get("message") and parent["type"] != 15:
        starter, _ = find.message(ask.world, ask.body["message"], person)
    made = threads.start(ask.world, parent, person, body, message=starter)
    if parent["type"] == 15:
        first: Json = {"content": ask.body.get("content") or ask.body.get("message") or body["name"]}
        post.post(ask.world, ask.parts.url, person, made, Draft(body=first, own_id=made["id"]))
    return ask.world.show_channel(made)


async def voice(ask: Ask) -> Json:
    """POST /sandbox/voice {as, channel or null, mute?, deaf?}"""
    person, guild = ask.person, find.guild(ask.world)
    channel_id: str | None = None
    if ask.body.get("channel") is not None:
        channel = find.channel(ask.world, ask.body["channel"], person)
        if channel["type"] not in (2, 13):
            raise Refusal(409, f"{channel['name']} is no voice channel.", "Choose one of type 2.")
        permissions.require_channel(ask.world, person, channel, permissions.CONNECT)
        channel_id = channel["id"]
    how = {f"self_{key}": bool(ask.body[key]) for key in ("mute", "deaf") if key in ask.body}
    state = membership.move(ask.world, guild, person, channel_id, **how)
    return state or shapes.voice_state(guild.id, None, person)


async def join(ask: Ask) -> Json:
    """POST /sandbox/join {name, locale?, bot?}: a new person, or a former member"""
    name = str(ask.body.get("name") or "").strip()
    if not 1 <= len(name) <= 32:
        raise Refusal(400, "`name` is missing or too long.", "Give 1 to 32 characters.")
    world, guild = ask.world, find.guild(ask.world)
    username = re.sub(r"[^\w.]+", "_", name.lower())
    user_id = world.names.username(username)
    if user_id in guild.members:
        raise Refusal(409, f"{name} is already in the community.", "Choose another name.")
    if user_id in guild.bans:
        raise Refusal(409, f"{name} is banned.", "DELETE /api/v10/guilds/…/bans/… as a person who may.")
    if user_id is None:
        user_id = world.new_id()
        locale = str(ask.body.get("locale") or "en-US")
        bot = bool(ask.body.get("bot"))
        world.keep("user", user_id, shapes.user(user_id, username, name, bot=bot, locale=locale))
    return membership.join(world, guild, user_id)


async def leave(ask: Ask) -> Json:
    """POST /sandbox/leave {as}"""
    person, guild = ask.person, find.guild(ask.world)
    if guild.body["owner_id"] == person:
        raise Refusal(409, "The owner cannot leave.", "Hand the server over first.")
    shown = ask.world.show_member(guild, person)
    membership.leave(ask.world, guild, person)
    return shown


async def close_direct(ask: Ask) -> Json:
    """POST /sandbox/direct {as, open}: whether the person takes direct messages from applications"""
    person = ask.person
    user = ask.world.users[person] | {"_closed": not ask.body.get("open", True)}
    ask.world.keep("user", person, user)
    ask.world.tell(Event("USER_UPDATE", ask.world.show_user(person), private=True))
    return {"open": not user["_closed"]}


CALLS: Calls = [
    ("POST", "/sandbox/say", say),
    ("POST", "/sandbox/react", react),
    ("POST", "/sandbox/interest", interest),
    ("POST", "/sandbox/thread", thread),
    ("POST", "/sandbox/voice", voice),
    ("POST", "/sandbox/join", join),
    ("POST", "/sandbox/leave", leave),
    ("POST", "/sandbox/direct", close_direct),
]
