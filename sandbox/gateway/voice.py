"""Op 4: a bot goes into a voice channel or leaves it. There is no voice server behind it."""

from __future__ import annotations

import secrets

from sandbox.gateway.session import Session
from sandbox.wire import Json
from sandbox.world import membership, permissions
from sandbox.world.events import Event
from sandbox.world.world import World

_VOICE = (2, 13)


def move(world: World, session: Session, wish: Json) -> None:
    """Do it, or nothing where the bot may not connect; one who arrives is told of no server: `endpoint` is null."""
    me = session.application_id
    guild = world.guilds.get(str(wish.get("guild_id")))
    if guild is None or me not in guild.members:
        return
    channel_id = str(wish["channel_id"]) if wish.get("channel_id") is not None else None
    before = guild.voice.get(me, {}).get("channel_id")
    if channel_id is not None:
        channel = guild.channels.get(channel_id)
        if channel is None or channel["type"] not in _VOICE:
            return
        held = permissions.in_channel(world, guild, me, channel)
        if not held & permissions.VIEW_CHANNEL or not held & permissions.CONNECT:
            return
    how = {"self_mute": bool(wish.get("self_mute")), "self_deaf": bool(wish.get("self_deaf"))}
    membership.move(world, guild, me, channel_id, **how)
    if channel_id is not None and channel_id != before:
        data: Json = {"token": secrets.token_hex(8), "guild_id": guild.id, "endpoint": None}
        world.tell(Event("VOICE_SERVER_UPDATE", data, application=me))
