"""Invites to a channel."""

from __future__ import annotations

import secrets
import string
from datetime import timedelta

from sandbox.clock import iso, parse
from sandbox.errors import DiscordError, missing_permissions, unknown
from sandbox.rest.call import Call, Reply, Routes, ok, takes
from sandbox.rest.channels import visible
from sandbox.shape import anything, flag, one_of, snowflake, thing, whole
from sandbox.wire import Json
from sandbox.world import permissions
from sandbox.world.audit import Action
from sandbox.world.events import Event
from sandbox.world.guild import Guild

_LETTERS = string.ascii_letters + string.digits
_METADATA = ("uses", "max_uses", "max_age", "temporary", "created_at")
_OF_GUILD = (
    "id",
    "name",
    "splash",
    "banner",
    "description",
    "icon",
    "features",
    "verification_level",
    "vanity_url_code",
    "nsfw_level",
    "nsfw",
    "premium_subscription_count",
)
_NEW = thing(
    {
        "max_age": whole(0, 604_800),
        "max_uses": whole(0, 100),
        "temporary": flag,
        "unique": flag,
        "target_type": one_of(1, 2),
        "target_user_id": snowflake,
        "target_application_id": snowflake,
        "role_ids": anything,
    }
)


@takes(_NEW)
def create(call: Call) -> Reply:
    """POST /channels/{channel_id}/invites: returns an unused invite with the same terms, unless `unique` is set"""
    channel, body = visible(call), call.json
    if "guild_id" not in channel or channel["type"] in (4, *permissions.THREAD_TYPES):
        raise DiscordError(400, 50024, "Cannot execute action on this channel type")
    permissions.require_channel(call.world, call.me, channel, permissions.CREATE_INSTANT_INVITE)
    guild = call.world.guilds[channel["guild_id"]]
    given = body.get("max_age")
    terms: Json = {
        "channel_id": channel["id"],
        "inviter_id": call.me,
        "max_age": 86_400 if given is None else given,
        "max_uses": body.get("max_uses") or 0,
        "temporary": bool(body.get("temporary")),
    }
    alike = next((i for i in _alive(call, guild) if terms.items() <= i.items() and not i["uses"]), None)
    if alike is not None and not body.get("unique"):
        return ok(_shown(call, guild, alike, metadata=True))
    now = call.world.clock.now()
    age = timedelta(seconds=terms["max_age"])
    invite: Json = {
        **terms,
        "code": "".join(secrets.choice(_LETTERS) for _ in range(8)),
        "uses": 0,
        "created_at": iso(now),
        "expires_at": iso(now + age) if age else None,
    }
    call.world.keep("invite", invite["code"], invite, guild)
    call.audit(guild, Action.INVITE_CREATE, None, None, invite)
    data = {key: invite[key] for key in ("code", "channel_id", "expires_at", *_METADATA)}
    data |= {"guild_id": guild.id, "type": 0, "inviter": call.world.show_user(call.me)}
    call.world.tell(Event("INVITE_CREATE", data, guild.id, channel))
    return ok(_shown(call, guild, invite, metadata=True))


def list_of_channel(call: Call) -> Reply:
    """GET /channels/{channel_id}/invites"""
    channel = visible(call)
    permissions.require_channel(call.world, call.me, channel, permissions.MANAGE_CHANNELS)
    guild = call.world.guilds[channel["guild_id"]]
    invites = [i for i in _alive(call, guild) if i["channel_id"] == channel["id"]]
    return ok([_shown(call, guild, i, metadata=True) for i in invites])


def list_of_guild(call: Call) -> Reply:
    """GET /guilds/{guild_id}/invites: the number of uses only with Manage Server"""
    guild = call.guild
    held = permissions.in_guild(call.world, guild, call.me)
    if not held & (permissions.MANAGE_GUILD | permissions.VIEW_AUDIT_LOG):
        raise missing_permissions()
    metadata = bool(held & permissions.MANAGE_GUILD)
    return ok([_shown(call, guild, i, metadata=metadata) for i in _alive(call, guild)])


def get(call: Call) -> Reply:
    """GET /invites/{code}"""
    guild, invite = _invite(call)
    body = _shown(call, guild, invite)
    if call.flag("with_counts"):
        body |= {
            "approximate_member_count": len(guild.members),
            "approximate_presence_count": len(guild.members),
        }
    event = guild.events.get(call.query.get("guild_scheduled_event_id", ""))
    return ok(body | ({"guild_scheduled_event": event} if event else {}))


def delete(call: Call) -> Reply:
    """DELETE /invites/{code}: needs Manage Channels there, or Manage Server"""
    guild, invite = _invite(call)
    channel = guild.channels[invite["channel_id"]]
    held = permissions.in_channel(call.world, guild, call.me, channel)
    if not held & (permissions.MANAGE_CHANNELS | permissions.MANAGE_GUILD):
        raise missing_permissions()
    body = _shown(call, guild, invite)
    call.world.drop("invite", invite["code"], guild)
    call.audit(guild, Action.INVITE_DELETE, None, invite, None)
    data = {"channel_id": channel["id"], "guild_id": guild.id, "code": invite["code"]}
    call.world.tell(Event("INVITE_DELETE", data, guild.id, channel))
    return ok(body)


def _alive(call: Call, guild: Guild) -> list[Json]:
    now = call.world.clock.now()
    return [
        invite
        for invite in guild.invites.values()
        if invite["channel_id"] in guild.channels
        and (invite["expires_at"] is None or parse(invite["expires_at"]) > now)
    ]


def _invite(call: Call) -> tuple[Guild, Json]:
    _ = call.me
    for guild in call.world.guilds.values():
        for invite in _alive(call, guild):
            if invite["code"] == call.path["code"]:
                return guild, invite
    raise unknown("Invite")


def _shown(call: Call, guild: Guild, invite: Json, *, metadata: bool = False) -> Json:
    channel = guild.channels[invite["channel_id"]]
    body: Json = {
        "type": 0,
        "code": invite["code"],
        "guild": {key: guild.body[key] for key in _OF_GUILD},
        "guild_id": guild.id,
        "channel": {key: channel[key] for key in ("id", "type", "name")},
        "inviter": call.world.show_user(invite["inviter_id"]),
        "expires_at": invite["expires_at"],
    }
    return body | ({key: invite[key] for key in _METADATA} if metadata else {})


ROUTES: Routes = [
    ("POST", "/channels/{channel_id}/invites", create),
    ("GET", "/channels/{channel_id}/invites", list_of_channel),
    ("GET", "/guilds/{guild_id}/invites", list_of_guild),
    ("GET", "/invites/{code}", get),
    ("DELETE", "/invites/{code}", delete),
]
