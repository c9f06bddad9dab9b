"""Interest in scheduled events. A subscription is stored under `event/user`."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World


def subscribers(guild: Guild, event: Json) -> list[str]:
    """The people interested in an event."""
    return [entry["user_id"] for entry in guild.subscribers.values() if entry["event_id"] == event["id"]]


def set_interest(world: World, guild: Guild, event: Json, user_id: str, *, interested: bool) -> None:
    """Set whether the person is interested."""
    key = f"{event['id']}/{user_id}"
    if interested == (key in guild.subscribers):
        return
    if interested:
        world.keep("subscriber", key, {"event_id": event["id"], "user_id": user_id}, guild)
    else:
        world.drop("subscriber", key, guild)
    kind = "GUILD_SCHEDULED_EVENT_USER_ADD" if interested else "GUILD_SCHEDULED_EVENT_USER_REMOVE"
    data = {"guild_scheduled_event_id": event["id"], "user_id": user_id, "guild_id": guild.id}
    world.tell(Event(kind, data, guild.id))


def remove(world: World, guild: Guild, event: Json) -> None:
    """Remove the event with its subscriptions."""
    for user_id in subscribers(guild, event):
        world.drop("subscriber", f"{event['id']}/{user_id}", guild)
    world.drop("event", event["id"], guild)
    world.tell(Event("GUILD_SCHEDULED_EVENT_DELETE", event, guild.id))
