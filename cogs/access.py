"""/access: staff see why somebody has a role, and give or take access. And what Discord tells about members and roles."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer, think
from bot.errors import UserError
from bot.i18n import Texts, Words
from bot.memberships import access_cards
from bot.memberships.service import Memberships
from bot.memberships.staffing import Staff
from bot.memberships.tiers import compared

REASON = locale_str("Why; kept in the log")
UNTIL = locale_str("A number of days like 30, or a date like 2027-01-31")
Reason = app_commands.Range[str, 1, 200]
Until = app_commands.Range[str, 1, 20]


@app_commands.default_permissions(manage_roles=True)
class Access(
    commands.GroupCog,
    group_name=locale_str("access"),
    group_description=locale_str("Who has which role through Lyceum, and why"),
):
    """For moderators; every answer is seen by the asker alone."""

    def __init__(self, bot: Client, memberships: Memberships, texts: Texts) -> None:
        self._bot = bot
        self._memberships = memberships
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("access.repair", self.press_repair)
        self._bot.on_action("access.retry", self.press_retry)

    @app_commands.command(
        name=locale_str("explain"), description=locale_str("Why a member has the roles they have")
    )
    @app_commands.describe(member=locale_str("Whose roles"))
    async def explain(self, interaction: Interaction, member: discord.User) -> None:
        await think(interaction)
        told = await self._memberships.explain(_guild(interaction), member.id)
        await answer(interaction, access_cards.explanation(self._words(interaction), told))

    @app_commands.command(
        name=locale_str("audit"),
        description=locale_str("Compare everybody's roles with what they should have"),
    )
    async def audit(self, interaction: Interaction) -> None:
        await think(interaction)
        report = await self._memberships.audit.look(_guild(interaction))
        await answer(interaction, access_cards.audited(self._words(interaction), report, repairing=False))

    @app_commands.command(name=locale_str("grant"), description=locale_str("Give a membership for nothing"))
    @app_commands.describe(
        member=locale_str("Who gets it"), tier=locale_str("Which membership"), until=UNTIL, reason=REASON
    )
    async def grant(
        self, interaction: Interaction, member: discord.User, tier: str, until: Until, reason: Reason
    ) -> None:
        await think(interaction)
        right = await self._memberships.staffing.grant(
            _guild(interaction), member.id, tier, until, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.granted(self._words(interaction), right))

    @app_commands.command(
        name=locale_str("revoke"), description=locale_str("End a membership now; money is not given back")
    )
    @app_commands.describe(member=locale_str("Whose"), tier=locale_str("Which membership"), reason=REASON)
    async def revoke(self, interaction: Interaction, member: discord.User, tier: str, reason: Reason) -> None:
        await think(interaction)
        gone = await self._memberships.staffing.revoke(
            _guild(interaction), member.id, tier, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.revoked(self._words(interaction), member.id, gone))

    @app_commands.command(
        name=locale_str("withhold"), description=locale_str("Let a paid role rest for a while")
    )
    @app_commands.describe(
        member=locale_str("Whose"), role=locale_str("Which role"), until=UNTIL, reason=REASON
    )
    async def withhold(
        self, interaction: Interaction, member: discord.User, role: discord.Role, until: Until, reason: Reason
    ) -> None:
        await think(interaction)
        new = await self._memberships.staffing.withhold(
            _guild(interaction), member.id, role.id, until, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.withheld(self._words(interaction), member.id, new))

    @app_commands.command(name=locale_str("release"), description=locale_str("Take back what was withheld"))
    @app_commands.describe(member=locale_str("Whose"), role=locale_str("Which role"))
    async def release(self, interaction: Interaction, member: discord.User, role: discord.Role) -> None:
        await think(interaction)
        await self._memberships.staffing.release(_guild(interaction), member.id, role.id, _staff(interaction))
        await answer(interaction, access_cards.released(self._words(interaction), member.id, role.id))

    @app_commands.command(
        name=locale_str("transfer"),
        description=locale_str("Hand everything that runs to another account of the same person"),
    )
    @app_commands.describe(
        old=locale_str("The account that has it"), new=locale_str("The account that gets it"), reason=REASON
    )
    async def transfer(
        self, interaction: Interaction, old: discord.User, new: discord.User, reason: Reason
    ) -> None:
        await think(interaction)
        went = await self._memberships.staffing.transfer(
            _guild(interaction), old.id, new.id, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.transferred(self._words(interaction), old.id, new.id, went))

    @app_commands.command(
        name=locale_str("import"),
        description=locale_str("Take over those who hold a membership's roles already"),
    )
    @app_commands.describe(
        tier=locale_str("Which membership"), until=UNTIL, source=locale_str("Where they had it from"),
        confirm=locale_str("Leave it out to see first how many it would be"),
    )  # fmt: skip
    async def take_in(
        self, interaction: Interaction, tier: str, until: Until, source: Reason, confirm: bool = False
    ) -> None:
        await think(interaction)
        staff = _owner(interaction)
        t, staffing = self._words(interaction), self._memberships.staffing
        if confirm:
            done = await staffing.take_in(_guild(interaction), tier, until, source, staff)
            return await answer(interaction, access_cards.imported(t, *done))
        found = await staffing.preview(_guild(interaction), tier, until, staff)
        return await answer(interaction, access_cards.importable(t, *found))

    @app_commands.command(name=locale_str("log"), description=locale_str("Who changed what about access"))
    @app_commands.describe(member=locale_str("Only what concerns this member"))
    async def log(self, interaction: Interaction, member: discord.User | None = None) -> None:
        notes = await self._memberships.log(_guild(interaction), member.id if member else None)
        await answer(interaction, access_cards.history(self._words(interaction), notes))

    @grant.autocomplete("tier")
    @revoke.autocomplete("tier")
    @take_in.autocomplete("tier")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._memberships.plans(_guild(interaction))
        return [
            Choice(name=tier.name, value=str(tier.id))
            for tier in found
            if compared(typed) in compared(tier.name)
        ][:25]

    async def press_repair(self, interaction: Interaction, _: str) -> None:
        """*Repair* on the audit's card."""
        staff = _may_manage(interaction)
        await think(interaction)
        report = await self._memberships.audit.repair(_guild(interaction), staff.id)
        await answer(interaction, access_cards.audited(self._words(interaction), report, repairing=True))

    async def press_retry(self, interaction: Interaction, _: str) -> None:
        """*Try again* on the card that tells of a refusal."""
        staff = _may_manage(interaction)
        await think(interaction)
        await self._memberships.breaker.retry(_guild(interaction), staff.id)
        await answer(interaction, access_cards.retried(self._words(interaction)))

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        await self._memberships.returned(member.guild.id, member.id)

    @commands.Cog.listener()
    async def on_member_roles(self, guild_id: int, user_id: int, held: frozenset[int]) -> None:
        await self._memberships.member_changed(guild_id, user_id, held)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: discord.Role, after: discord.Role) -> None:
        if before.permissions != after.permissions or before.position != after.position:
            await self._memberships.roles_changed(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_create(self, role: discord.Role) -> None:
        await self._memberships.roles_changed(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_delete(self, role: discord.Role) -> None:
        await self._memberships.roles_changed(role.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_create(self, channel: discord.abc.GuildChannel) -> None:
        await self._memberships.roles_changed(channel.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        if before.overwrites != after.overwrites:
            await self._memberships.roles_changed(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        await self._memberships.roles_changed(channel.guild.id)

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


def _staff(interaction: Interaction) -> Staff:
    owns = interaction.guild is not None and interaction.guild.owner_id == interaction.user.id
    return Staff(interaction.user.id, owns)


def _may_manage(interaction: Interaction) -> Staff:
    """A button is seen by everybody who sees its card; this one is for those who may use /access."""
    if not interaction.permissions.manage_roles:
        raise UserError("Only those who may manage roles can do that.")
    return _staff(interaction)


def _owner(interaction: Interaction) -> Staff:
    if not interaction.permissions.administrator:
        raise UserError("Only an administrator of this server can do that.")
    return _staff(interaction)


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Keep access with the app's service."""
    app: Any = bot.app
    await bot.add_cog(Access(bot, app.memberships, app.texts))
