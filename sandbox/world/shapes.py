"""Discord's objects with every field that its API always carries, filled with the usual values."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.wire import Json


def user(
    user_id: str, username: str, display: str | None, *, bot: bool = False, locale: str = "en-US"
) -> Json:
    """An account. `_locale` is the language of the person's client."""
    body: Json = {
        "id": user_id,
        "username": username,
        "global_name": display,
        "discriminator": "0" if not bot else "0000",
        "avatar": None,
        "public_flags": 0,
        "flags": 0,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "_locale": locale,
    }
    if bot:
        body["bot"] = True
    return body


def member(joined_at: str, roles: list[str] | None = None, nick: str | None = None) -> Json:
    """A membership, without its user."""
    return {
        "nick": nick,
        "avatar": None,
        "banner": None,
        "roles": roles or [],
        "joined_at": joined_at,
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "pending": False,
    }


def role(role_id: str, name: str, permissions: int, position: int, **more: Any) -> Json:
    """A role."""
    body: Json = {
        "id": role_id,
        "name": name,
        "permissions": str(permissions),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return body | more


def channel(channel_id: str, guild_id: str, kind: int, name: str, position: int, **more: Any) -> Json:
    """A channel of a server: 0 text, 2 voice, 4 category, 5 news, 15 forum."""
    body: Json = {
        "id": channel_id,
        "type": kind,
        "guild_id": guild_id,
        "name": name,
        "position": position,
        "flags": 0,
        "parent_id": None,
        "permission_overwrites": [],
        "nsfw": False,
    }
    if kind in (0, 5, 15):
        body |= {"topic": None, "last_message_id": None, "rate_limit_per_user": 0, "last_pin_timestamp": None}
    if kind == 15:
        body |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    if kind in (2, 13):
        body |= {
            "bitrate": 64000,
            "user_limit": 0,
            "rtc_region": None,
            "last_message_id": None,
            "rate_limit_per_user": 0,
        }
    return body | more


def thread(thread_id: str, parent: Json, kind: int, name: str, owner_id: str, now: str) -> Json:
    """A thread. `_members` maps its members to the time when they joined."""
    return {
        "id": thread_id,
        "type": kind,
        "guild_id": parent["guild_id"],
        "parent_id": parent["id"],
        "name": name,
        "owner_id": owner_id,
        "last_message_id": None,
        "last_pin_timestamp": None,
        "rate_limit_per_user": 0,
        "message_count": 0,
        "member_count": 0,
        "total_message_sent": 0,
        "flags": 0,
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": now,
            "auto_archive_duration": 1440,
            "locked": False,
            "create_timestamp": now,
        },
        "applied_tags": [],
        "_members": {},
    }


def guild(guild_id: str, name: str, owner_id: str, locale: str = "en-US") -> Json:
    """A server without its roles, members and channels."""
    return {
        "id": guild_id,
        "name": name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": owner_id,
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "hub_type": None,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def voice_state(guild_id: str, channel_id: str | None, user_id: str) -> Json:
    """A voice state; `channel_id` is None once the person has left voice."""
    return {
        "guild_id": guild_id,
        "channel_id": channel_id,
        "user_id": user_id,
        "session_id": secrets.token_hex(16),
        "deaf": False,
        "mute": False,
        "self_deaf": False,
        "self_mute": False,
        "self_video": False,
        "self_stream": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }
