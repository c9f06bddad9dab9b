"""No role that could harm the server is sold, wherever its permission comes from and since when (docs/threats.md, T7)."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import discord
import pytest

from bot.demo.people import buttons, words
from bot.discord.client import Client
from bot.discord.guild import DiscordServer
from bot.errors import UserError
from bot.memberships.catalog.sellable_roles import finding_of, refusal
from bot.ports import Role
from tests.community import Community
from tests.faults.shop import buys, holds, opened, orders, stuck

GUILD, CHANNEL = 7, 8
DANGEROUS = {
    "administrator",
    "manage_guild",
    "manage_roles",
    "manage_channels",
    "manage_webhooks",
    "manage_events",
    "manage_messages",
    "manage_threads",
    "manage_nicknames",
    "manage_expressions",
    "kick_members",
    "ban_members",
    "moderate_members",
    "mention_everyone",
    "view_audit_log",
    "mute_members",
    "deafen_members",
    "move_members",
    "view_creator_monetization_analytics",
    "view_guild_insights",
}
HARMLESS = {
    "add_reactions",
    "attach_files",
    "bypass_slowmode",
    "change_nickname",
    "connect",
    "create_events",
    "create_expressions",
    "create_instant_invite",
    "create_private_threads",
    "create_public_threads",
    "embed_links",
    "external_emojis",
    "external_stickers",
    "pin_messages",
    "priority_speaker",
    "read_message_history",
    "read_messages",
    "request_to_speak",
    "send_messages",
    "send_messages_in_threads",
    "send_polls",
    "send_tts_messages",
    "send_voice_messages",
    "set_voice_channel_status",
    "speak",
    "stream",
    "use_application_commands",
    "use_embedded_activities",
    "use_external_apps",
    "use_external_sounds",
    "use_soundboard",
    "use_voice_activation",
}
ALL = [name for name, _ in discord.Permissions.all()]


async def role_with(name: str, *, in_channel: bool) -> Role:
    """A role that carries one permission itself, or through an overwrite of a channel, as Lyceum sees it."""
    bit = str(getattr(discord.Permissions, name).flag)
    client = discord.Client(intents=discord.Intents.none())
    role: dict[str, Any] = {
        "id": "9",
        "name": "Gold",
        "position": 1,
        "color": 0,
        "colors": {},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "permissions": "0" if in_channel else bit,
    }
    allowed = [{"id": "9", "type": 0, "allow": bit if in_channel else "0", "deny": "0"}]
    channel = {"id": str(CHANNEL), "type": 0, "name": "help", "position": 0, "permission_overwrites": allowed}
    everyone = role | {"id": str(GUILD), "name": "@everyone", "position": 0, "permissions": "0"}
    data: Any = {"id": str(GUILD), "name": "Town", "roles": [everyone, role], "channels": [channel]}
    client._connection._add_guild(discord.Guild(data=data, state=client._connection))
    server = DiscordServer(cast("Client", client))
    return next(one for one in await server.roles(GUILD) if one.id == 9)


def test_every_permission_that_the_library_knows_is_judged() -> None:
    """A new one must be put on one of the two lists before anybody can rely on this test."""
    assert len(ALL) > 50
    assert set(ALL) == DANGEROUS | HARMLESS
    assert set() == DANGEROUS & HARMLESS


@pytest.mark.parametrize("in_channel", [False, True], ids=["of the role", "of a channel"])
@pytest.mark.parametrize("name", ALL)
async def test_each_permission_makes_a_role_unsellable_or_does_not(name: str, in_channel: bool) -> None:
    role = await role_with(name, in_channel=in_channel)

    refused = refusal(role, 10)

    if name in DANGEROUS:
        assert isinstance(refused, UserError) and name in str(refused)
        assert ("#help" in str(refused)) is in_channel
        assert finding_of(role, 10) == "role-dangerous"
    else:
        assert refused is None
        assert finding_of(role, 10) is None


@pytest.mark.parametrize("in_channel", [False, True], ids=["of the role", "of a channel"])
async def test_raised_after_it_was_mapped_it_is_given_to_nobody_any_more_and_the_owner_is_told(
    community: Community, in_channel: bool
) -> None:
    role = await opened(community)
    await buys(community)
    await community.settled()
    link = await orders(community, "bob")

    await raise_it(community, role, in_channel)
    await until(community, _tells)
    await pay_there(community, link)

    assert await stuck(community) == ["order.deliver", "role.sync"]
    assert await holds(community, role) and not await holds(community, role, "bob")
    refused = await community.slash("cid", "membership buy", plan="Pro")
    assert not any("url" in button for button in buttons(refused["message"]))


async def raise_it(community: Community, role: str, in_channel: bool) -> None:
    """Somebody lets the role that is sold manage messages (1 << 13)."""
    if in_channel:
        [channel] = [one for one in (await community.world())["channels"] if one["name"] == "help"]
        body = {"type": 0, "allow": str(1 << 13), "deny": "0"}
        await community.discord("olivia", "PUT", f"/channels/{channel['id']}/permissions/{role}", body)
    else:
        path = f"/guilds/{community.guild_id}/roles/{role}"
        await community.discord("olivia", "PATCH", path, {"permissions": str(1 << 13)})


async def pay_there(community: Community, link: str) -> None:
    from bot.demo.month import pay

    await pay(link)
    await community.settled()


async def until(community: Community, told: Any) -> None:
    """Wait until the staff channel says so."""
    async with asyncio.timeout(10):
        while True:
            said = [words(message) for message in await community.messages("staff", "olivia")]
            if any(told(one.replace("\\", "")) for one in said):
                return
            await community.settled()
            await asyncio.sleep(0.02)


def _tells(said: str) -> bool:
    return "Pro is off sale" in said and "nobody should be able to buy" in said
