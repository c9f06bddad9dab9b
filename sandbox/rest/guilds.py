"""The server itself."""

from __future__ import annotations

from sandbox.rest.call import Call, Reply, Routes, ok, takes
from sandbox.shape import snowflake, text, thing, whole
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event

_GUILD = thing(
    {
        "name": text(100, 2),
        "description": text(300),
        "preferred_locale": text(10),
        "system_channel_id": snowflake,
        "rules_channel_id": snowflake,
        "afk_channel_id": snowflake,
        "verification_level": whole(0, 4),
    }
)
_NULLABLE = ("description", "system_channel_id", "rules_channel_id", "afk_channel_id")

_EDITABLE = (
    "name",
    "description",
    "preferred_locale",
    "system_channel_id",
    "rules_channel_id",
    "afk_channel_id",
)


def get_guild(call: Call) -> Reply:
    """GET /guilds/{guild_id}"""
    guild = call.guild
    body = call.world.show_guild(guild)
    if call.flag("with_counts"):
        body |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    return ok(body)


@takes(_GUILD)
def edit_guild(call: Call) -> Reply:
    """PATCH /guilds/{guild_id}"""
    guild = call.guild
    permissions.require_guild(call.world, guild, call.me, permissions.MANAGE_GUILD)
    body = call.json
    change: Json = {
        key: str(body[key]) if key.endswith("_id") and body[key] is not None else body[key]
        for key in _EDITABLE
        if key in body and (body[key] is not None or key in _NULLABLE)
    }
    call.audit(guild, Action.GUILD_UPDATE, guild.id, guild.body, guild.body | change)
    call.world.keep_guild(guild.body | change)
    call.world.tell(Event("GUILD_UPDATE", call.world.show_guild(guild), guild.id))
    return ok(call.world.show_guild(guild))


def empty_list(call: Call) -> Reply:
    """A list of the server that is always empty in the sandbox: emojis, stickers, integrations, webhooks, invites."""
    _ = call.guild
    nothing: list[Json] = []
    return ok(nothing)


ROUTES: Routes = [
    ("GET", "/guilds/{guild_id}", get_guild),
    ("PATCH", "/guilds/{guild_id}", edit_guild),
    ("GET", "/guilds/{guild_id}/emojis", empty_list),
    ("GET", "/guilds/{guild_id}/stickers", empty_list),
]
