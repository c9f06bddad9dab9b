"""/event: what comes, and *Going* and *Can't* wherever an event is shown."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer
from bot.events import cards
from bot.events.doors import Doors
from bot.events.service import Events
from bot.i18n import Texts


class EventPage(
    commands.GroupCog,
    name="Event",
    group_name=locale_str("event"),
    group_description=locale_str("What comes in this community"),
):
    """For everybody; every answer is seen by the asker alone."""

    def __init__(self, bot: Client, events: Events, doors: Doors, texts: Texts) -> None:
        self._bot = bot
        self._events = events
        self._doors = doors
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("event.going", self.going)
        self._bot.on_action("event.cant", self.cant)

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The coming events, in your own time")
    )
    async def list(self, interaction: Interaction) -> None:
        found = await self._events.upcoming(_guild(interaction), interaction.user.id, cards.LISTED + 1)
        await answer(interaction, cards.listed(self._texts.of(str(interaction.locale)), found))

    async def going(self, interaction: Interaction, argument: str) -> None:
        """*Going*, on the card, a reminder or the list; pressing it twice is harmless."""
        event_id, _, _ = argument.partition(":")
        event, fresh = await self._events.going(_guild(interaction), event_id, interaction.user.id)
        await answer(interaction, cards.going(self._texts.of(str(interaction.locale)), event, fresh))

    async def cant(self, interaction: Interaction, event_id: str) -> None:
        """*Can't*: off the list."""
        event, was = await self._events.not_going(_guild(interaction), event_id, interaction.user.id)
        await answer(interaction, cards.not_going(self._texts.of(str(interaction.locale)), event, was))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session: who is in the voice channels now? (A resumed one tells what was missed by itself.)"""
        for guild in self._bot.guilds:
            await self._doors.resume(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._doors.resume(guild.id)

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        self._doors.sees(guild.id for guild in self._bot.guilds)

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        self._doors.lost_sight()


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    app: Any = bot.app
    await bot.add_cog(EventPage(bot, app.events, app.doors, app.texts))
