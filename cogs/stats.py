"""/stats: the figures of a week, and how each was calculated from its inputs."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.components import Interaction, answer, replace
from bot.discord.page import Page, guild_of, on_press, words_of
from bot.insight.actions import EXPLAIN_WEEK, PICK_FIGURE
from bot.insight.cards import weekly
from bot.insight.explain import explained
from bot.insight.metrics.registry import METRICS, named
from bot.insight.weeks import Week
from bot.services import Services

CHOICES: list[app_commands.Choice[str]] = [
    app_commands.Choice(name=locale_str(metric.title), value=key) for key, metric in METRICS.items()
]


@app_commands.default_permissions(manage_guild=True)
class Stats(
    Page,
    commands.GroupCog,
    group_name=locale_str("stats"),
    group_description=locale_str("What happened in this community, and how it was counted"),
):
    """For owners and staff. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._insight = app.insight
        self._weekly = app.weekly

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._weekly.schedule(guild.id)

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        await self._weekly.schedule(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        await self._weekly.channels_changed(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        if before.name != after.name or before.overwrites != after.overwrites:
            await self._weekly.channels_changed(after.guild.id)

    @app_commands.command(
        name=locale_str("week"), description=locale_str("The weekly card: engagement, content value, members")
    )
    @app_commands.describe(week=locale_str("A week such as 2026-W47; the running one if left out"))
    async def week(self, interaction: Interaction, week: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)  # the first picture may take seconds
        t = words_of(interaction)
        report = await self._insight.report(guild_of(interaction), Week.parse(week) if week else None)
        await answer(interaction, weekly(t, report, await self._insight.picture(t, report)))

    @app_commands.command(
        name=locale_str("explain"), description=locale_str("Open a number: what it is made of, line by line")
    )
    @app_commands.describe(
        metric=locale_str("Which number"),
        week=locale_str("A week such as 2026-W47; the running one if left out"),
    )
    @app_commands.choices(metric=CHOICES)
    async def explain(self, interaction: Interaction, metric: str, week: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        t = words_of(interaction)
        report = await self._insight.report(guild_of(interaction), Week.parse(week) if week else None)
        await answer(interaction, explained(t, report, named(metric)))

    @week.autocomplete("week")
    @explain.autocomplete("week")
    async def weeks(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        weeks = await self._insight.weeks(guild_of(interaction), typed)
        return [app_commands.Choice(name=str(week), value=str(week)) for week in weeks]

    @on_press(EXPLAIN_WEEK)
    async def open(self, interaction: Interaction, week: Week) -> None:
        """*Explain a number* on a weekly card: answers with a private card."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = await self._insight.report(guild_of(interaction), week)
        await answer(interaction, explained(words_of(interaction), report, METRICS["engagement"]))

    @on_press(PICK_FIGURE)
    async def open_other(self, interaction: Interaction, metric: str, week: Week) -> None:
        """Another number from the list, in place of the one shown."""
        await interaction.response.defer()
        report = await self._insight.report(guild_of(interaction), week)
        t = words_of(interaction)
        await replace(interaction, explained(t, report, named(metric)))


setup = Stats.setup
