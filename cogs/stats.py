"""/stats: the week's figures, and every number opened down to its inputs."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer, replace
from bot.i18n import Texts
from bot.insight.cards import weekly
from bot.insight.explain import PICK, explained
from bot.insight.metrics.registry import METRICS, named
from bot.insight.service import Insight
from bot.insight.weekly import Weekly
from bot.insight.weeks import Week

CHOICES: list[app_commands.Choice[str]] = [
    app_commands.Choice(name=locale_str(metric.title), value=key) for key, metric in METRICS.items()
]


@app_commands.default_permissions(manage_guild=True)
class Stats(
    commands.GroupCog,
    group_name=locale_str("stats"),
    group_description=locale_str("What happened in this community, and how it was counted"),
):
    """For owners and staff; every answer is seen by the asker alone."""

    def __init__(self, bot: Client, insight: Insight, weekly_post: Weekly, texts: Texts) -> None:
        self._bot = bot
        self._insight = insight
        self._weekly = weekly_post
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("stats.explain", self.open)
        self._bot.on_action(PICK, self.open_other)

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
        t = self._texts.of(str(interaction.locale))
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
        t = self._texts.of(str(interaction.locale))
        report = await self._insight.report(guild_of(interaction), Week.parse(week) if week else None)
        await answer(interaction, explained(t, report, named(metric)))

    @week.autocomplete("week")
    @explain.autocomplete("week")
    async def weeks(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await self._insight.weeks(guild_of(interaction), typed)
        return [app_commands.Choice(name=str(week), value=str(week)) for week in found]

    async def open(self, interaction: Interaction, week: str) -> None:
        """*Explain a number* on a weekly card: a private card beside it."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        report = await self._insight.report(guild_of(interaction), Week.parse(week))
        await answer(
            interaction, explained(self._texts.of(str(interaction.locale)), report, METRICS["engagement"])
        )

    async def open_other(self, interaction: Interaction, picked: str) -> None:
        """Another number from the list, in the place of the one shown."""
        await interaction.response.defer()
        metric, _, week = picked.partition(":")
        report = await self._insight.report(guild_of(interaction), Week.parse(week))
        t = self._texts.of(str(interaction.locale))
        await replace(interaction, explained(t, report, named(metric)))


def guild_of(interaction: Interaction) -> int:
    """The server of a command; ours exist only in servers."""
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    app: Any = bot.app
    await bot.add_cog(Stats(bot, app.insight, app.weekly, app.texts))
