"""A browser window on the sandbox, and a small shop as the bot."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import discord
import pytest
from discord import app_commands, ui
from playwright.async_api import Page, async_playwright

from sandbox.app import Sandbox
from tests.sandbox.people import Bot

Open = Callable[[str], Awaitable[Page]]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One browser for all tests of a run: starting it takes longer than most of them. Where it listens."""
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("needs a Chromium on this machine")
    folder = tmp_path_factory.mktemp("chromium")
    flags = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder}", "--no-first-run"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with subprocess.Popen([path, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        port = folder / "DevToolsActivePort"
        deadline = time.monotonic() + 30
        while not (port.is_file() and port.read_text().count("\n")):
            assert process.poll() is None and time.monotonic() < deadline, "the browser did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text().splitlines()[0]}"
        process.terminate()


@pytest.fixture
async def open_page(sandbox: Sandbox, chromium: str) -> AsyncIterator[Open]:
    """Open the page at an address like `#ann/general`; a mistake in its scripts fails the test."""
    wrong: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        context = await browser.new_context(locale="en-US", timezone_id="UTC")
        context.set_default_timeout(10_000)

        async def opened(address: str) -> Page:
            page = await context.new_page()
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on(
                "console",
                lambda message: wrong.append(message.text) if "Content Security" in message.text else None,
            )
            await page.goto(f"{sandbox.url}/{address}")
            await page.wait_for_selector("#composer")
            return page

        yield opened
        await context.close()
        await browser.close()
    assert wrong == []


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
