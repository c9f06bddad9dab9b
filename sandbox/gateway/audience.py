"""The audience of an event: which sessions get it, and how much of a message.

The intents are those of Discord's documentation, events/gateway, "List of Intents" and "Caveats".
"""

from __future__ import annotations

from functools import cache

from sandbox.wire import Json, items, mapping
from sandbox.world import permissions
from sandbox.world.events import Event
from sandbox.world.world import World

GUILDS, MEMBERS, MODERATION, EXPRESSIONS, INTEGRATIONS = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
WEBHOOKS, INVITES, VOICE_STATES, PRESENCES = 1 << 5, 1 << 6, 1 << 7, 1 << 8
MESSAGES, REACTIONS, TYPING = 1 << 9, 1 << 10, 1 << 11
DIRECT_MESSAGES, DIRECT_REACTIONS, DIRECT_TYPING = 1 << 12, 1 << 13, 1 << 14
MESSAGE_CONTENT, SCHEDULED_EVENTS = 1 << 15, 1 << 16
MODERATION_RULES, MODERATION_ACTIONS, POLLS, DIRECT_POLLS = 1 << 20, 1 << 21, 1 << 24, 1 << 25
PRIVILEGED = MEMBERS | PRESENCES | MESSAGE_CONTENT
DEFINED = (1 << 17) - 1 | MODERATION_RULES | MODERATION_ACTIONS | POLLS | DIRECT_POLLS

#: prefix of the event, its intent in a server and in direct messages; the first match counts
_BY_PREFIX = (
    ("GUILD_MEMBERS_CHUNK", 0, 0),
    ("GUILD_MEMBER_", MEMBERS, 0),
    ("GUILD_AUDIT_LOG_", MODERATION, 0),
    ("GUILD_BAN_", MODERATION, 0),
    ("GUILD_EMOJIS_", EXPRESSIONS, 0),
    ("GUILD_STICKERS_", EXPRESSIONS, 0),
    ("GUILD_SOUNDBOARD_", EXPRESSIONS, 0),
    ("GUILD_INTEGRATIONS_", INTEGRATIONS, 0),
    ("INTEGRATION_", INTEGRATIONS, 0),
    ("WEBHOOKS_", WEBHOOKS, 0),
    ("INVITE_", INVITES, 0),
    ("VOICE_STATE_", VOICE_STATES, 0),
    ("VOICE_CHANNEL_EFFECT_", VOICE_STATES, 0),
    ("VOICE_CHANNEL_", GUILDS, 0),
    ("PRESENCE_", PRESENCES, 0),
    ("GUILD_SCHEDULED_EVENT_", SCHEDULED_EVENTS, 0),
    ("MESSAGE_REACTION_", REACTIONS, DIRECT_REACTIONS),
    ("MESSAGE_POLL_", POLLS, DIRECT_POLLS),
    ("MESSAGE_", MESSAGES, DIRECT_MESSAGES),
    ("CHANNEL_PINS_", GUILDS, DIRECT_MESSAGES),
    ("TYPING_", TYPING, DIRECT_TYPING),
    ("AUTO_MODERATION_RULE_", MODERATION_RULES, 0),
    ("AUTO_MODERATION_ACTION_", MODERATION_ACTIONS, 0),
    ("GUILD_", GUILDS, 0),
    ("CHANNEL_", GUILDS, 0),
    ("THREAD_", GUILDS, 0),
    ("STAGE_INSTANCE_", GUILDS, 0),
)
_PERMISSION = {"GUILD_AUDIT_LOG_ENTRY_CREATE": 1 << 7}  # View Audit Log
_CONTENT: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def hears(world: World, event: Event, application_id: str, intents: int) -> bool:
    """Does a session of this application with these intents get the event?"""
    if event.private or (event.application and event.application != application_id):
        return False
    needed = _needed(event.type, direct=event.guild is None)
    if needed and not intents & needed and not _own_update(event, application_id):
        return False
    if event.application:
        return True
    if event.type == "USER_UPDATE" and event.data["id"] != application_id:
        return False
    if event.type == "THREAD_MEMBERS_UPDATE" and not intents & MEMBERS:
        return _concerns(event.data, application_id)
    if event.guild:
        guild = world.guilds[event.guild]
        if guild.unavailable or application_id not in guild.members:
            return False
        bit = _PERMISSION.get(event.type, 0)
        if bit and not permissions.in_guild(world, guild, application_id) & bit:
            return False
    return event.channel is None or permissions.can_view(world, application_id, event.channel)


def as_heard(event: Event, application_id: str, intents: int) -> Json:
    """The event's data for a session; without the content intent messages of others lose their content."""
    data = event.data
    if event.type not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or intents & MESSAGE_CONTENT:
        return data
    return without_content(data, application_id) if "guild_id" in data else data


def without_content(message: Json, application_id: str) -> Json:
    """A server's message for an application without the content intent: its own messages and mentions stay whole.

    The same holds for the message to which it replies.
    """
    replied = mapping(message.get("referenced_message"))
    if replied is not None:
        message = {**message, "referenced_message": without_content(replied, application_id)}
    if message["author"]["id"] == application_id:
        return message
    if any(user["id"] == application_id for user in message["mentions"]):
        return message
    return {key: value for key, value in {**message, **_CONTENT}.items() if key != "poll"}


@cache
def _needed(kind: str, *, direct: bool) -> int:
    """The intent that an event of this kind needs; 0 if it needs none."""
    for prefix, in_guild, in_direct in _BY_PREFIX:
        if kind.startswith(prefix):
            return in_direct if direct else in_guild
    return 0


def _own_update(event: Event, application_id: str) -> bool:
    """Is it an update of the bot's own membership, which needs no members intent?"""
    return event.type == "GUILD_MEMBER_UPDATE" and event.data["user"]["id"] == application_id


def _concerns(data: Json, user_id: str) -> bool:
    """Was this person added to or removed from the thread?"""
    added = [entry["user_id"] for entry in items(data, "added_members")]
    return user_id in added or user_id in items(data, "removed_member_ids")
