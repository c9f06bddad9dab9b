"""The mentions in a text that the sender allowed and has permission for."""

from __future__ import annotations

import re

from sandbox.wire import Json, items
from sandbox.world import permissions
from sandbox.world.world import World

_USER, _ROLE, _ALL = (
    re.compile(r"<@!?(\d{1,20})>"),
    re.compile(r"<@&(\d{1,20})>"),
    re.compile(r"@(everyone|here)\b"),
)


def read(
    world: World, author_id: str, channel: Json, text: str, allowed: Json | None, replied: str | None
) -> Json:
    """`mentions`, `mention_roles` and `mention_everyone` of a message."""
    parse = items(allowed, "parse") if allowed is not None else ["users", "roles", "everyone"]
    named_users = items(allowed, "users") if allowed is not None else []
    named_roles = items(allowed, "roles") if allowed is not None else []
    users = [u for u in dict.fromkeys(_USER.findall(text)) if "users" in parse or u in named_users]
    if replied and (allowed is None or allowed.get("replied_user")) and replied not in users:
        users.append(replied)
    roles: list[str] = []
    everyone = False
    if "guild_id" in channel and ("@" in text):
        guild = world.guilds[channel["guild_id"]]
        held = permissions.in_channel(world, guild, author_id, channel)
        loud = bool(held & permissions.MENTION_EVERYONE)
        for role_id in dict.fromkeys(_ROLE.findall(text)):
            role = guild.roles.get(role_id)
            if role and ("roles" in parse or role_id in named_roles) and (loud or role["mentionable"]):
                roles.append(role_id)
        everyone = loud and "everyone" in parse and bool(_ALL.search(text))
    return {
        "mentions": [world.show_user(u) for u in users if u in world.users],
        "mention_roles": roles,
        "mention_everyone": everyone,
    }
