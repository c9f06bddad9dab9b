"""Applications: the token `sandbox.<name>` makes the one of that name, with a bot user in every server."""

from __future__ import annotations

import re

from sandbox import permissions
from sandbox.wire import Json
from sandbox.world import shapes
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World

_TOKEN = re.compile(r"sandbox\.([A-Za-z0-9_-]{1,32})")


def by_token(world: World, token: str) -> Json | None:
    """The application of a bot token, made and installed on first use; None for any other token."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    name = match[1]
    return world.application_by_name(name) or _make(world, name)


def _make(world: World, name: str) -> Json:
    application_id = world.new_id()
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


def show(world: World, application: Json) -> Json:
    """An application as its own bot gets it."""
    owner_id = next(iter(world.guilds.values())).body["owner_id"]
    return {
        "id": application["id"],
        "name": application["name"],
        "icon": None,
        "description": "",
        "type": None,
        "bot": world.show_user(application["id"]),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 1 << 15,
        "flags_new": str(1 << 15),
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
