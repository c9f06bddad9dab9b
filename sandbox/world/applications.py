"""Applications: the token `sandbox.<name>` makes the one of that name, with a bot user in every server.

Some libraries (hikari) read the application's id off the token's first part, as Discord's own tokens have it; for
them `<base64 of the id>.sandbox.<name>` is the token of the application of that name and id.
"""

from __future__ import annotations

import base64
import binascii
import re

from sandbox.wire import Json
from sandbox.world import permissions, shapes
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World

#: an application's flag for each privileged intent: presences, members, message content
PRIVILEGES = {1 << 13: 1 << 8, 1 << 15: 1 << 1, 1 << 19: 1 << 15}
_TOKEN = re.compile(r"(?:([A-Za-z0-9_-]{20,28})\.)?sandbox\.([A-Za-z0-9_-]{1,32})")


def by_token(world: World, token: str) -> Json | None:
    """The application of a bot token, made and installed on first use; None for any other token."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    encoded_id, name = match.groups()
    application_id = _id(encoded_id) if encoded_id else None
    if encoded_id and application_id is None:
        return None
    known = world.application_by_name(name)
    if known is None:
        if application_id in world.users:
            return None
        return _make(world, name, application_id or world.new_id())
    return known if application_id in (None, known["id"]) else None


def _id(text: str) -> str | None:
    """The id in a token's first part, which libraries send without its padding."""
    try:
        number = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return number if number.isascii() and number.isdecimal() and 15 <= len(number) <= 20 else None


def _make(world: World, name: str, application_id: str) -> Json:
    application = {"id": application_id, "name": name, "_intents": 0}
    world.keep("application", application_id, application)
    world.keep("user", application_id, shapes.user(application_id, name, None, bot=True))
    for guild in world.guilds.values():
        _install(world, guild, application)
    world.commit()
    return application


def _install(world: World, guild: Guild, application: Json) -> None:
    """The bot joins with a managed role of its own at the top; channels of the staff are opened to it."""
    top = max(role["position"] for role in guild.roles.values())
    role = shapes.role(
        world.new_id(),
        application["name"],
        permissions.APPLICATION,
        top + 1,
        managed=True,
        tags={"bot_id": application["id"]},
    )
    world.keep("role", role["id"], role, guild)
    for channel in list(guild.channels.values()):
        if channel.get("_staff"):
            channel["permission_overwrites"].append(
                {"id": role["id"], "type": 0, "allow": str(permissions.VIEW_CHANNEL), "deny": "0"}
            )
            world.keep("channel", channel["id"], channel, guild)
    world.keep("member", application["id"], shapes.member(world.now_iso(), [role["id"]]), guild)
    world.tell(Event("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": role}, guild.id))
    joined = {**world.show_member(guild, application["id"]), "guild_id": guild.id}
    world.tell(Event("GUILD_MEMBER_ADD", joined, guild.id))


def flags(application: Json) -> int:
    """The flags (for under a hundred servers) of the privileged intents that are switched on; at first all are."""
    return int(application.get("_flags", sum(PRIVILEGES)))


def privileged_intents(application: Json) -> int:
    """The privileged intents that the application may name in IDENTIFY."""
    switched_on = flags(application)
    return sum(intent for flag, intent in PRIVILEGES.items() if switched_on & flag)


def show(world: World, application: Json) -> Json:
    """The application as its own bot gets it."""
    owner_id = next(iter(world.guilds.values())).body["owner_id"]
    return {
        "id": application["id"],
        "name": application["name"],
        "icon": None,
        "description": "",
        "summary": "",  # deprecated, and still sent: older libraries read it
        "type": None,
        "bot": world.show_user(application["id"]),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags(application),
        "flags_new": str(flags(application)),
        "redirect_uris": [],
        "rpc_origins": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": world.show_user(owner_id),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}},
        "max_participants": None,
        "tags": [],
    }
