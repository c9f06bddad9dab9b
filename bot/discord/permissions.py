"""Permissions that no paid role may carry: with one of them, every buyer could harm the server."""

from __future__ import annotations

import discord

DANGEROUS = frozenset(
    {
        "administrator",
        "manage_guild",
        "manage_roles",
        "manage_channels",
        "manage_webhooks",
        "manage_events",
        "manage_messages",
        "manage_threads",
        "manage_nicknames",
        "manage_expressions",
        "kick_members",
        "ban_members",
        "moderate_members",
        "mention_everyone",
        "view_audit_log",
        "mute_members",
        "deafen_members",
        "move_members",
        "view_creator_monetization_analytics",
        "view_guild_insights",
    }
)
"""Names of discord.Permissions: whoever holds one can harm the server or read what is not theirs."""


def dangers(permissions: discord.Permissions) -> tuple[str, ...]:
    """The names of the dangerous permissions among these."""
    return tuple(name for name, is_set in permissions if is_set and name in DANGEROUS)


def granted_by_channels(guild: discord.Guild) -> dict[int, tuple[str, ...]]:
    """Dangerous permissions that channel overwrites grant, by role id: "manage_messages (#help)"."""
    names_by_role: dict[int, dict[str, str]] = {}
    for channel in guild.channels:
        # The library's private list: `channel.overwrites` would look up each role and member, whenever we give a role.
        for overwrite in channel._overwrites:
            if overwrite.is_role() and overwrite.allow:
                for name in dangers(discord.Permissions(overwrite.allow)):
                    names_by_role.setdefault(overwrite.id, {}).setdefault(name, channel.name)
    return {
        role: tuple(f"{name} (#{channel})" for name, channel in names.items())
        for role, names in names_by_role.items()
    }


def granted_by_name(guild: discord.Guild, user_id: int) -> tuple[str, ...]:
    """Dangerous permissions that channel overwrites grant to this person: "manage_messages (#help)"."""
    return tuple(
        f"{name} (#{channel.name})"
        for channel in guild.channels
        for overwrite in channel._overwrites
        if overwrite.is_member() and overwrite.id == user_id and overwrite.allow
        for name in dangers(discord.Permissions(overwrite.allow))
    )
