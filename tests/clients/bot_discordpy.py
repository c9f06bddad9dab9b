"""The script's bot, written with discord.py. `SANDBOX` is the sandbox's address."""

from __future__ import annotations

import asyncio
import io
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

SCRIPT: dict[str, Any] = json.loads(Path(__file__).with_name("script.json").read_text("utf-8"))
SAYS: dict[str, str] = SCRIPT["says"]
Interaction = discord.Interaction["Bot"]


class Bot(discord.Client):
    def __init__(self) -> None:
        intents = discord.Intents.default()
        intents.members = intents.message_content = True
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)

    async def on_ready(self) -> None:
        await self.tree.sync()
        print("ready", flush=True)

    async def on_resumed(self) -> None:
        print("resumed", flush=True)

    async def on_message(self, message: discord.Message) -> None:
        if message.content == "ping":
            await message.add_reaction(SCRIPT["wave"])
            await message.reply(SAYS["pong"])


bot = Bot()
tree = bot.tree


@tree.command(description="Greet somebody")
@app_commands.describe(name="Whom")
async def hello(interaction: Interaction, name: str) -> None:
    await interaction.response.send_message(SAYS["hello"].format(name))


@hello.autocomplete("name")
async def names(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=n, value=n) for n in SCRIPT["names"] if n.startswith(current)]


room = app_commands.Group(name="room", description="Rooms")
badge = app_commands.Group(name="badge", description="Roles")
tree.add_command(room)
tree.add_command(badge)


@room.command(name="open", description="Open a thread here")
@app_commands.describe(name="Its name")
async def open_room(interaction: Interaction, name: str) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    thread = await interaction.channel.create_thread(name=name, type=discord.ChannelType.public_thread)
    await thread.send(SAYS["welcome"])
    await interaction.response.send_message(SAYS["opened"].format(name))


class Panel(ui.View):
    @ui.button(label=SCRIPT["panel"]["button"]["label"], custom_id=SCRIPT["panel"]["button"]["custom_id"])
    async def press(self, interaction: Interaction, button: ui.Button[Panel]) -> None:
        await interaction.response.edit_message(content=SAYS["pressed"].format(interaction.user.name))

    @ui.select(
        custom_id=SCRIPT["panel"]["menu"]["custom_id"],
        options=[discord.SelectOption(label=option) for option in SCRIPT["panel"]["menu"]["options"]],
    )
    async def pick(self, interaction: Interaction, menu: ui.Select[Panel]) -> None:
        await interaction.response.send_message(SAYS["chose"].format(menu.values[0]), ephemeral=True)


@tree.command(description="A button and a menu")
async def panel(interaction: Interaction) -> None:
    await interaction.response.send_message(SCRIPT["panel"]["content"], view=Panel())


class About(ui.Modal, title=SCRIPT["form"]["title"]):
    name: ui.Label[About] = ui.Label(
        text=SCRIPT["form"]["field"]["label"],
        component=ui.TextInput(custom_id=SCRIPT["form"]["field"]["custom_id"]),
    )

    async def on_submit(self, interaction: Interaction) -> None:  # type: ignore[override]
        assert isinstance(self.name.component, ui.TextInput)
        await interaction.response.send_message(SAYS["thanks"].format(self.name.component.value))


@tree.command(description="A form to fill in")
async def form(interaction: Interaction) -> None:
    await interaction.response.send_modal(About(custom_id=SCRIPT["form"]["custom_id"]))


@tree.command(description="Takes its time")
async def slow(interaction: Interaction) -> None:
    await interaction.response.defer()
    await asyncio.sleep(0.2)
    await interaction.edit_original_response(content=SAYS["done"])
    await interaction.followup.send(SAYS["more"])


@tree.command(description="Sends a file")
async def file(interaction: Interaction) -> None:
    note = discord.File(io.BytesIO(SCRIPT["file"]["content"].encode()), SCRIPT["file"]["name"])
    await interaction.response.send_message(SAYS["file"], file=note)


@tree.command(description="Writes in the channel, then corrects itself")
async def draft(interaction: Interaction) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    message = await interaction.channel.send(SAYS["draft"])
    await message.edit(content=SAYS["final"])
    await interaction.response.send_message(SAYS["written"])


@badge.command(description="Give a role")
@app_commands.describe(member="To whom", role="Which")
async def give(interaction: Interaction, member: discord.Member, role: discord.Role) -> None:
    await member.add_roles(role, reason="The script says so")
    await interaction.response.send_message(SAYS["gave"].format(role.name))


@badge.command(description="Take a role away")
@app_commands.describe(member="From whom", role="Which")
async def take(interaction: Interaction, member: discord.Member, role: discord.Role) -> None:
    await member.remove_roles(role)
    await interaction.response.send_message(SAYS["took"].format(role.name))


@tree.command(description="Write to somebody")
@app_commands.describe(member="To whom")
async def whisper(interaction: Interaction, member: discord.Member) -> None:
    await member.send(SAYS["whisper"])
    await interaction.response.send_message(SAYS["told"].format(member.name))


@tree.command(description="Plan an event")
@app_commands.describe(name="Its name")
async def plan(interaction: Interaction, name: str) -> None:
    assert interaction.guild is not None
    start = interaction.created_at + timedelta(days=1)
    await interaction.guild.create_scheduled_event(
        name=name,
        start_time=start,
        end_time=start + timedelta(hours=1),
        entity_type=discord.EntityType.external,
        privacy_level=discord.PrivacyLevel.guild_only,
        location="Online",
    )
    await interaction.response.send_message(SAYS["planned"].format(name))


@tree.command(description="Send somebody away")
@app_commands.describe(member="Whom")
async def kick(interaction: Interaction, member: discord.Member) -> None:
    await member.kick()
    await interaction.response.send_message(SAYS["kicked"].format(member.name))


@tree.command(description="Read a message")
@app_commands.describe(message="Its id")
async def read(interaction: Interaction, message: str) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    found = await interaction.channel.fetch_message(int(message))
    await interaction.response.send_message(SAYS["quote"].format(found.content))


@tree.command(description="Count the members whose name begins so")
@app_commands.describe(prefix="How it begins")
async def count(interaction: Interaction, prefix: str) -> None:
    assert interaction.guild is not None
    members = await interaction.guild.query_members(prefix, limit=100)
    await interaction.response.send_message(SAYS["count"].format(len(members)))


@tree.context_menu(name="Who is it")
async def who(interaction: Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(SAYS["who"].format(member.name), ephemeral=True)


@tree.context_menu(name="Quote it")
async def quote(interaction: Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(SAYS["quote"].format(message.content))


@tree.error
async def refused(interaction: Interaction, error: app_commands.AppCommandError) -> None:
    cause = getattr(error, "original", error)
    if not isinstance(cause, discord.HTTPException):
        raise error
    await interaction.response.send_message(SAYS["refused"].format(cause.code))


address = yarl.URL(os.environ["SANDBOX"])
Route.BASE = str(address / "api/v10")
DiscordWebSocket.DEFAULT_GATEWAY = address.with_scheme("ws") / "gateway/"
bot.run("sandbox.discordpy", log_level=30)
