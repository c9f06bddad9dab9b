"""The Discord client: intents, cogs, commands, and which page answers a press."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVarTuple

import aiohttp
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
    """The intents for what Lyceum counts or acts on; neither message content nor presence."""
    intents = discord.Intents.none()
    intents.guilds = True
    intents.members = members
    intents.guild_messages = True
    intents.guild_reactions = True
    intents.moderation = True
    intents.voice_states = True
    intents.guild_scheduled_events = True
    intents.guild_polls = True
    return intents


class Tree(app_commands.CommandTree[Any]):
    """The command tree; a failed command is answered by `report`."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await report(interaction, error)


class Client(commands.Bot):
    """Signs in, loads the pages and keeps Discord's copy of the commands up to date. It holds no domain logic."""

    def __init__(
        self,
        texts: Catalog,
        pages: Sequence[str],
        *,
        members: bool,
        quick: bool,
        folder: Path,
        trace: aiohttp.TraceConfig | None = None,
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
            http_trace=trace or aiohttp.TraceConfig(),
            guild_ready_timeout=0.1 if quick else 2.0,
            max_ratelimit_timeout=60.0,
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_contexts=app_commands.AppCommandContext(guild=True),
        )
        self.app: Services  # set by the composition root before signing in; cogs take their services from it
        self.texts = texts
        self.synced = asyncio.Event()
        self.command_ids: dict[str, int] = {}
        """Discord's ids of the commands, by their whole names."""
        self._actions: dict[str, ActionHandler] = {}
        self._pages = pages
        self._folder = folder
        self._dispatch_role_changes()

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Translator(self.texts))
        self.add_dynamic_items(ActionItem)
        for page in self._pages:
            await self.load_extension(page)
        await self._sync()
        self.synced.set()

    def _dispatch_role_changes(self) -> None:
        """Dispatch `member_roles(guild_id, user_id, role_ids)`: without a member cache discord.py drops these events."""
        parsers = self._connection.parsers
        parse = parsers["GUILD_MEMBER_UPDATE"]

        def parse_and_dispatch(data: Any) -> None:
            parse(data)
            roles = frozenset(map(int, data["roles"]))
            self.dispatch("member_roles", int(data["guild_id"]), int(data["user"]["id"]), roles)

        parsers["GUILD_MEMBER_UPDATE"] = parse_and_dispatch

    def on_action(
        self,
        action: Action[*Ts],
        run: Callable[[Interaction, *Ts], Awaitable[None]],
        check: Callable[[Interaction], None] | None = None,
    ) -> None:
        """Call `run` with the action's arguments when its button or select is used; `check` may refuse the user first."""
        if action.name in self._actions:
            raise ValueError(f"two pages answer to {action.name}")

        async def answer(interaction: Interaction, text: str) -> None:
            if check is not None:
                check(interaction)
            await run(interaction, *action.read(text))

        self._actions[action.name] = answer

    async def act(self, interaction: Interaction, custom_id: str, values: Sequence[str] | None) -> None:
        """Run the handler of a pressed button or a select (`values`: what was picked); report errors as a command's are."""
        name, text = split(custom_id)
        try:
            if name not in self._actions:
                log.info("a button or select is unknown", custom_id=custom_id, guild=interaction.guild_id)
                raise outdated()
            await self._actions[name](interaction, values[0] if values else text)
        except Exception as error:  # the outermost layer: whatever failed, the person gets a sentence
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
        registered = await self.tree.fetch_commands()
        current = {command.name for command in self.tree.get_commands()}
        unchanged = {command.name for command in registered} == current
        if not (unchanged and stamp.is_file() and stamp.read_text() == digest):
            registered = await self.tree.sync()
            stamp.write_text(digest)
        ids = {command.name: command.id for command in registered}
        self.command_ids = {
            command.qualified_name: ids[(command.root_parent or command).name]
            for command in self.tree.walk_commands()
            if isinstance(command, app_commands.Command) and (command.root_parent or command).name in ids
        }
