"""Op 4: a bot joins or leaves a voice channel. There is no voice server behind it."""

from __future__ import annotations

import secrets

from sandbox.gateway.session import Session
from sandbox.wire import Json
from sandbox.world import membership, permissions
from sandbox.world.events import Event
from sandbox.world.world import World

_VOICE = (2, 13)


def move(world: World, session: Session, request: Json) -> None:
    """Move the bot, unless it may not connect there. The VOICE_SERVER_UPDATE that follows has a null `endpoint`."""
    me = session.application_id
    guild = world.guilds.get(str(request.get("guild_id")))
    if guild is None or me not in guild.members:
        return
    channel_id = str(request["channel_id"]) if request.get("channel_id") is not None else None
    before = guild.voice.get(me, {}).get("channel_id")
    if channel_id is not None:
        channel = guild.channels.get(channel_id)
        if channel is None or channel["type"] not in _VOICE:
            return
        held = permissions.in_channel(world, guild, me, channel)
        if not held & permissions.VIEW_CHANNEL or not held & permissions.CONNECT:
            return
    how = {"self_mute": bool(request.get("self_mute")), "self_deaf": bool(request.get("self_deaf"))}
    membership.move(world, guild, me, channel_id, **how)
    if channel_id is not None and channel_id != before:
        data: Json = {"token": secrets.token_hex(8), "guild_id": guild.id, "endpoint": None}
        world.tell(Event("VOICE_SERVER_UPDATE", data, application=me))
