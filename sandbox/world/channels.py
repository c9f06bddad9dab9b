"""Removing a channel with its threads and messages."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.events import Event
from sandbox.world.world import World


def remove(world: World, channel: Json) -> None:
    """Remove the channel, its threads and its messages."""
    guild = world.guilds[channel["guild_id"]]
    for child in list(guild.channels.values()):
        if child["type"] in permissions.THREAD_TYPES and child["parent_id"] == channel["id"]:
            remove(world, child)
    world.messages.remove_channel(channel["id"])
    world.drop("channel", channel["id"], guild)
    if channel["type"] in permissions.THREAD_TYPES:
        data = {key: channel[key] for key in ("id", "guild_id", "parent_id", "type")}
        world.tell(Event("THREAD_DELETE", data, guild.id))
    else:
        world.tell(Event("CHANNEL_DELETE", world.show_channel(channel), guild.id))
