"""Slash commands from declaration to answer, with the checks that Discord's client makes."""

from __future__ import annotations

import discord
import pytest
from discord import app_commands

from tests.sandbox.people import Bot, Control


@pytest.fixture
async def shop(bot: Bot) -> Bot:
    """A bot with a group of commands, all kinds of options and a restricted one."""
    group = app_commands.Group(name="membership", description="Membership")

    @group.command(description="Buy a plan")
    @app_commands.choices(pay=[app_commands.Choice(name="Card", value="card")])
    async def buy(
        interaction: discord.Interaction,
        plan: app_commands.Range[str, 2, 10],
        months: app_commands.Range[int, 1, 12] = 1,
        pay: str = "card",
        friend: discord.Member | None = None,
        role: discord.Role | None = None,
        where: discord.TextChannel | None = None,
    ) -> None:
        await interaction.response.send_message(f"{plan} {months} {pay} {friend} {role} {where}")

    @buy.autocomplete("plan")
    async def plans(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        names = [name for name in ("basic", "pro") if current in name]
        return [app_commands.Choice(name=name.title(), value=name) for name in names]

    @bot.tree.command(description="Only staff")
    @app_commands.default_permissions(manage_messages=True)
    async def sweep(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("swept")

    @bot.tree.command(description="Reads a file")
    async def read(interaction: discord.Interaction, file: discord.Attachment) -> None:
        await interaction.response.send_message((await file.read()).decode())

    bot.tree.add_command(group)
    await bot.tree.sync()
    return bot


async def test_slash_is_answered_where_it_was_used(shop: Bot, control: Control) -> None:
    options = {"plan": "pro", "months": 3, "friend": "bob", "role": "Expert", "where": "help"}
    seen = await control.post(
        "slash", who="ann", channel="general", command="membership buy", options=options
    )

    assert seen["state"] == "answered"
    assert seen["message"]["content"] == "pro 3 card bob Expert help"
    assert (await control.get("messages", channel="general", who="bob"))[-1]["id"] == seen["message"]["id"]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "required"),
        ({"plan": "p"}, "length"),
        ({"plan": "pro", "months": 13}, "1 to 12"),
        ({"plan": "pro", "months": "3"}, "whole number"),
        ({"plan": "pro", "pay": "gold"}, "Choices"),
        ({"plan": "pro", "friend": "nobody"}, "nobody"),
        ({"plan": "pro", "colour": "red"}, "no option"),
    ],
)
async def test_a_wrong_option_never_reaches_the_bot(
    shop: Bot, control: Control, options: dict[str, object], word: str
) -> None:
    status, refusal = await control.refused(
        "slash", who="ann", channel="general", command="membership buy", options=options
    )

    assert 400 <= status < 500
    assert word in refusal["error"] + refusal["hint"]


async def test_unknown_and_forbidden_commands_are_refused(shop: Bot, control: Control) -> None:
    for who, command, status in [
        ("ann", "nonsense", 404),
        ("ann", "membership", 404),
        ("ann", "membership sell", 404),
        ("ann", "sweep", 403),
    ]:
        assert (await control.refused("slash", who=who, channel="general", command=command))[0] == status
    seen = await control.post("slash", who="max", channel="general", command="sweep")
    assert seen["message"]["content"] == "swept"
    names = {c["name"] for c in await control.get("commands", who="ann")}
    assert names == {"membership", "read"}


async def test_autocomplete_offers_what_fits(shop: Bot, control: Control) -> None:
    asked = {"who": "ann", "channel": "general", "command": "membership buy", "focused": "plan"}

    every = await control.post("autocomplete", **asked, options={})
    some = await control.post("autocomplete", **asked, options={"plan": "ba", "months": 2})

    assert [c["value"] for c in every["choices"]] == ["basic", "pro"]
    assert some["choices"] == [{"name": "Basic", "name_localizations": None, "value": "basic"}]


async def test_a_file_goes_through_the_cdn(shop: Bot, control: Control) -> None:
    file = {"filename": "note.txt", "base64": "aGVsbG8="}
    seen = await control.post("slash", who="ann", channel="general", command="read", options={"file": file})
    assert seen["message"]["content"] == "hello"


async def test_menus_of_members_and_messages(bot: Bot, control: Control) -> None:
    @bot.tree.context_menu(name="Who is it")
    async def who_is_it(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(member.display_name)

    @bot.tree.context_menu(name="Quote")
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"> {message.content}")

    await bot.tree.sync()
    said = await control.post("say", who="bob", channel="general", content="Good morning")

    member = await control.post("menu", who="ann", command="Who is it", target="eve")
    message = await control.post("menu", who="ann", command="Quote", target=said["id"])

    assert member["message"]["content"] == "Eve Laurent"
    assert message["message"]["content"] == "> Good morning"


@pytest.mark.not_judged("the names are wrong on purpose")
async def test_a_wrong_declaration_is_refused_with_its_place(bot: Bot) -> None:
    assert bot.application_id
    wrong = [{"name": "Upper Case", "description": "x"}, {"name": "fine", "description": ""}]

    with pytest.raises(discord.HTTPException) as refused:
        await bot.http.bulk_upsert_global_commands(bot.application_id, wrong)

    assert refused.value.code == 50035
    assert "0.name" in refused.value.text
    assert "1.description" in refused.value.text


async def test_syncing_again_keeps_the_ids(shop: Bot) -> None:
    first = {c.name: c.id for c in await shop.tree.fetch_commands()}
    await shop.tree.sync()
    assert {c.name: c.id for c in await shop.tree.fetch_commands()} == first


async def test_without_a_bot_nobody_waits(control: Control, shop: Bot) -> None:
    await shop.close()
    status, refusal = await control.refused("slash", who="ann", channel="general", command="sweep")
    assert status == 403
    status, refusal = await control.refused("slash", who="max", channel="general", command="sweep")
    assert (status, refusal["error"]) == (409, "lyceum is not connected.")
