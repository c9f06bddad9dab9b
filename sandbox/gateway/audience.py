"""Which event reaches which session, and with how much of a message."""

from __future__ import annotations

from sandbox import permissions
from sandbox.wire import Json
from sandbox.world.events import Event
from sandbox.world.world import World

GUILDS, MEMBERS, VOICE_STATES, PRESENCES = 1 << 0, 1 << 1, 1 << 7, 1 << 8
MESSAGES, REACTIONS, TYPING = 1 << 9, 1 << 10, 1 << 11
DIRECT_MESSAGES, DIRECT_REACTIONS, DIRECT_TYPING = 1 << 12, 1 << 13, 1 << 14
MESSAGE_CONTENT, SCHEDULED_EVENTS = 1 << 15, 1 << 16

_NEEDS = {
    "GUILD_MEMBER_ADD": MEMBERS,
    "GUILD_MEMBER_UPDATE": MEMBERS,
    "GUILD_MEMBER_REMOVE": MEMBERS,
    "THREAD_MEMBERS_UPDATE": GUILDS,
    "GUILD_BAN_ADD": 1 << 2,
    "GUILD_BAN_REMOVE": 1 << 2,
    "VOICE_STATE_UPDATE": VOICE_STATES,
}
_BY_PREFIX = (
    ("GUILD_SCHEDULED_EVENT_", SCHEDULED_EVENTS, SCHEDULED_EVENTS),
    ("MESSAGE_REACTION_", REACTIONS, DIRECT_REACTIONS),
    ("MESSAGE_", MESSAGES, DIRECT_MESSAGES),
    ("CHANNEL_PINS_", GUILDS, DIRECT_MESSAGES),
    ("TYPING_", TYPING, DIRECT_TYPING),
    ("GUILD_", GUILDS, GUILDS),
    ("CHANNEL_", GUILDS, GUILDS),
    ("THREAD_", GUILDS, GUILDS),
)
_ALWAYS = ("INTERACTION_CREATE", "USER_UPDATE", "GUILD_MEMBERS_CHUNK")


def hears(world: World, event: Event, application_id: str, intents: int) -> bool:
    """Does a session of this application with these intents get the event?"""
    if event.private or (event.application and event.application != application_id):
        return False
    if event.type not in _ALWAYS and not intents & _needed(event) and not _own_update(event, application_id):
        return False
    if event.application:
        return True
    if event.guild and application_id not in world.guilds[event.guild].members:
        return False
    return event.channel is None or permissions.can_view(world, application_id, event.channel)


def as_heard(event: Event, application_id: str, intents: int) -> Json:
    """The event's data; without the content intent a stranger's message loses its words and files."""
    data = event.data
    if event.type not in ("MESSAGE_CREATE", "MESSAGE_UPDATE") or intents & MESSAGE_CONTENT:
        return data
    return without_content(data, application_id) if "guild_id" in data else data


def without_content(message: Json, application_id: str) -> Json:
    """A message of a server as one may read it without the content intent: own ones and mentions are whole."""
    if message["author"]["id"] == application_id:
        return message
    if any(user["id"] == application_id for user in message["mentions"]):
        return message
    return {**message, "content": "", "embeds": [], "attachments": [], "components": []}


def _needed(event: Event) -> int:
    if event.type in _NEEDS:
        return _NEEDS[event.type]
    for prefix, in_guild, direct in _BY_PREFIX:
        if event.type.startswith(prefix):
            return in_guild if event.guild else direct
    return 0


def _own_update(event: Event, application_id: str) -> bool:
    """A bot hears of its own membership without the members intent."""
    return event.type == "GUILD_MEMBER_UPDATE" and event.data["user"]["id"] == application_id
