"""The first dispatches of a session: READY, then a GUILD_CREATE for each server."""

from __future__ import annotations

from sandbox.gateway.audience import PRESENCES, SCHEDULED_EVENTS, VOICE_STATES
from sandbox.gateway.session import Session
from sandbox.wire import Json
from sandbox.world import applications, permissions
from sandbox.world.guild import Guild
from sandbox.world.world import World

_HUGE = 75_000  # servers with more members never list them


def ready(world: World, session: Session, gateway_url: str) -> Json:
    """READY: the client's account, and its servers as not yet available."""
    application = world.applications[session.application_id]
    body: Json = {
        "v": 10,
        "user": {
            **world.show_user(session.application_id),
            "verified": True,
            "email": None,
            "mfa_enabled": True,
        },
        "guilds": [{"id": g.id, "unavailable": True} for g in guilds_of(world, session)],
        "private_channels": [],  # always empty for bots, and still sent: older libraries read it
        "session_id": session.id,
        "resume_gateway_url": gateway_url,
        "application": {
            "id": session.application_id,
            "flags": applications.flags(application),
            "flags_new": str(applications.flags(application)),
        },
    }
    if session.named_shard:
        body["shard"] = list(session.named_shard)
    return body


def guilds_of(world: World, session: Session) -> list[Guild]:
    """The servers of the application that belong to this shard."""
    return [
        g for g in world.guilds.values() if session.application_id in g.members and session.has_guild(g.id)
    ]


def guild_create(world: World, guild: Guild, session: Session) -> Json:
    """GUILD_CREATE: the present state of a server.

    Without the presence intent, or in a huge server, it lists only the bot and the members in voice channels;
    otherwise all members, or above `large_threshold` those online, which in the sandbox are all.
    """
    me = session.application_id
    if session.intents & PRESENCES and len(guild.members) <= _HUGE:
        shown = list(guild.members)
    else:
        shown = list(dict.fromkeys([me, *guild.voice]))
    visible = [c for c in guild.channels.values() if permissions.can_view(world, me, c)]
    threads = [c for c in visible if c["type"] in permissions.THREAD_TYPES]
    present = shown if session.intents & PRESENCES else []
    states = list(guild.voice.values()) if session.intents & VOICE_STATES else []
    return {
        **world.show_guild(guild),
        "joined_at": guild.members[me]["joined_at"],
        "large": len(guild.members) > session.large_threshold,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [world.show_member(guild, user_id) for user_id in shown if user_id in guild.members],
        "channels": [
            world.show_channel(c)
            for c in guild.channels.values()
            if c["type"] not in permissions.THREAD_TYPES
        ],
        "threads": [world.show_channel(t) for t in threads if not t["thread_metadata"]["archived"]],
        "voice_states": [{k: v for k, v in state.items() if k != "guild_id"} for state in states],
        "presences": [presence(guild, user_id) for user_id in present],
        "stage_instances": [],
        "guild_scheduled_events": list(guild.events.values()) if session.intents & SCHEDULED_EVENTS else [],
        "soundboard_sounds": [],
    }


def presence(guild: Guild, user_id: str) -> Json:
    """The presence of a member; in the sandbox everybody is online."""
    return {
        "user": {"id": user_id},
        "guild_id": guild.id,
        "status": "online",
        "activities": [],
        "client_status": {"desktop": "online"},
    }
