"""/tier: owners put memberships up for sale and take them off."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer
from bot.i18n import Texts
from bot.memberships import staff_cards
from bot.memberships.tiers import LONGEST, NAME_LIMIT, Tiers, compared


@app_commands.default_permissions(administrator=True)
class TierPage(
    commands.GroupCog,
    name="Tier",
    group_name=locale_str("tier"),
    group_description=locale_str("Memberships for sale: make, list, archive"),
):
    """For owners; every answer is seen by the asker alone."""

    def __init__(self, tiers: Tiers, texts: Texts) -> None:
        self._tiers = tiers
        self._texts = texts

    @app_commands.command(name=locale_str("create"), description=locale_str("Put a membership up for sale"))
    @app_commands.describe(
        name=locale_str("What it is called"),
        price=locale_str("What it costs, such as 19 or 19.90"),
        currency=locale_str("Three letters: USD, EUR, CNY …"),
        days=locale_str("How many days it lasts"),
        role=locale_str("The role that it gives"),
    )
    async def create(
        self,
        interaction: Interaction,
        name: app_commands.Range[str, 1, NAME_LIMIT],
        price: app_commands.Range[str, 1, 20],
        currency: app_commands.Range[str, 1, 10],
        days: app_commands.Range[int, 1, LONGEST],
        role: discord.Role,
    ) -> None:
        await interaction.response.defer(ephemeral=True)
        tier = await self._tiers.create(
            _guild(interaction), name=name, price=price, currency=currency, days=days, role_id=role.id,
            actor=interaction.user.id, owner=_owns(interaction),
        )  # fmt: skip
        await answer(interaction, staff_cards.tier_created(self._texts.of(str(interaction.locale)), tier))

    @app_commands.command(name=locale_str("list"), description=locale_str("What is on sale, and what was"))
    async def shelf(self, interaction: Interaction) -> None:
        found = await self._tiers.products(_guild(interaction), archived=True)
        await answer(interaction, staff_cards.tier_list(self._texts.of(str(interaction.locale)), found))

    @app_commands.command(
        name=locale_str("archive"),
        description=locale_str("Take a membership off sale; whoever has it keeps it"),
    )
    @app_commands.describe(tier=locale_str("Which membership"))
    async def archive(self, interaction: Interaction, tier: str) -> None:
        gone = await self._tiers.archive(_guild(interaction), tier, interaction.user.id)
        await answer(interaction, staff_cards.tier_archived(self._texts.of(str(interaction.locale)), gone))

    @archive.autocomplete("tier")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._tiers.on_sale(_guild(interaction))
        return [
            Choice(name=tier.name, value=str(tier.id))
            for tier in found
            if compared(typed) in compared(tier.name)
        ][:25]


def _owns(interaction: Interaction) -> bool:
    return interaction.guild is not None and interaction.guild.owner_id == interaction.user.id


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Fill the shelf with the app's service."""
    app: Any = bot.app
    await bot.add_cog(TierPage(app.memberships.tiers, app.texts))
