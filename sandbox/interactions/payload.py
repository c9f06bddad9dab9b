"""INTERACTION_CREATE: the event that the application gets."""

from __future__ import annotations

from sandbox.interactions.interaction import Interaction
from sandbox.wire import Json
from sandbox.world import permissions, shop
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World, show_message

_RESOLVED = {
    "id",
    "name",
    "type",
    "last_message_id",
    "last_pin_timestamp",
    "nsfw",
    "parent_id",
    "guild_id",
    "flags",
    "rate_limit_per_user",
    "topic",
    "position",
}
_RESOLVED_THREAD = {
    "thread_metadata",
    "owner_id",
    "member_count",
    "message_count",
    "total_message_sent",
    "applied_tags",
}


def tell(
    world: World, interaction: Interaction, data: Json, locale: str | None, message: Json | None
) -> None:
    """Send the interaction to its application."""
    channel = world.channel(interaction.channel_id)
    user = world.users[interaction.user_id]
    body: Json = {
        "id": interaction.id,
        "application_id": interaction.application_id,
        "type": interaction.kind,
        "data": data,
        "channel_id": channel["id"],
        "token": interaction.token,
        "version": 1,
        "locale": locale or user["_locale"],
        "entitlements": shop.active(
            world, interaction.application_id, interaction.user_id, channel.get("guild_id")
        ),
        "attachment_size_limit": 10485760,
    }
    guild_id: str | None = channel.get("guild_id")
    if guild_id:
        guild = world.guilds[guild_id]
        held = permissions.in_channel(world, guild, interaction.user_id, channel)
        own = permissions.in_channel(world, guild, interaction.application_id, channel)
        body |= {
            "guild_id": guild_id,
            "guild": {"id": guild_id, "locale": guild.body["preferred_locale"], "features": []},
            "guild_locale": guild.body["preferred_locale"],
            "member": {**world.show_member(guild, interaction.user_id), "permissions": str(held)},
            "channel": {**world.show_channel(channel), "permissions": str(held)},
            "app_permissions": str(own),
            "context": 0,
            "authorizing_integration_owners": {"0": guild_id},
        }
    else:
        body |= {
            "user": world.show_user(interaction.user_id),
            "channel": world.show_channel(channel),
            "app_permissions": str(permissions.ALL),
            "context": 1,
            "authorizing_integration_owners": {"0": "0"},
        }
    if message is not None:
        body["message"] = show_message(message, interaction.application_id)
    world.tell(Event("INTERACTION_CREATE", body, application=interaction.application_id))


def resolved_user(world: World, guild: Guild | None, user_id: str, into: Json) -> None:
    """Put an account, and its membership, into `resolved`."""
    into.setdefault("users", {})[user_id] = world.show_user(user_id)
    if guild and user_id in guild.members:
        held = permissions.in_guild(world, guild, user_id)
        shown = {k: v for k, v in guild.members[user_id].items() if k not in ("user", "deaf", "mute")}
        into.setdefault("members", {})[user_id] = {**shown, "permissions": str(held)}


def resolved_channel(world: World, guild: Guild, viewer: str, channel: Json, into: Json) -> None:
    """Put a channel into `resolved`, with the documented fields and those that discord.py reads of threads."""
    held = permissions.in_channel(world, guild, viewer, channel)
    fields = _RESOLVED | _RESOLVED_THREAD if channel["type"] in permissions.THREAD_TYPES else _RESOLVED
    shown = {k: v for k, v in world.show_channel(channel).items() if k in fields} | {"permissions": str(held)}
    into.setdefault("channels", {})[channel["id"]] = shown
