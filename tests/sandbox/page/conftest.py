"""A browser window on the sandbox, and a small shop as the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from playwright.async_api import Page

from sandbox.app import Sandbox
from tests.browser import window
from tests.sandbox.people import Bot

Open = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def open_page(sandbox: Sandbox, chromium: str) -> AsyncIterator[Open]:
    """Open the page at an address like `#ann/general`; a mistake in its scripts fails the test."""
    async with window(chromium) as context:

        async def opened(address: str) -> Page:
            page = await context.new_page()
            await page.goto(f"{sandbox.url}/{address}")
            await page.wait_for_selector("#composer")
            return page

        yield opened


class _Card(ui.LayoutView):
    """A card with a button that changes it and a link."""

    def __init__(self, text: str) -> None:
        super().__init__(timeout=60)
        buttons: ui.ActionRow[Any] = ui.ActionRow(
            _Pay(), ui.Button(label="Terms", url="https://example.org/terms")
        )
        self.add_item(ui.Container(ui.TextDisplay(text), buttons, accent_colour=0x5865F2))


class _Pay(ui.Button[Any]):
    def __init__(self) -> None:
        super().__init__(label="Pay", style=discord.ButtonStyle.success)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(view=_Card("## Paid"))


class _Form(ui.Modal, title="A note"):
    """A modal whose text must not be too short."""

    note: ui.Label[Any] = ui.Label(text="Your note", component=ui.TextInput(min_length=5))

    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        assert isinstance(self.note.component, ui.TextInput)
        await interaction.response.send_message(f"noted: {self.note.component.value}")


@pytest.fixture
async def shop(bot: Bot) -> Bot:
    """`/membership buy plan:…` answers with a card for the buyer's eyes, `/note` with a modal."""
    group = app_commands.Group(name="membership", description="Membership")

    @group.command(description="Buy a plan")
    async def buy(interaction: discord.Interaction[Any], plan: str, gift: bool = False) -> None:
        await interaction.response.send_message(view=_Card(f"# {plan}\n**99** a month"), ephemeral=True)

    @buy.autocomplete("plan")
    async def plans(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        names = [name for name in ("Basic", "Pro") if current.lower() in name.lower()]
        return [app_commands.Choice(name=f"{name} plan", value=name.lower()) for name in names]

    @bot.tree.command(description="Leave a note")
    async def note(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(_Form())

    bot.tree.add_command(group)
    await bot.tree.sync()
    return bot
