"""/event: the coming events, and the buttons *Going* and *Can't* wherever an event is shown."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, turn
from bot.discord.page import Page, guild_of, on_press, words_of
from bot.events import cards
from bot.events.actions import CANNOT, GOING, TURN_EVENTS
from bot.services import Services


class EventPage(
    Page,
    commands.GroupCog,
    name="Event",
    group_name=locale_str("event"),
    group_description=locale_str("What comes in this community"),
):
    """For everybody. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._events = app.events
        self._attendance = app.voice_attendance

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The coming events, in your own time")
    )
    async def list(self, interaction: Interaction) -> None:
        await answer(interaction, await self._listed(interaction))

    @on_press(TURN_EVENTS)
    async def turn_events(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under the list."""
        await turn(interaction, await self._listed(interaction, page))

    async def _listed(self, interaction: Interaction, page: int = 0) -> Card:
        events = await self._events.upcoming(guild_of(interaction), interaction.user.id, cards.LISTED + 1)
        return cards.listed(words_of(interaction), events, page)

    @on_press(GOING)
    async def going(self, interaction: Interaction, event_id: int, _minutes: int | None) -> None:
        """*Going*, on the card, a reminder or the list; pressing it twice is harmless."""
        event, fresh = await self._events.going(guild_of(interaction), str(event_id), interaction.user.id)
        await answer(interaction, cards.going(words_of(interaction), event, fresh))

    @on_press(CANNOT)
    async def cant(self, interaction: Interaction, event_id: int) -> None:
        """*Can't*: removes the member's sign-up."""
        event, removed = await self._events.not_going(
            guild_of(interaction), str(event_id), interaction.user.id
        )
        await answer(interaction, cards.not_going(words_of(interaction), event, removed))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """A new session: record who is in the voice channels now. (A resumed session replays what was missed.)"""
        for guild in self.bot.guilds:
            await self._attendance.resume(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._attendance.resume(guild.id)

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        self._attendance.session_resumed(guild.id for guild in self.bot.guilds)

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        self._attendance.gateway_lost()


setup = EventPage.setup
