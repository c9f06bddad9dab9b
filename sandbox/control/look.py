"""Reading the world, the commands, the messages and the log."""

from __future__ import annotations

from itertools import islice

from sandbox.commands import access, declare
from sandbox.control.ask import Ask, Calls
from sandbox.control.clock import shown_clock
from sandbox.errors import Refusal
from sandbox.wire import Json
from sandbox.world import find, scheduled
from sandbox.world.permissions import can_view
from sandbox.world.world import show_message

VERSION = 1


async def world(ask: Ask) -> Json:
    """GET /sandbox/world; `?members=N` limits the members listed, for very large worlds"""
    w = ask.world
    most = ask.number("members", 2**31, 0, 2**31)
    guild = find.guild(w)
    return {
        "version": VERSION,
        "guild": w.show_guild(guild),
        "roles": list(guild.roles.values()),
        "channels": [w.show_channel(c) for c in guild.channels.values()],
        "members": [
            {
                "user": w.show_user(user_id),
                "nick": member["nick"],
                "roles": member["roles"],
                "joined_at": member["joined_at"],
                "locale": w.users[user_id]["_locale"],
            }
            for user_id, member in islice(guild.members.items(), most)
        ],
        "scheduled_events": list(guild.events.values()),
        "interested": {
            event_id: scheduled.subscribers(guild, event) for event_id, event in guild.events.items()
        },
        "directs": [
            {
                "id": direct["id"],
                "people": direct["_people"],
                "last_message_id": w.messages.newest_in(direct["id"]),
            }
            for direct in w.directs.values()
        ],
        "voice_states": list(guild.voice.values()),
        "applications": [
            {
                "id": a["id"],
                "name": a["name"],
                "connected": ask.parts.hub.connected(a["id"]),
                "commands": len(declare.of(w, a["id"], None)) + len(declare.of(w, a["id"], guild.id)),
            }
            for a in w.applications.values()
        ],
        "clock": shown_clock(ask),
    }


async def commands(ask: Ask) -> list[Json]:
    """GET /sandbox/commands?as=ann"""
    return access.visible(ask.world, find.guild(ask.world), ask.viewer)


async def messages(ask: Ask) -> list[Json]:
    """GET /sandbox/messages?channel=general&as=ann&after=ID&limit=50; with `before` the newest messages
    older than that id, with neither the newest of all"""
    viewer = ask.viewer
    channel = find.channel(ask.world, ask.query.get("channel"), viewer)
    if not can_view(ask.world, viewer, channel):
        name = ask.world.users[viewer]["username"]
        raise Refusal(403, f"{name} does not see {channel.get('name', 'this channel')}.", "Choose another.")
    limit = ask.number("limit", 50, 1, 100)
    if after := ask.query.get("after"):
        messages = ask.world.messages.after(channel["id"], after, limit, viewer)
    else:
        messages = ask.world.messages.latest(channel["id"], limit, viewer, ask.query.get("before"))
    return [show_message(message, viewer) for message in messages]


async def log(ask: Ask) -> list[Json]:
    """GET /sandbox/log?after=N"""
    return ask.parts.log.after(ask.number("after", 0, 0, 2**53))


CALLS: Calls = [
    ("GET", "/sandbox/world", world),
    ("GET", "/sandbox/commands", commands),
    ("GET", "/sandbox/messages", messages),
    ("GET", "/sandbox/log", log),
]
