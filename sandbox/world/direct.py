"""Direct channels: the private messages of two people."""

from __future__ import annotations

from sandbox.errors import unknown
from sandbox.wire import Json
from sandbox.world.world import World


def channel_between(world: World, user_id: str, recipient_id: str) -> Json:
    """The direct channel of two people, made on first use; 10013 for a recipient that does not exist."""
    for channel in world.directs.values():
        if {user_id, recipient_id} == set(channel["_people"]):
            return channel
    if recipient_id not in world.users:
        raise unknown("User")
    channel_id = world.new_id()
    channel = {
        "id": channel_id,
        "type": 1,
        "flags": 0,
        "last_message_id": None,
        "_people": [recipient_id, user_id],
    }
    return world.keep("direct", channel_id, channel)
