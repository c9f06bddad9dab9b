"""The audit log, whose entries are kept for forty-five days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import IntEnum

from sandbox import snowflake
from sandbox.wire import Json, public
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World

KEPT = timedelta(days=45)


class Action(IntEnum):
    """Discord's numbers of audited actions."""

    GUILD_UPDATE = 1
    CHANNEL_CREATE = 10
    CHANNEL_UPDATE = 11
    CHANNEL_DELETE = 12
    CHANNEL_OVERWRITE_CREATE = 13
    CHANNEL_OVERWRITE_UPDATE = 14
    CHANNEL_OVERWRITE_DELETE = 15
    MEMBER_KICK = 20
    MEMBER_BAN_ADD = 22
    MEMBER_BAN_REMOVE = 23
    MEMBER_UPDATE = 24
    MEMBER_ROLE_UPDATE = 25
    MEMBER_MOVE = 26
    MEMBER_DISCONNECT = 27
    ROLE_CREATE = 30
    ROLE_UPDATE = 31
    ROLE_DELETE = 32
    INVITE_CREATE = 40
    INVITE_DELETE = 42
    WEBHOOK_CREATE = 50
    WEBHOOK_UPDATE = 51
    WEBHOOK_DELETE = 52
    MESSAGE_DELETE = 72
    MESSAGE_BULK_DELETE = 73
    MESSAGE_PIN = 74
    MESSAGE_UNPIN = 75
    GUILD_SCHEDULED_EVENT_CREATE = 100
    GUILD_SCHEDULED_EVENT_UPDATE = 101
    GUILD_SCHEDULED_EVENT_DELETE = 102
    THREAD_CREATE = 110
    THREAD_UPDATE = 111
    THREAD_DELETE = 112
    APPLICATION_COMMAND_PERMISSION_UPDATE = 121


_NEVER = {"id", "guild_id", "last_message_id", "version", "token", "message_count", "user", "creator"}


def changes(before: Json | None, after: Json | None) -> list[Json]:
    """The differences between two states of an object; a new one has no old values, a deleted one no new."""
    old, new = public(before or {}), public(after or {})
    differences: list[Json] = []
    for key in sorted({*old, *new} - _NEVER):
        if old.get(key) == new.get(key):
            continue
        change: Json = {"key": key}
        if old.get(key) is not None:
            change["old_value"] = old[key]
        if new.get(key) is not None:
            change["new_value"] = new[key]
        differences.append(change)
    return differences


def note(
    *,
    world: World,
    guild: Guild,
    actor: str,
    action: Action,
    target_id: str | None,
    changed: list[Json],
    reason: str | None,
    options: Mapping[str, object],
) -> None:
    """Add an entry; members who may see the log get it as an event."""
    entry: Json = {
        "id": world.new_id(),
        "action_type": int(action),
        "user_id": actor,
        "target_id": target_id,
    }
    if changed:
        entry["changes"] = changed
    if options:
        entry["options"] = {key: str(value) for key, value in options.items()}
    if reason:
        entry["reason"] = reason
    world.keep("audit", entry["id"], entry, guild)
    world.tell(Event("GUILD_AUDIT_LOG_ENTRY_CREATE", {**entry, "guild_id": guild.id}, guild.id))


def entries(world: World, guild: Guild) -> list[Json]:
    """The entries of the last forty-five days."""
    limit = snowflake.at(world.clock.now() - KEPT)
    return [entry for key, entry in guild.audit.items() if int(key) >= limit]
