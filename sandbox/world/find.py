"""Look-ups by id or name, case ignored; a name that two objects share is refused."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.errors import Refusal
from sandbox.wire import Json, mapping
from sandbox.world import direct, permissions
from sandbox.world.guild import Guild
from sandbox.world.world import World


def guild(world: World) -> Guild:
    """The server of this world."""
    return next(iter(world.guilds.values()))


def person(world: World, name: object) -> str:
    """The id of a member or former member, by id, username, or else by display name."""
    text = _text(name, "as")
    if text in world.users:
        return text
    if user_id := world.names.username(text):
        return user_id
    shown = world.names.shown_as(text, guild(world).id)
    return _one(shown, f"There is nobody called {text}.", f"Several people are called {text}.")


def human(world: World, name: object) -> str:
    """The id of a member who may act through the control side, which excludes applications."""
    user_id = person(world, name)
    if user_id in world.applications:
        raise Refusal(409, "An application acts by itself.", "Name a person in `as`.")
    if user_id not in guild(world).members:
        raise Refusal(
            409, f"{world.users[user_id]['username']} is not in the community.", "POST /sandbox/join."
        )
    return user_id


def channel(world: World, name: object, viewer: str | None = None) -> Json:
    """A channel or thread by id or name, `@bot` for the direct messages with the bot."""
    text = _text(name, "channel").removeprefix("#")
    if text == "@bot" and viewer:
        return _direct(world, viewer)
    if (named_by_id := world.find_channel(text)) is not None:
        return named_by_id
    channels = guild(world).channels
    named = [c["id"] for c in channels.values() if c["name"].lower() == text.lower() and c["type"] != 4]
    named = [i for i in named if channels[i]["type"] not in permissions.THREAD_TYPES] or named
    if viewer:
        named = [i for i in named if permissions.can_view(world, viewer, channels[i])] or named
    return channels[_one(named, f"There is no channel {text}.", f"Several channels are called {text}.")]


def role(world: World, name: object) -> Json:
    """A role by id or name."""
    text = _text(name, "role").removeprefix("@")
    roles = guild(world).roles
    if text in roles:
        return roles[text]
    named = [r["id"] for r in roles.values() if r["name"].removeprefix("@").lower() == text.lower()]
    return roles[_one(named, f"There is no role {text}.", f"Several roles are called {text}.")]


def message(world: World, key: object, viewer: str) -> tuple[Json, Json]:
    """A message that the viewer sees, with its channel; 404 for any other."""
    named = mapping(key)
    message_id = _text(named.get("id") if named else key, "message")
    places = [*guild(world).channels, *world.directs]
    message = world.messages.find(message_id, places)
    if message is not None and message.get("_to") in (None, viewer):
        place = world.channel(message["channel_id"])
        if permissions.can_view(world, viewer, place):
            return message, place
    name = world.users[viewer]["username"]
    raise Refusal(404, f"{name} sees no message {message_id}.", "Look at GET /sandbox/messages?as=… .")


def _direct(world: World, viewer: str) -> Json:
    bots = [a for a in world.applications if a in guild(world).members]
    if not bots:
        raise Refusal(409, "No application has come yet.", "Start a bot with the token sandbox.<name>.")
    for channel in world.directs.values():
        if viewer in channel["_people"] and any(bot in channel["_people"] for bot in bots):
            return channel
    return direct.channel_between(world, viewer, bots[0])


def _text(value: object, field: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise Refusal(400, f"`{field}` is missing.", f"Give `{field}` as an id or a name.")
    return value


def _one(found: Iterable[str], none: str, several: str) -> str:
    ids = list(found)
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise Refusal(409, several, "Use one of the ids: " + ", ".join(ids[:5]))
    raise Refusal(404, none, "GET /sandbox/world lists what there is.")
