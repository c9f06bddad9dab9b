"""/access: staff see why somebody has a role. And what Discord tells about members and roles."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer
from bot.i18n import Texts
from bot.memberships import staff_cards
from bot.memberships.service import Memberships


@app_commands.default_permissions(manage_roles=True)
class Access(
    commands.GroupCog,
    group_name=locale_str("access"),
    group_description=locale_str("Who has which role through Lyceum, and why"),
):
    """For moderators; every answer is seen by the asker alone."""

    def __init__(self, memberships: Memberships, texts: Texts) -> None:
        self._memberships = memberships
        self._texts = texts

    @app_commands.command(
        name=locale_str("explain"), description=locale_str("Why a member has the roles they have")
    )
    @app_commands.describe(member=locale_str("Whose roles"))
    async def explain(self, interaction: Interaction, member: discord.User) -> None:
        await interaction.response.defer(ephemeral=True)
        told = await self._memberships.explain(_guild(interaction), member.id)
        await answer(interaction, staff_cards.explanation(self._texts.of(str(interaction.locale)), told))

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        await self._memberships.returned(member.guild.id, member.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        if before.permissions != after.permissions or before.position != after.position:
            await self._memberships.roles_changed(after.guild.id)


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Explain with the app's service."""
    app: Any = bot.app
    await bot.add_cog(Access(app.memberships, app.texts))
