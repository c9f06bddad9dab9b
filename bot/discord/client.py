"""The Discord client: intents, cogs, commands, and the way of a press to its page."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVarTuple

import discord
import structlog
import yarl
from discord import app_commands
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.actions import Action, outdated, split
from bot.discord.components import ActionHandler, ActionItem, Interaction
from bot.discord.errors import report
from bot.discord.translator import Translator
from bot.i18n import Catalog

if TYPE_CHECKING:
    from bot.services import Services

log = structlog.get_logger(__name__)
Ts = TypeVarTuple("Ts")


def point_at(api: str) -> None:
    """Send discord.py to another server that speaks Discord's protocol. Once per process, before signing in."""
    Route.BASE = api
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(api).with_scheme("ws").with_path("/gateway/")


def intents(*, members: bool) -> discord.Intents:
    """Everything that is counted or acted on, and neither message content nor presence."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.members = members
    wanted.guild_messages = True
    wanted.guild_reactions = True
    wanted.voice_states = True
    wanted.guild_scheduled_events = True
    wanted.guild_polls = True
    return wanted


class Tree(app_commands.CommandTree[Any]):
    """Commands for servers only, with one place for what goes wrong."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await report(interaction, error)


class Client(commands.Bot):
    """Signs in, loads the pages and keeps the commands in step. It knows no business of its own."""

    def __init__(
        self, texts: Catalog, pages: Sequence[str], *, members: bool, quick: bool, folder: Path
    ) -> None:
        # Presence in voice is counted without the library's audio parts; it need not warn that they are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents(members=members),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.1 if quick else 2.0,
            max_ratelimit_timeout=60.0,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
        )
        self.app: Services  # set by the composition root before signing in; cogs take their services from it
        self.texts = texts
        self.synced = asyncio.Event()
        self._actions: dict[str, ActionHandler] = {}
        self._pages = pages
        self._folder = folder
        self._hear_of_roles()

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Translator(self.texts))
        self.add_dynamic_items(ActionItem)
        for page in self._pages:
            await self.load_extension(page)
        await self._sync()
        self.synced.set()

    def _hear_of_roles(self) -> None:
        """Dispatch `member_roles(guild_id, user_id, role_ids)`: without a member cache the library drops these events."""
        parsers = self._connection.parsers
        parse = parsers["GUILD_MEMBER_UPDATE"]

        def told(data: Any) -> None:
            parse(data)
            roles = frozenset(map(int, data["roles"]))
            self.dispatch("member_roles", int(data["guild_id"]), int(data["user"]["id"]), roles)

        parsers["GUILD_MEMBER_UPDATE"] = told

    def on_action(
        self,
        action: Action[*Ts],
        run: Callable[[Interaction, *Ts], Awaitable[None]],
        check: Callable[[Interaction], None] | None = None,
    ) -> None:
        """Run this with the action's arguments when its button or select is used, unless `check` refuses who uses it."""
        if action.name in self._actions:
            raise ValueError(f"two pages answer to {action.name}")

        async def answer(interaction: Interaction, text: str) -> None:
            if check is not None:
                check(interaction)
            await run(interaction, *action.read(text))

        self._actions[action.name] = answer

    async def act(self, interaction: Interaction, custom_id: str, values: Sequence[str] | None) -> None:
        """Run what a press means (`values`: what was picked), and report what goes wrong like a command's error."""
        name, text = split(custom_id)
        try:
            if name not in self._actions:
                log.info("a button or select is unknown", custom_id=custom_id, guild=interaction.guild_id)
                raise outdated()
            await self._actions[name](interaction, values[0] if values else text)
        except Exception as error:  # the edge: whatever it is, the person gets a sentence
            await report(interaction, error)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        log.exception("an event was not handled", handler=event_method)

    async def _sync(self) -> None:
        """Send the commands if they changed: Discord allows 200 creations a day."""
        translated = [
            await command.get_translated_payload(self.tree, self.tree.translator)  # type: ignore[arg-type]
            for command in self.tree.get_commands()
        ]
        digest = hashlib.sha256(json.dumps(translated, sort_keys=True).encode()).hexdigest()
        stamp = self._folder / f"commands-{self.application_id}.sha256"
        there = {command.name for command in await self.tree.fetch_commands()}
        ours = {command.name for command in self.tree.get_commands()}
        if there == ours and stamp.is_file() and stamp.read_text() == digest:
            return
        await self.tree.sync()
        stamp.write_text(digest)
