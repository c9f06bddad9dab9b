"""Discord's permissions: bits, their sum in a server and a channel, and the order of members and roles."""

from __future__ import annotations

from sandbox.errors import missing_access, missing_permissions, unknown
from sandbox.wire import Json, items
from sandbox.world.guild import Guild
from sandbox.world.world import World

CREATE_INSTANT_INVITE = 1 << 0
KICK_MEMBERS = 1 << 1
BAN_MEMBERS = 1 << 2
ADMINISTRATOR = 1 << 3
MANAGE_CHANNELS = 1 << 4
MANAGE_GUILD = 1 << 5
ADD_REACTIONS = 1 << 6
VIEW_AUDIT_LOG = 1 << 7
STREAM = 1 << 9
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_EXTERNAL_EMOJIS = 1 << 18
CONNECT = 1 << 20
SPEAK = 1 << 21
MUTE_MEMBERS = 1 << 22
DEAFEN_MEMBERS = 1 << 23
MOVE_MEMBERS = 1 << 24
USE_VAD = 1 << 25
CHANGE_NICKNAME = 1 << 26
MANAGE_NICKNAMES = 1 << 27
MANAGE_ROLES = 1 << 28
MANAGE_WEBHOOKS = 1 << 29
USE_APPLICATION_COMMANDS = 1 << 31
MANAGE_EVENTS = 1 << 33
MANAGE_THREADS = 1 << 34
CREATE_PUBLIC_THREADS = 1 << 35
CREATE_PRIVATE_THREADS = 1 << 36
SEND_MESSAGES_IN_THREADS = 1 << 38
MODERATE_MEMBERS = 1 << 40
CREATE_EVENTS = 1 << 44
PIN_MESSAGES = 1 << 51
ALL = (1 << 53) - 1

EVERYONE = (
    ADD_REACTIONS
    | STREAM
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | CONNECT
    | SPEAK
    | USE_VAD
    | CHANGE_NICKNAME
    | USE_APPLICATION_COMMANDS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS
)
MODERATOR = EVERYONE | MANAGE_EVENTS | CREATE_EVENTS | MANAGE_MESSAGES | MODERATE_MEMBERS | MANAGE_ROLES
APPLICATION = (
    ADD_REACTIONS
    | VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | USE_EXTERNAL_EMOJIS
    | CONNECT
    | MANAGE_ROLES
    | USE_APPLICATION_COMMANDS
    | MANAGE_EVENTS
    | CREATE_EVENTS
    | MANAGE_THREADS
    | CREATE_PUBLIC_THREADS
    | CREATE_PRIVATE_THREADS
    | SEND_MESSAGES_IN_THREADS
)

THREAD_TYPES = (10, 11, 12)
_WHILE_TIMED_OUT = VIEW_CHANNEL | READ_MESSAGE_HISTORY


def in_guild(world: World, guild: Guild, user_id: str) -> int:
    """The permissions of a member in the whole server; none for a person who is no member."""
    member = guild.members.get(user_id)
    if member is None:
        return 0
    if guild.body["owner_id"] == user_id:
        return ALL
    bits = int(guild.roles[guild.id]["permissions"])
    for role_id in member["roles"]:
        bits |= int(guild.roles[role_id]["permissions"])
    if bits & ADMINISTRATOR:
        return ALL
    until = member.get("communication_disabled_until")
    if until and until > world.now_iso():
        bits &= _WHILE_TIMED_OUT
    return bits


def in_channel(world: World, guild: Guild, user_id: str, channel: Json) -> int:
    """The permissions of a member in a channel: the server's, then the overwrites of everyone, roles, member."""
    bits = in_guild(world, guild, user_id)
    if bits in (0, ALL):
        return bits
    place = guild.channels[channel["parent_id"]] if channel["type"] in THREAD_TYPES else channel
    overwrites = {entry["id"]: entry for entry in items(place, "permission_overwrites")}
    if overwrites:
        bits = _overwritten(bits, overwrites, guild, user_id)
    if not bits & VIEW_CHANNEL:
        return 0
    if channel["type"] == 12 and not bits & MANAGE_THREADS and user_id not in channel["_members"]:
        return 0
    if not bits & SEND_MESSAGES and channel["type"] not in THREAD_TYPES:
        bits &= ~(EMBED_LINKS | ATTACH_FILES | MENTION_EVERYONE)
    return bits


def _overwritten(bits: int, overwrites: dict[str, Json], guild: Guild, user_id: str) -> int:
    everyone = overwrites.get(guild.id)
    if everyone:
        bits = bits & ~int(everyone["deny"]) | int(everyone["allow"])
    allow = deny = 0
    for role_id in guild.members[user_id]["roles"]:
        if entry := overwrites.get(role_id):
            allow |= int(entry["allow"])
            deny |= int(entry["deny"])
    bits = bits & ~deny | allow
    if entry := overwrites.get(user_id):
        bits = bits & ~int(entry["deny"]) | int(entry["allow"])
    return bits


def can_view(world: World, user_id: str, channel: Json) -> bool:
    """May this person see this channel at all?"""
    if "guild_id" not in channel:
        return user_id in channel["_people"]
    guild = world.guilds[channel["guild_id"]]
    return bool(in_channel(world, guild, user_id, channel) & VIEW_CHANNEL)


def require_guild(world: World, guild: Guild, user_id: str, bits: int) -> None:
    """50001 for a stranger to the server, 50013 for a member who lacks one of the bits."""
    held = in_guild(world, guild, user_id)
    if user_id not in guild.members:
        raise missing_access()
    if held & bits != bits:
        raise missing_permissions()


def require_channel(world: World, user_id: str, channel: Json, bits: int) -> None:
    """50001 if the channel cannot be seen, 50013 if one of the bits is lacking there. A DM has no bits."""
    if "guild_id" not in channel:
        if user_id not in channel["_people"]:
            raise unknown("Channel")
        return
    held = in_channel(world, world.guilds[channel["guild_id"]], user_id, channel)
    if not held & VIEW_CHANNEL:
        raise missing_access()
    if held & bits != bits:
        raise missing_permissions()


def rank(guild: Guild, user_id: str) -> tuple[int, int]:
    """The place of a member's highest role; greater is higher. Of equal positions the older role is higher."""
    if guild.body["owner_id"] == user_id:
        return (1 << 31, 0)
    member = guild.members.get(user_id)
    roles = [guild.roles[role_id] for role_id in member["roles"]] if member else []
    return max((role_rank(role) for role in roles), default=(0, 0))


def role_rank(role: Json) -> tuple[int, int]:
    """The place of a role in the order."""
    return (role["position"], -int(role["id"]))


def require_above_role(guild: Guild, user_id: str, role: Json) -> None:
    """50013 unless the member's highest role is above this one."""
    if rank(guild, user_id) <= role_rank(role):
        raise missing_permissions()


def require_above_member(guild: Guild, user_id: str, other_id: str) -> None:
    """50013 unless the member is above the other."""
    if rank(guild, user_id) <= rank(guild, other_id):
        raise missing_permissions()
