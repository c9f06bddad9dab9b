"""Operations that no test of Lyceum's needs: webhooks, invites, the audit log, bans, command permissions, entitlements."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import aiohttp
import discord
import pytest
from discord import app_commands

from sandbox.app import Sandbox
from tests.sandbox.people import Bot, Control
from tests.sandbox.raw import BOT, Raw, raw

LATER, LATER_END = "2099-01-05T10:00:00+00:00", "2099-01-05T11:00:00+00:00"


async def bot_who_may(control: Control) -> Raw:
    """Requests of a bot that may do everything; they are judged, which those of people are not."""
    ask = raw(control, BOT)
    name = (await ask("GET", "/users/@me")).json["username"]
    role, guild = await control.role_id(name), await control.guild_id()
    await control.api("olivia", "PATCH", f"/guilds/{guild}/roles/{role}", {"permissions": "8"})
    return ask


async def test_a_webhook_is_made_used_edited_and_deleted(bot: Bot, control: Control) -> None:
    ask, room = await bot_who_may(control), await control.channel_id("general")
    hook = (await ask("POST", f"/channels/{room}/webhooks", {"name": "Newspaper"})).json

    through = discord.Webhook.partial(int(hook["id"]), hook["token"], session=control.session)
    message = await through.send("Extra!", username="Evening paper", wait=True)
    await through.edit_message(message.id, content="Extra! Extra!")

    found = (await control.get("messages", channel="general", who="ann"))[-1]
    assert found["content"] == "Extra! Extra!"
    assert found["author"]["username"] == "Evening paper"
    assert found["webhook_id"] == hook["id"]
    assert (await ask("POST", f"/webhooks/{hook['id']}/wrong", {"content": "x"}, who=None)).code == 50027
    await through.delete()
    assert (await ask("GET", f"/webhooks/{hook['id']}")).code == 10015


async def test_a_webhook_posts_into_a_forum_only_with_a_thread(control: Control) -> None:
    ask, guild = await bot_who_may(control), await control.guild_id()
    forum = (await ask("POST", f"/guilds/{guild}/channels", {"name": "show", "type": 15})).json["id"]
    hook = (await ask("POST", f"/channels/{forum}/webhooks", {"name": "Feed"})).json
    path = f"/webhooks/{hook['id']}/{hook['token']}?wait=true"

    assert (await ask("POST", path, {"content": "x"}, who=None)).code == 220001
    posted = await ask("POST", path, {"content": "First", "thread_name": "News"}, who=None)

    assert posted.status == 200
    threads = (await ask("GET", f"/guilds/{guild}/threads/active")).json["threads"]
    assert [thread["name"] for thread in threads] == ["News"]


async def test_an_invite_is_given_again_unless_it_is_to_be_unique(control: Control) -> None:
    ask, room, guild = (
        await bot_who_may(control),
        await control.channel_id("general"),
        await control.guild_id(),
    )
    codes = [
        (await ask("POST", f"/channels/{room}/invites", body)).json["code"]
        for body in ({}, {}, {"unique": True})
    ]

    assert codes[0] == codes[1] != codes[2]
    assert len((await ask("GET", f"/guilds/{guild}/invites")).json) == 2
    shown = (await ask("GET", f"/invites/{codes[0]}?with_counts=true")).json
    assert (shown["channel"]["name"], shown["approximate_member_count"]) == ("general", 101)
    assert (await ask("DELETE", f"/invites/{codes[0]}")).status == 200
    assert (await ask("GET", f"/invites/{codes[0]}")).code == 10006


async def test_the_audit_log_keeps_reasons_as_they_were_written(bot: Bot, control: Control) -> None:
    ask, guild, bob = await bot_who_may(control), await control.guild_id(), await control.user_id("bob")
    await ask("DELETE", f"/guilds/{guild}/members/{bob}", reason=quote("Spam – 第三次"))
    role = (await ask("POST", f"/guilds/{guild}/roles", {"name": "Pro"}, reason="a shop")).json

    log = (await ask("GET", f"/guilds/{guild}/audit-logs")).json
    newest, older = log["audit_log_entries"][:2]

    assert (newest["action_type"], newest["target_id"], newest["reason"]) == (30, role["id"], "a shop")
    assert {"key": "name", "new_value": "Pro"} in newest["changes"]
    assert (older["action_type"], older["target_id"], older["reason"]) == (20, bob, "Spam – 第三次")
    assert "lyceum" in [user["username"] for user in log["users"]]
    only = (await ask("GET", f"/guilds/{guild}/audit-logs?action_type=20")).json["audit_log_entries"]
    assert [entry["id"] for entry in only] == [older["id"]]
    assert (await ask("GET", f"/guilds/{guild}/audit-logs", who="Person ann")).code == 50013


@pytest.mark.not_judged("a reason of 513 characters is refused")
async def test_a_reason_that_is_too_long_is_refused(control: Control) -> None:
    guild, bob = await control.guild_id(), await control.user_id("bob")
    answer = await raw(control)("DELETE", f"/guilds/{guild}/members/{bob}", reason="x" * 513)
    assert answer.code == 50035


async def test_a_ban_keeps_its_reason_and_takes_messages_along(control: Control) -> None:
    ask, guild, bob = await bot_who_may(control), await control.guild_id(), await control.user_id("bob")
    await control.post("say", who="bob", channel="general", content="Buy my things")
    await control.post("say", who="ann", channel="general", content="No")

    await ask("PUT", f"/guilds/{guild}/bans/{bob}", {"delete_message_seconds": 3600}, reason="Spam")

    assert (await ask("GET", f"/guilds/{guild}/bans")).json[0]["reason"] == "Spam"
    said = await control.get("messages", channel="general", who="ann")
    assert [message["content"] for message in said] == ["No"]


async def test_many_are_banned_at_once(control: Control) -> None:
    ask, guild = await bot_who_may(control), await control.guild_id()
    bob, olivia = await control.user_id("bob"), await control.user_id("olivia")
    body = {"user_ids": [bob, olivia]}
    answer = await ask("POST", f"/guilds/{guild}/bulk-ban", body)
    assert answer.json == {"banned_users": [bob], "failed_users": [olivia]}


async def test_a_timeout_silences_until_it_is_over(control: Control) -> None:
    ask, guild, bob = await bot_who_may(control), await control.guild_id(), await control.user_id("bob")
    path = f"/guilds/{guild}/members/{bob}"
    clock = (await control.get("clock"))["now"]
    too_long = {"communication_disabled_until": "2100-01-01T00:00:00Z"}
    assert (await ask("PATCH", path, too_long)).code == 50035

    until = clock[:11] + "23:59:59.900000+00:00"
    assert (await ask("PATCH", path, {"communication_disabled_until": until})).status == 200
    assert (await control.refused("say", who="bob", channel="general", content="Hm"))[0] == 403

    await control.post("clock", to=until)
    await control.post("clock", advance=1)
    await control.post("say", who="bob", channel="general", content="Ah")


async def test_managers_decide_who_may_use_a_command(bot: Bot, control: Control) -> None:
    @bot.tree.command(name="secret", description="For Ann alone")
    async def secret(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message("Hush")

    (command,) = await bot.tree.sync()
    guild, ann = await control.guild_id(), await control.user_id("ann")
    path = f"/applications/{bot.application_id}/guilds/{guild}/commands/{command.id}/permissions"
    assert (await raw(control)("GET", path, who=BOT)).code == 10066
    wanted = [{"id": guild, "type": 1, "permission": False}, {"id": ann, "type": 2, "permission": True}]
    assert (await raw(control)("PUT", path, {"permissions": wanted}, who=BOT)).code == 20001
    assert (await raw(control)("PUT", path, {"permissions": wanted})).status == 200

    assert (await control.refused("slash", who="bob", channel="general", command="secret"))[0] == 403
    said = await control.post("slash", who="ann", channel="general", command="secret")
    assert said["message"]["content"] == "Hush"
    told: list[app_commands.AppCommandPermissions] = (await command.fetch_permissions(bot.home)).permissions
    assert [entry.permission for entry in told] == [False, True]


async def test_entitlements_are_granted_told_consumed_and_deleted(bot: Bot, control: Control) -> None:
    sku = await control.post("sku", application="lyceum", name="Ticket", kind="consumable")
    ann = await bot.fetch_user(int(await control.user_id("ann")))

    await bot.create_entitlement(discord.Object(int(sku["id"])), ann, discord.EntitlementOwnerType.user)
    bought = await control.post("purchase", who="ann", sku="Ticket")
    found = [entitlement async for entitlement in bot.entitlements(user=ann)]
    assert [e.type.value for e in found] == [4, 1]
    await found[0].consume()
    await found[0].delete()

    assert [e.id async for e in bot.entitlements(user=ann)] == [int(bought["id"])]
    path = f"/applications/{bot.application_id}/entitlements"
    assert (await raw(control)("DELETE", f"{path}/{bought['id']}", who=BOT)).code == 40019
    everything = (await raw(control)("GET", f"{path}?exclude_deleted=false", who=BOT)).json
    assert [(e["deleted"], e["consumed"]) for e in everything] == [(True, True), (False, False)]
    assert [sku.name for sku in await bot.fetch_skus()] == ["Ticket"]


def event(**more: Any) -> dict[str, Any]:
    place = {"entity_type": 3, "entity_metadata": {"location": "Here"}, "privacy_level": 2}
    return {
        "name": "Evening",
        "scheduled_start_time": LATER,
        "scheduled_end_time": LATER_END,
        **place,
        **more,
    }


async def test_one_evening_of_a_series_is_cancelled(control: Control) -> None:
    ask, guild = await bot_who_may(control), await control.guild_id()
    rule = {"start": LATER, "frequency": 2, "interval": 1, "by_weekday": [0]}
    series = (await ask("POST", f"/guilds/{guild}/scheduled-events", event(recurrence_rule=rule))).json
    path = f"/guilds/{guild}/scheduled-events/{series['id']}"
    body = {"original_scheduled_start_time": "2099-01-12T10:00:00+00:00", "is_canceled": True}

    made = (await ask("POST", f"{path}/exceptions", body)).json

    assert (await ask("GET", path)).json["guild_scheduled_event_exceptions"] == [made]
    assert (await ask("POST", f"{path}/exceptions", body)).code == 50035
    one = f"{path}/exceptions/{made['event_exception_id']}"
    assert (await ask("PATCH", one, {"is_canceled": False})).json["is_canceled"] is False
    assert (await ask("DELETE", one)).status == 204


@pytest.mark.not_judged("rules that Discord does not take")
@pytest.mark.parametrize(
    "rule",
    [
        {"frequency": 2, "by_weekday": [0, 1]},
        {"frequency": 3, "by_weekday": [0, 2]},
        {"frequency": 1, "by_weekday": [0]},
        {"frequency": 1, "interval": 2, "by_n_weekday": [{"n": 1, "day": 1}]},
        {"frequency": 0, "by_month": [7]},
        {"frequency": 3, "count": 3},
        {"frequency": 9},
    ],
)
async def test_rules_that_discord_does_not_take_are_refused(control: Control, rule: dict[str, Any]) -> None:
    path = f"/guilds/{await control.guild_id()}/scheduled-events"
    answer = await raw(control)("POST", path, event(recurrence_rule={"start": LATER, **rule}))
    assert answer.code == 50035
    assert "recurrence_rule" in answer.json["errors"]


async def test_files_of_older_messages_are_found_after_a_restart_elsewhere(tmp_path: Any) -> None:
    async def say(session: aiohttp.ClientSession, sandbox: Sandbox) -> str:
        control = Control(session)
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", '{"content": "Look"}', content_type="application/json")
        form.add_field("files[0]", b"hello", filename="hello.txt", content_type="text/plain")
        path = f"/api/v10/channels/{await control.channel_id('general')}/messages"
        headers = {"Authorization": "Person ann"}
        async with session.post(path, data=form, headers=headers) as answer:
            return str((await answer.json())["attachments"][0]["url"])

    async with Sandbox(tmp_path) as first, aiohttp.ClientSession(first.url) as session:
        old = await say(session, first)
    async with Sandbox(tmp_path) as second, aiohttp.ClientSession(second.url) as session:
        (message,) = await Control(session).get("messages", channel="general", who="ann")
        new = message["attachments"][0]["url"]
        async with session.get(new) as answer:
            assert await answer.text() == "hello"

    assert old != new


async def test_a_poll_is_asked_answered_and_ended(bot: Bot, control: Control) -> None:
    poll = discord.Poll("Tea or coffee?", timedelta(hours=1))
    poll.add_answer(text="Tea")
    poll.add_answer(text="Coffee", emoji="☕")
    sent = await bot.room("general").send(poll=poll)
    await control.post("vote", who="ann", message=str(sent.id), answers=["Tea"])
    await control.post("vote", who="bob", message=str(sent.id), answers=["Coffee"])
    await control.post("vote", who="bob", message=str(sent.id), answers=["Tea"])

    found = await bot.room("general").fetch_message(sent.id)
    assert found.poll is not None
    assert [(answer.text, answer.vote_count) for answer in found.poll.answers] == [("Tea", 2), ("Coffee", 0)]
    assert {user.name async for user in found.poll.answers[0].voters()} == {"ann", "bob"}

    await found.poll.end()
    assert (await control.refused("vote", who="cid", message=str(sent.id), answers=["Tea"]))[0] == 400
