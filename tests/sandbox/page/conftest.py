"""A browser window on the sandbox, and a small shop as the bot.

These tests share one event loop, so that playwright is started once: that takes longer than most of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import discord
import pytest
import pytest_asyncio
from discord import app_commands, ui
from playwright.async_api import Browser, Page

from sandbox.app import Sandbox
from tests.browser import driven, profile
from tests.sandbox.people import Bot, Control, signed_in

BEGIN = datetime(2026, 11, 2, 8, tzinfo=UTC)
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of this folder."""
    for item in items:
        if item.path.parent == _HERE and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class Open(Protocol):
    """Open the page at an address like `#ann/general`, in a window as `how` says."""

    async def __call__(self, address: str, **how: Any) -> Page: ...


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with driven(chromium) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """It begins on a day of its own: some tests turn its clock to a date, and it never goes back."""
    async with Sandbox(tmp_path / "world", answer_seconds=1.0, clock=BEGIN) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield Control(session)


@pytest_asyncio.fixture(loop_scope="session")
async def bot(sandbox: Sandbox) -> AsyncIterator[Bot]:
    async with signed_in(sandbox) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(sandbox: Sandbox, browser: Browser) -> AsyncIterator[Open]:
    """A mistake in the page's scripts fails the test."""
    async with contextlib.AsyncExitStack() as windows:

        async def opened(address: str, **how: Any) -> Page:
            context = await windows.enter_async_context(profile(browser, **how))
            page = await context.new_page()
            await page.goto(f"{sandbox.url}/{address}")
            await page.wait_for_selector("#composer")
            return page

        yield opened


async def until(page: Page, condition: str) -> None:
    """Wait until this is true in the page. (playwright's own waiting evaluates a text, which the page forbids.)"""
    for _ in range(200):
        if await page.evaluate(condition):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"it never became true that {condition}")


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


@pytest_asyncio.fixture(loop_scope="session")
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
