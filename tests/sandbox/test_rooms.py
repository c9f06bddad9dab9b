"""Channels, threads, roles and pins, used by a bot that may do everything."""

from __future__ import annotations

import asyncio

import discord
import pytest

from tests.sandbox.people import Bot, Control


@pytest.fixture
async def admin(bot: Bot, control: Control) -> Bot:
    guild_id, own = await control.guild_id(), await control.role_id("lyceum")
    changed = asyncio.create_task(bot.next_event("guild_role_update"))
    await asyncio.sleep(0)
    body = {"permissions": str(1 << 3)}
    assert (await control.api("olivia", "PATCH", f"/guilds/{guild_id}/roles/{own}", body))[0] == 200
    await changed
    return bot


async def test_channels_come_and_go(admin: Bot) -> None:
    category = await admin.home.create_category("New")
    hidden: dict[discord.Role | discord.Member | discord.Object, discord.PermissionOverwrite]
    hidden = {admin.home.default_role: discord.PermissionOverwrite(view_channel=False)}
    room = await category.create_text_channel("quiet", topic="Psst", overwrites=hidden)
    await room.edit(name="silent", slowmode_delay=5)
    await room.set_permissions(admin.home.default_role, overwrite=None)
    voice = await admin.home.create_voice_channel("Stage left", category=category)
    assert {c.name for c in await admin.home.fetch_channels()} >= {"New", "silent", "Stage left"}
    for channel in (room, voice, category):
        await channel.delete()
    with pytest.raises(discord.NotFound) as unknown:
        await admin.fetch_channel(room.id)
    assert unknown.value.code == 10003


async def test_threads_and_forum_posts(admin: Bot, control: Control) -> None:
    room = admin.room("general")
    message = await room.send("Topic")
    thread = await message.create_thread(name="On it", auto_archive_duration=60)
    await thread.send("First")
    ann = discord.Object(int(await control.user_id("ann")))
    await thread.add_user(ann)
    assert ann.id in {member.id for member in await thread.fetch_members()}
    await thread.edit(archived=True)
    assert [t.name async for t in room.archived_threads()] == ["On it"]
    await control.post("say", who="ann", channel=str(thread.id), content="Wake up")
    assert [t.name for t in await admin.home.active_threads()] == ["On it"]

    private = await room.create_thread(name="Us", type=discord.ChannelType.private_thread)
    await private.send("Psst")
    assert (await control.refused("say", who="bob", channel=str(private.id), content="x"))[0] == 403

    await admin.home.create_forum("ideas")
    theirs = await control.post("thread", who="ann", channel="ideas", name="Mine")
    (starter,) = await control.get("messages", channel=theirs["id"], who="bob")
    assert starter["id"] == theirs["id"]


async def test_roles_and_their_order(admin: Bot, control: Control) -> None:
    paid = await admin.home.create_role(name="Paid", colour=discord.Colour.gold(), hoist=True)
    assert paid.position == 1
    await admin.home.edit_role_positions({paid: 2})
    await paid.edit(name="Pro")
    fetched = {role.name: role.position for role in await admin.home.fetch_roles()}
    assert fetched["Pro"] == 2
    assert sorted(fetched.values()) == list(range(5))
    ann = await admin.home.fetch_member(int(await control.user_id("ann")))
    await ann.edit(nick="Annie", roles=[paid])
    assert [r.name for r in (await admin.home.fetch_member(ann.id)).roles] == ["@everyone", "Pro"]
    await paid.delete()
    again = await admin.home.fetch_member(ann.id)
    assert (again.nick, len(again.roles)) == ("Annie", 1)


async def test_messages_are_pinned_purged_and_reacted_to(admin: Bot, control: Control) -> None:
    room = admin.room("general")
    sent = [await room.send(str(n)) for n in range(4)]
    await sent[0].pin()
    assert [m.id async for m in room.pins()] == [sent[0].id]
    await sent[0].unpin()
    await sent[0].add_reaction("1️⃣")
    await control.post("react", who="ann", message=str(sent[0].id), emoji="1️⃣")
    (reaction,) = (await room.fetch_message(sent[0].id)).reactions
    assert (reaction.count, reaction.me) == (2, True)
    assert {user.name async for user in reaction.users()} == {"lyceum", "ann"}
    await sent[0].clear_reactions()
    await sent[1].edit(content="one", embed=discord.Embed(title="Figures", description="42"))
    assert (await room.fetch_message(sent[1].id)).embeds[0].title == "Figures"
    async with room.typing():
        await room.delete_messages(sent[1:])
    assert [m.id async for m in room.history()] == [sent[0].id]


async def test_bans_kicks_and_time_outs(admin: Bot, control: Control) -> None:
    ann = await admin.home.fetch_member(int(await control.user_id("ann")))
    await ann.kick()
    path = f"/guilds/{admin.home.id}/bans/{ann.id}"
    assert (await control.api("olivia", "PUT", path, {}))[0] == 204
    assert [entry.user.id async for entry in admin.home.bans()] == [ann.id]
    bob = await admin.home.fetch_member(int(await control.user_id("bob")))
    await control.post("voice", who="bob", channel="Lounge")
    state = await bob.fetch_voice()
    assert state.channel is not None
    await bob.edit(mute=True)
    assert admin.application is not None
    assert (await admin.application_info()).name == "lyceum"
    assert (await admin.fetch_user(bob.id)).name == "bob"
    assert [g.name async for g in admin.fetch_guilds()] == ["Lyceum"]
    assert (await admin.fetch_guild(admin.home.id)).approximate_member_count == 100
    assert await admin.fetch_skus() == []


async def test_a_voice_event_of_the_server(admin: Bot) -> None:
    start = discord.utils.utcnow().replace(year=2099)
    lounge = discord.utils.get(admin.home.voice_channels, name="Lounge")
    assert lounge is not None
    made = await admin.home.create_scheduled_event(
        name="Talk",
        start_time=start,
        channel=lounge,
        entity_type=discord.EntityType.voice,
        privacy_level=discord.PrivacyLevel.guild_only,
    )
    assert (await admin.home.fetch_scheduled_event(made.id)).name == "Talk"
    assert [e.id for e in await admin.home.fetch_scheduled_events()] == [made.id]
    await made.cancel()
