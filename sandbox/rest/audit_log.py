"""Reading the audit log."""

from __future__ import annotations

from sandbox.rest.call import Call, Reply, Routes, ok
from sandbox.wire import Json, public
from sandbox.world import audit, permissions


def list_entries(call: Call) -> Reply:
    """GET /guilds/{guild_id}/audit-logs: newest first, but after an id oldest first"""
    guild, query = call.guild, call.query
    permissions.require_guild(call.world, guild, call.me, permissions.VIEW_AUDIT_LOG)
    limit = call.number("limit", 50, 1, 100)
    before, after = call.snowflake("before", 2**63 - 1), call.snowflake("after", 0)
    conditions = {key: query[key] for key in ("user_id", "target_id", "action_type") if key in query}
    entries = [
        entry
        for entry in audit.entries(call.world, guild)
        if after < int(entry["id"]) < before and all(str(entry[key]) == conditions[key] for key in conditions)
    ]
    entries.sort(key=lambda entry: int(entry["id"]), reverse="after" not in query)
    return ok(_with_what_they_name(call, entries[:limit]))


def _with_what_they_name(call: Call, entries: list[Json]) -> Json:
    """The entries, with the objects to which they refer as far as these still exist."""
    guild, world = call.guild, call.world
    named = dict.fromkeys(id_ for entry in entries for id_ in (entry["user_id"], entry["target_id"]) if id_)
    channels = (guild.channels[i] for i in named if i in guild.channels)
    nothing: list[Json] = []
    return {
        "audit_log_entries": entries,
        "users": [world.show_user(i) for i in named if i in world.users],
        "webhooks": [public(guild.webhooks[i]) for i in named if i in guild.webhooks],
        "guild_scheduled_events": [guild.events[i] for i in named if i in guild.events],
        "threads": [world.show_channel(c) for c in channels if c["type"] in permissions.THREAD_TYPES],
        "application_commands": [world.commands[i] for i in named if i in world.commands],
        "integrations": nothing,
        "auto_moderation_rules": nothing,
    }


ROUTES: Routes = [("GET", "/guilds/{guild_id}/audit-logs", list_entries)]
