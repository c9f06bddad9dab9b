"""Reactions, stored with the message as emoji → people, in order of arrival."""

from __future__ import annotations

import re
from typing import Any

from sandbox.errors import unknown
from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.world import World

_CUSTOM = re.compile(r"(\w{2,32}):(\d{1,20})")
_PLAIN = re.compile(r"[^\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f]{1,16}")


def emoji(text: str) -> Json:
    """The emoji of a text such as 👍 or `name:id`; 10014 for anything else."""
    if match := _CUSTOM.fullmatch(text.strip("<>").removeprefix("a:").removeprefix(":")):
        return {"id": match[2], "name": match[1]}
    if not _PLAIN.fullmatch(text) or text.isalnum():
        raise unknown("Emoji")
    return {"id": None, "name": text}


def add(world: World, channel: Json, message: Json, user_id: str, sign: Json) -> bool:
    """Add the person's reaction; False if it was there already."""
    reactions: dict[str, Any] = message.setdefault("_reactions", {})
    entry = reactions.setdefault(_key(sign), {"emoji": sign, "people": []})
    if user_id in entry["people"]:
        return False
    entry["people"].append(user_id)
    world.messages.put(message)
    _tell(world, "MESSAGE_REACTION_ADD", channel, message, user_id, sign)
    return True


def remove(world: World, channel: Json, message: Json, user_id: str, sign: Json) -> None:
    """Remove the person's reaction, if it is there."""
    reactions: dict[str, Any] = message.get("_reactions") or {}
    entry = reactions.get(_key(sign))
    if entry is None or user_id not in entry["people"]:
        return
    entry["people"].remove(user_id)
    if not entry["people"]:
        del reactions[_key(sign)]
    world.messages.put(message)
    _tell(world, "MESSAGE_REACTION_REMOVE", channel, message, user_id, sign)


def people(message: Json, sign: Json) -> list[str]:
    """The people who reacted with this emoji."""
    reactions: dict[str, Any] = message.get("_reactions") or {}
    people_ids: list[str] = reactions.get(_key(sign), {"people": []})["people"]
    return people_ids


def _key(sign: Json) -> str:
    return str(sign["id"] or sign["name"])


def _tell(world: World, kind: str, channel: Json, message: Json, user_id: str, sign: Json) -> None:
    data: Json = {
        "user_id": user_id,
        "channel_id": channel["id"],
        "message_id": message["id"],
        "emoji": {**sign, "animated": False} if sign["id"] else sign,
        "burst": False,
        "type": 0,
    }
    guild_id = channel.get("guild_id")
    if guild_id:
        data["guild_id"] = guild_id
        if kind == "MESSAGE_REACTION_ADD":
            data["message_author_id"] = message["author"]["id"]
            if user_id in world.guilds[guild_id].members:
                data["member"] = world.show_member(world.guilds[guild_id], user_id)
    world.tell(Event(kind, data, guild_id, channel))
