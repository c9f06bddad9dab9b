"""The script's bot, written with hikari. `SANDBOX` is the sandbox's address."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import hikari
from hikari.impl import AutocompleteChoiceBuilder

SCRIPT: dict[str, Any] = json.loads(Path(__file__).with_name("script.json").read_text("utf-8"))
SAYS: dict[str, str] = SCRIPT["says"]
MESSAGE = hikari.ResponseType.MESSAGE_CREATE
HIDDEN = hikari.MessageFlag.EPHEMERAL

logging.basicConfig(level=logging.INFO)  # to stderr; stdout is for what the script listens to
intents = hikari.Intents.ALL_UNPRIVILEGED | hikari.Intents.GUILD_MEMBERS | hikari.Intents.MESSAGE_CONTENT
bot = hikari.GatewayBot(
    base64.b64encode(b"100000000000000001").decode() + ".sandbox.hikari",
    intents=intents,
    rest_url=f"{os.environ['SANDBOX']}/api/v10",
    auto_chunk_members=False,
    banner=None,
    logs=None,
)


@bot.listen()
async def ready(event: hikari.ShardReadyEvent) -> None:
    commands = [builder(command) for command in SCRIPT["commands"]]
    await bot.rest.set_application_commands(event.application_id, commands)
    print("ready", flush=True)


@bot.listen()
async def resumed(event: hikari.ShardResumedEvent) -> None:
    print("resumed", flush=True)


@bot.listen()
async def message(event: hikari.GuildMessageCreateEvent) -> None:
    if event.content == "ping":
        await event.message.add_reaction(SCRIPT["wave"])
        await event.message.respond(SAYS["pong"], reply=True)


def builder(command: dict[str, Any]) -> hikari.api.CommandBuilder:
    """A command of the script in hikari's own terms."""
    if command["type"] != hikari.CommandType.SLASH:
        return bot.rest.context_menu_command_builder(command["type"], command["name"])
    made = bot.rest.slash_command_builder(command["name"], command["description"])
    for given in command.get("options", ()):
        made.add_option(option(given))
    return made


def option(given: dict[str, Any]) -> hikari.CommandOption:
    return hikari.CommandOption(
        type=hikari.OptionType(given["type"]),
        name=given["name"],
        description=given["description"],
        is_required=given.get("required", False),
        autocomplete=given.get("autocomplete", False),
        options=[option(inner) for inner in given.get("options", ())] or None,
    )


async def say(interaction: Any, name: str, value: object = "", **more: Any) -> None:
    await interaction.create_initial_response(MESSAGE, SAYS[name].format(value), **more)


async def hello(interaction: hikari.CommandInteraction, name: str) -> None:
    await say(interaction, "hello", name)


async def room_open(interaction: hikari.CommandInteraction, name: str) -> None:
    thread = await bot.rest.create_thread(
        interaction.channel_id, hikari.ChannelType.GUILD_PUBLIC_THREAD, name
    )
    await thread.send(SAYS["welcome"])
    await say(interaction, "opened", name)


async def panel(interaction: hikari.CommandInteraction) -> None:
    button, menu = SCRIPT["panel"]["button"], SCRIPT["panel"]["menu"]
    press, pick = bot.rest.build_message_action_row(), bot.rest.build_message_action_row()
    press.add_interactive_button(hikari.ButtonStyle.PRIMARY, button["custom_id"], label=button["label"])
    choices = pick.add_text_menu(menu["custom_id"])
    for name in menu["options"]:
        choices.add_option(name, name)
    await interaction.create_initial_response(MESSAGE, SCRIPT["panel"]["content"], components=[press, pick])


async def form(interaction: hikari.CommandInteraction) -> None:
    field = SCRIPT["form"]["field"]
    row = bot.rest.build_modal_action_row().add_text_input(field["custom_id"], field["label"])
    await interaction.create_modal_response(
        SCRIPT["form"]["title"], SCRIPT["form"]["custom_id"], component=row
    )


async def slow(interaction: hikari.CommandInteraction) -> None:
    await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
    await asyncio.sleep(0.2)
    await interaction.edit_initial_response(SAYS["done"])
    await bot.rest.execute_webhook(interaction.application_id, interaction.token, SAYS["more"])


async def file(interaction: hikari.CommandInteraction) -> None:
    note = hikari.Bytes(SCRIPT["file"]["content"].encode(), SCRIPT["file"]["name"])
    await say(interaction, "file", attachment=note)


async def draft(interaction: hikari.CommandInteraction) -> None:
    message = await bot.rest.create_message(interaction.channel_id, SAYS["draft"])
    await message.edit(SAYS["final"])
    await say(interaction, "written")


async def badge_give(interaction: hikari.CommandInteraction, member: int, role: int) -> None:
    assert interaction.resolved is not None
    await interaction.resolved.members[member].add_role(role, reason="The script says so")
    await say(interaction, "gave", interaction.resolved.roles[role].name)


async def badge_take(interaction: hikari.CommandInteraction, member: int, role: int) -> None:
    assert interaction.resolved is not None
    await interaction.resolved.members[member].remove_role(role)
    await say(interaction, "took", interaction.resolved.roles[role].name)


async def whisper(interaction: hikari.CommandInteraction, member: int) -> None:
    assert interaction.resolved is not None
    user = interaction.resolved.users[member]
    await user.send(SAYS["whisper"])
    await say(interaction, "told", user.username)


async def plan(interaction: hikari.CommandInteraction, name: str) -> None:
    start = interaction.created_at + timedelta(days=1)
    await bot.rest.create_external_event(
        interaction.guild_id, name, "Online", start, start + timedelta(hours=1)
    )
    await say(interaction, "planned", name)


async def kick(interaction: hikari.CommandInteraction, member: int) -> None:
    await bot.rest.kick_user(interaction.guild_id, member)
    await say(interaction, "kicked", member)


async def read(interaction: hikari.CommandInteraction, message: str) -> None:
    found = await bot.rest.fetch_message(interaction.channel_id, int(message))
    await say(interaction, "quote", found.content)


async def count(interaction: hikari.CommandInteraction, prefix: str) -> None:
    nonce = str(interaction.id)
    chunks = bot.stream(hikari.MemberChunkEvent, timeout=2).filter(("nonce", nonce))
    members = 0
    with chunks:
        await bot.request_guild_members(interaction.guild_id, query=prefix, limit=100, nonce=nonce)
        async for chunk in chunks:
            members += len(chunk.members)
            if chunk.chunk_index == chunk.chunk_count - 1:
                break
    await say(interaction, "count", members)


async def who(interaction: hikari.CommandInteraction) -> None:
    assert interaction.resolved is not None
    await say(interaction, "who", interaction.resolved.users[interaction.target_id].username, flags=HIDDEN)


async def quote(interaction: hikari.CommandInteraction) -> None:
    assert interaction.resolved is not None
    await say(interaction, "quote", interaction.resolved.messages[interaction.target_id].content)


COMMANDS: dict[str, Callable[..., Awaitable[None]]] = {
    "hello": hello,
    "room open": room_open,
    "panel": panel,
    "form": form,
    "slow": slow,
    "file": file,
    "draft": draft,
    "badge give": badge_give,
    "badge take": badge_take,
    "whisper": whisper,
    "plan": plan,
    "kick": kick,
    "read": read,
    "count": count,
    "Who is it": who,
    "Quote it": quote,
}


@bot.listen()
async def command(event: hikari.CommandInteractionCreateEvent) -> None:
    interaction = event.interaction
    name, options = interaction.command_name, interaction.options or []
    if options and options[0].type == hikari.OptionType.SUB_COMMAND:
        name, options = f"{name} {options[0].name}", options[0].options or []
    try:
        await COMMANDS[name](interaction, **{given.name: given.value for given in options})
    except hikari.ClientHTTPResponseError as error:
        await say(interaction, "refused", error.code)


@bot.listen()
async def autocomplete(event: hikari.AutocompleteInteractionCreateEvent) -> None:
    (typed,) = event.interaction.options
    found = [name for name in SCRIPT["names"] if name.startswith(str(typed.value))]
    await event.interaction.create_response([AutocompleteChoiceBuilder(name, name) for name in found])


@bot.listen()
async def component(event: hikari.ComponentInteractionCreateEvent) -> None:
    interaction = event.interaction
    if interaction.component_type is hikari.ComponentType.BUTTON:
        content = SAYS["pressed"].format(interaction.user.username)
        await interaction.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, content)
    else:
        await say(interaction, "chose", interaction.values[0], flags=HIDDEN)


@bot.listen()
async def modal(event: hikari.ModalInteractionCreateEvent) -> None:
    await say(event.interaction, "thanks", event.interaction.components[0][0].value)


bot.run(check_for_updates=False)
