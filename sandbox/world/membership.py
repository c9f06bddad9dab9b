"""Joining, leaving and changing as a member."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world import shapes
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World


def join(world: World, guild: Guild, user_id: str) -> Json:
    """Make the person a member."""
    world.keep("member", user_id, shapes.member(world.now_iso()), guild)
    body = world.show_member(guild, user_id)
    world.tell(Event("GUILD_MEMBER_ADD", {**body, "guild_id": guild.id}, guild.id))
    return body


def leave(world: World, guild: Guild, user_id: str) -> None:
    """Remove the member, with their roles, voice state, thread memberships and interest in events."""
    move(world, guild, user_id, None)
    for event_key in [key for key in guild.subscribers if key.endswith(f"/{user_id}")]:
        world.drop("subscriber", event_key, guild)
    for channel in guild.channels.values():
        if channel.get("_members", {}).pop(user_id, None):
            channel["member_count"] = len(channel["_members"])
            world.keep("channel", channel["id"], channel, guild)
    world.drop("member", user_id, guild)
    data = {"guild_id": guild.id, "user": world.show_user(user_id)}
    world.tell(Event("GUILD_MEMBER_REMOVE", data, guild.id))


def update(world: World, guild: Guild, user_id: str, change: Json) -> Json:
    """Change these fields of the member."""
    world.keep("member", user_id, guild.members[user_id] | change, guild)
    body = world.show_member(guild, user_id)
    world.tell(Event("GUILD_MEMBER_UPDATE", {**body, "guild_id": guild.id}, guild.id))
    return body


def move(world: World, guild: Guild, user_id: str, channel_id: str | None, **how: bool) -> Json | None:
    """Move the member to this voice channel, or to none; return None if nothing changed."""
    before = guild.voice.get(user_id)
    if before is None and channel_id is None:
        return None
    state = {**(before or shapes.voice_state(guild.id, channel_id, user_id)), "channel_id": channel_id, **how}
    if channel_id is None:
        world.drop("voice", user_id, guild)
    else:
        world.keep("voice", user_id, state, guild)
    world.tell(Event("VOICE_STATE_UPDATE", world.show_voice(guild, state), guild.id))
    return state
