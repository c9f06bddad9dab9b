"""Slash commands from declaration to answer."""

from __future__ import annotations

import discord

from tests.sandbox.people import Bot, Control


async def test_slash_is_answered_where_it_was_used(bot: Bot, control: Control) -> None:
    @bot.tree.command(description="Greets")
    async def greet(interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"Hello {name} in {interaction.channel}")

    await bot.tree.sync()

    seen = await control.post("slash", who="ann", channel="general", command="greet", options={"name": "Ann"})

    assert seen["state"] == "answered"
    assert seen["message"]["content"] == "Hello Ann in general"
    assert (await control.get("messages", channel="general", who="bob"))[-1]["id"] == seen["message"]["id"]
