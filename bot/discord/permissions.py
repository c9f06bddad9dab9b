"""Which permissions no paid role may carry (reliability.md, threat T7)."""

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
    """The dangerous ones among these."""
    return tuple(name for name, held in permissions if held and name in DANGEROUS)


def granted(guild: discord.Guild) -> dict[int, tuple[str, ...]]:
    """What channels grant to roles beyond what the roles themselves carry: "manage_messages (#help)", by role."""
    found: dict[int, dict[str, str]] = {}
    for channel in guild.channels:
        # The library's own objects: `channel.overwrites` would look up each role and member, at every role we give.
        for overwrite in channel._overwrites:
            if overwrite.is_role() and overwrite.allow:
                for name in dangers(discord.Permissions(overwrite.allow)):
                    found.setdefault(overwrite.id, {}).setdefault(name, channel.name)
    return {
        role: tuple(f"{name} (#{channel})" for name, channel in names.items())
        for role, names in found.items()
    }
