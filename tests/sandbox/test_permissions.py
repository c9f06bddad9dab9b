"""Who may do what: Discord's codes for permissions, role order and hidden things."""

from __future__ import annotations

import discord
import pytest
from discord.http import Route

from tests.sandbox.people import Bot, Control


async def _refusal(action: object) -> int:
    with pytest.raises(discord.HTTPException) as refused:
        await action  # type: ignore[misc] # any awaitable
    return refused.value.code


async def test_the_bot_gives_only_roles_below_its_own(bot: Bot, control: Control) -> None:
    ann = await bot.home.fetch_member(int(await control.user_id("ann")))
    expert = discord.Object(int(await control.role_id("Expert")))
    await ann.add_roles(expert)
    await ann.remove_roles(expert)

    guild_id = await control.guild_id()
    status, roles = await control.api(
        "olivia", "PATCH", f"/guilds/{guild_id}/roles", [{"id": str(expert.id), "position": 9}]
    )
    assert status == 200
    assert max(roles, key=lambda r: r["position"])["name"] == "Expert"

    assert await _refusal(ann.add_roles(expert)) == 50013
    assert (
        await _refusal(bot.home.me.add_roles(discord.Object(int(await control.role_id("lyceum"))))) == 50013
    )
    assert await _refusal(ann.add_roles(discord.Object(123))) == 10011
    assert await _refusal(bot.home.fetch_member(123)) == 10013


async def test_without_manage_roles_no_role_is_given(bot: Bot, control: Control) -> None:
    guild_id, own = await control.guild_id(), await control.role_id("lyceum")
    status, _ = await control.api(
        "olivia", "PATCH", f"/guilds/{guild_id}/roles/{own}", {"permissions": "1024"}
    )
    assert status == 200
    ann = await bot.home.fetch_member(int(await control.user_id("ann")))
    assert await _refusal(ann.add_roles(discord.Object(int(await control.role_id("Expert"))))) == 50013


async def test_staff_is_for_the_staff(bot: Bot, control: Control) -> None:
    staff = bot.room("staff")
    await staff.send("Only for you")

    assert (await control.get("messages", channel="staff", who="max"))[0]["content"] == "Only for you"
    assert (await control.refused("say", who="ann", channel="staff", content="hi"))[0] == 403
    status, error = await control.api("ann", "GET", f"/channels/{staff.id}/messages")
    assert (status, error["code"]) == (403, 50001)


async def test_a_moderator_may_what_an_owner_allows(bot: Bot, control: Control) -> None:
    said = await control.post("say", who="ann", channel="general", content="Oops")
    path = f"/channels/{said['channel_id']}/messages/{said['id']}"
    assert (await control.api("bob", "DELETE", path))[1]["code"] == 50013
    assert (await control.api("max", "DELETE", path))[0] == 204
    assert (await control.api("max", "DELETE", path))[1]["code"] == 10008


async def test_kick_and_ban_and_coming_back(bot: Bot, control: Control) -> None:
    guild_id, ann = await control.guild_id(), await control.user_id("ann")
    assert (await control.api("max", "DELETE", f"/guilds/{guild_id}/members/{ann}"))[1]["code"] == 50013
    assert (await control.api("olivia", "PUT", f"/guilds/{guild_id}/bans/{ann}", {}))[0] == 204
    assert await _refusal(bot.home.fetch_member(int(ann))) == 10007
    assert (await control.refused("join", name="ann"))[0] == 409
    assert (await control.api("olivia", "DELETE", f"/guilds/{guild_id}/bans/{ann}"))[0] == 204
    assert (await control.post("join", name="ann"))["user"]["id"] == ann


async def test_overwrites_open_and_close_a_channel(bot: Bot, control: Control) -> None:
    general, guild_id = await control.channel_id("general"), await control.guild_id()
    deny = {"type": 0, "deny": str(1 << 11), "allow": "0"}
    assert (await control.api("olivia", "PUT", f"/channels/{general}/permissions/{guild_id}", deny))[0] == 204
    assert (await control.refused("say", who="ann", channel="general", content="hi"))[0] == 403
    ann = await control.user_id("ann")
    allow = {"type": 1, "deny": "0", "allow": str(1 << 11)}
    assert (await control.api("olivia", "PUT", f"/channels/{general}/permissions/{ann}", allow))[0] == 204
    await control.post("say", who="ann", channel="general", content="hi")


async def test_direct_messages_that_cannot_be_sent(bot: Bot, control: Control) -> None:
    ann = await bot.home.fetch_member(int(await control.user_id("ann")))
    await ann.send("Hello")
    assert (await control.get("messages", channel="@bot", who="ann"))[0]["content"] == "Hello"
    await control.post("direct", who="ann", open=False)
    assert await _refusal(ann.send("Hello?")) == 50007


@pytest.mark.not_judged("the requests are wrong on purpose")
async def test_limits_of_a_message(bot: Bot) -> None:
    room = bot.room("general")
    assert await _refusal(room.send("x" * 2001)) == 50035
    assert await _refusal(room.send(" ")) == 50006
    assert await _refusal(room.fetch_message(5)) == 10008
    too_long = [{"type": 10, "content": "x" * 2001}] * 2
    with pytest.raises(discord.HTTPException, match="4000"):
        await bot.http.request(
            Route("POST", "/channels/{channel_id}/messages", channel_id=room.id),
            json={"flags": 32768, "components": too_long},
        )


async def test_nobody_without_a_token(control: Control) -> None:
    async with control.session.get("/api/v10/users/@me") as answer:
        assert answer.status == 401
        assert (await answer.json())["code"] == 0
    headers = {"Authorization": "Bot something.else"}
    async with control.session.get("/api/v10/users/@me", headers=headers) as answer:
        assert await answer.json() == {"message": "401: Unauthorized", "code": 0}


async def test_what_is_not_built_says_so(control: Control) -> None:
    status, error = await control.api(
        "olivia", "GET", f"/guilds/{await control.guild_id()}/auto-moderation/rules"
    )
    assert status == 501
    assert "not built" in error["message"]
