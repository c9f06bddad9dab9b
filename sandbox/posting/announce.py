"""The gateway events of new and changed messages."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.world import World, show_message


def announce(world: World, kind: str, channel: Json, message: Json) -> None:
    """Note a MESSAGE_CREATE or MESSAGE_UPDATE; that of an ephemeral message reaches only the page."""
    data = show_message(message)
    guild_id = channel.get("guild_id")
    if guild_id:
        data["guild_id"] = guild_id
        author = world.guilds[guild_id].members.get(message["author"]["id"])
        if author is not None:
            data["member"] = author
    world.tell(Event(kind, data, guild_id, channel, private="_to" in message))
