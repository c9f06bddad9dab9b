"""Ordering and removing roles."""

from __future__ import annotations

from sandbox.wire import Json
from sandbox.world import membership, permissions
from sandbox.world.events import Event
from sandbox.world.guild import Guild
from sandbox.world.world import World


def place(world: World, guild: Guild, wanted: dict[str, int]) -> None:
    """Put roles at positions, all at once; the other roles make room and close the gaps."""
    order = sorted((r for r in guild.roles.values() if r["id"] != guild.id), key=permissions.role_rank)
    order = [role for role in order if role["id"] not in wanted]
    for role_id, position in sorted(wanted.items(), key=lambda move: move[1]):
        order.insert(position - 1, guild.roles[role_id])
    for n, role in enumerate(order, start=1):
        role["position"] = n
    for role in guild.roles.values():
        world.keep("role", role["id"], role, guild)
        world.tell(Event("GUILD_ROLE_UPDATE", {"guild_id": guild.id, "role": role}, guild.id))


def remove(world: World, guild: Guild, role: Json) -> None:
    """Remove the role, also from its members and from the channels' overwrites."""
    for user_id in guild.holding(role["id"]):
        kept = [r for r in guild.members[user_id]["roles"] if r != role["id"]]
        membership.update(world, guild, user_id, {"roles": kept})
    for channel in guild.channels.values():
        overwrites = channel.get("permission_overwrites", [])
        kept = [entry for entry in overwrites if entry["id"] != role["id"]]
        if len(kept) != len(overwrites):
            channel["permission_overwrites"] = kept
            world.keep("channel", channel["id"], channel, guild)
    world.drop("role", role["id"], guild)
    world.tell(Event("GUILD_ROLE_DELETE", {"guild_id": guild.id, "role_id": role["id"]}, guild.id))
