"""An application's settings in the Developer Portal, and Discord's limits for it."""

from __future__ import annotations

from sandbox.control.ask import Ask, Calls
from sandbox.errors import Refusal
from sandbox.gateway import identify_limits
from sandbox.wire import Json, mapping
from sandbox.world import applications

_SWITCHES = {"presences": 1 << 13, "members": 1 << 15, "content": 1 << 19}
_NUMBERS = {
    "max_concurrency": "_max_concurrency",
    "session_starts": "_starts_total",
    "guilds_per_shard": "_guilds_per_shard",
    "shards": "_shards",
}


async def change(ask: Ask) -> Json:
    """POST /sandbox/application {name, intents?: {members, presences, content}, max_concurrency?, session_starts?,
    guilds_per_shard?, shards?}: creates the application if there is none, and answers with all its settings"""
    application = applications.by_token(ask.world, f"sandbox.{ask.body.get('name')}")
    if application is None:
        raise Refusal(400, "`name` is missing.", "The name in the token sandbox.<name>.")
    flags = applications.flags(application)
    for name, on in (mapping(ask.body.get("intents")) or {}).items():
        if name not in _SWITCHES or not isinstance(on, bool):
            raise Refusal(
                400, f"`intents` has no switch {name}.", "members, presences, content: true or false."
            )
        flags = flags | _SWITCHES[name] if on else flags & ~_SWITCHES[name]
    change: Json = {"_flags": flags}
    for name, key in _NUMBERS.items():
        value = ask.body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise Refusal(400, f"`{name}` is no number from 1.", "Give a whole number.")
        change[key] = value
    application |= change
    ask.world.keep("application", application["id"], application)
    return {
        "id": application["id"],
        "name": application["name"],
        "intents": {name: bool(flags & flag) for name, flag in _SWITCHES.items()},
        "guilds_per_shard": identify_limits.guilds_per_shard(application),
        "session_start_limit": identify_limits.limit_of(application),
    }


async def outage(ask: Ask) -> Json:
    """POST /sandbox/outage {guild?, on}: makes a server unavailable to every client, or available again"""
    on = ask.body.get("on", True)
    guild_id = ask.body.get("guild") or next(iter(ask.world.guilds))
    guild = ask.world.guilds.get(str(guild_id))
    if guild is None or not isinstance(on, bool):
        raise Refusal(400, "Which server, and on or off?", 'Give {"guild": id, "on": true or false}.')
    ask.parts.hub.set_outage(guild, on=on)
    return {"guild": guild.id, "unavailable": guild.unavailable}


CALLS: Calls = [
    ("POST", "/sandbox/application", change),
    ("POST", "/sandbox/outage", outage),
]
