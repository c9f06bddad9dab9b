"""Which permissions no paid role may carry (reliability.md, threat T7)."""

from __future__ import annotations

DANGEROUS = frozenset(
    {
        "administrator", "manage_guild", "manage_roles", "manage_channels", "manage_webhooks", "manage_events",
        "manage_messages", "manage_threads", "manage_nicknames", "manage_expressions", "kick_members", "ban_members",
        "moderate_members", "mention_everyone", "view_audit_log", "mute_members", "deafen_members", "move_members",
        "view_creator_monetization_analytics", "view_guild_insights",
    }
)  # fmt: skip
"""Names of discord.Permissions: whoever holds one can harm the server or read what is not theirs."""
