"""What a session is told first: READY, then each server as it stands."""

from __future__ import annotations

from sandbox import permissions
from sandbox.gateway.audience import MEMBERS, PRESENCES, SCHEDULED_EVENTS, VOICE_STATES
from sandbox.gateway.session import Session
from sandbox.wire import Json, listing
from sandbox.world.guild import Guild
from sandbox.world.world import World


def ready(world: World, session: Session, gateway_url: str) -> Json:
    """READY: who the client is, and its servers as not yet available."""
    guilds = [{"id": g.id, "unavailable": True} for g in guilds_of(world, session)]
    return {
        "v": 10,
        "user": {
            **world.show_user(session.application_id),
            "verified": True,
            "email": None,
            "mfa_enabled": True,
        },
        "guilds": guilds,
        "session_id": session.id,
        "resume_gateway_url": gateway_url,
        "shard": list(session.shard),
        "application": {"id": session.application_id, "flags": 1 << 15},
        "session_type": "normal",
        "private_channels": [],
    }


def guilds_of(world: World, session: Session) -> list[Guild]:
    """The servers in which the application is, as far as this shard is concerned."""
    return [
        g for g in world.guilds.values() if session.application_id in g.members and session.has_guild(g.id)
    ]


def guild_create(world: World, guild: Guild, session: Session, large_threshold: int) -> Json:
    """A server as it stands. Without the presence intent only the bot and those in voice come as members."""
    me = session.application_id
    large = len(guild.members) > large_threshold
    if session.intents & PRESENCES and session.intents & MEMBERS and not large:
        shown = list(guild.members)
    else:
        shown = list(dict.fromkeys([me, *guild.voice]))
    visible = [c for c in guild.channels.values() if permissions.can_view(world, me, c)]
    threads = [c for c in visible if c["type"] in permissions.THREAD_TYPES]
    return {
        **world.show_guild(guild),
        "joined_at": guild.members[me]["joined_at"],
        "large": large,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [world.show_member(guild, user_id) for user_id in shown if user_id in guild.members],
        "channels": [
            world.show_channel(c)
            for c in guild.channels.values()
            if c["type"] not in permissions.THREAD_TYPES
        ],
        "threads": [world.show_channel(t) for t in threads if not t["thread_metadata"]["archived"]],
        "voice_states": list(guild.voice.values()) if session.intents & VOICE_STATES else [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": list(guild.events.values()) if session.intents & SCHEDULED_EVENTS else [],
        "soundboard_sounds": [],
    }


def member_chunks(world: World, guild: Guild, wish: Json) -> list[Json]:
    """The answer to op 8: members by id or by the beginning of a name, a thousand at a time."""
    ids = wish.get("user_ids")
    if ids is not None:
        wanted = [str(i) for i in (listing(ids) or [ids])]
        found = [user_id for user_id in wanted if user_id in guild.members]
    else:
        query = str(wish.get("query") or "").lower()
        wanted = []
        found = [u for u in guild.members if world.users[u]["username"].lower().startswith(query)]
        found = found[: int(wish.get("limit") or 0) or None]
    pages = [found[n : n + 1000] for n in range(0, len(found), 1000)] or [[]]
    chunks: list[Json] = []
    for n, page in enumerate(pages):
        chunk: Json = {
            "guild_id": guild.id,
            "members": [world.show_member(guild, user_id) for user_id in page],
            "chunk_index": n,
            "chunk_count": len(pages),
        }
        if wanted:
            chunk["not_found"] = [user_id for user_id in wanted if user_id not in guild.members]
        if wish.get("nonce") is not None:
            chunk["nonce"] = wish["nonce"]
        chunks.append(chunk)
    return chunks
