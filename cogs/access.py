"""/access: staff see why a member has a role, and give or take access. Also the gateway's events about members and roles."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, defer, replace
from bot.discord.page import (
    Page,
    asker_of,
    choices,
    demand_administrator,
    demand_roles,
    guild_of,
    on_press,
    owns_server,
    words_of,
)
from bot.memberships.access import cards as access_cards
from bot.memberships.access.access_admin import Staff
from bot.memberships.access.actions import REPAIR_ROLES, RETRY_ROLES, TURN_EXPLANATION, TURN_LOG, Scope
from bot.memberships.departures import cards as departure_cards
from bot.memberships.departures.actions import END_DEPARTED, KEEP_DEPARTED, LOOK_AGAIN
from bot.memberships.departures.departure import Cause
from bot.services import Services

REASON = locale_str("Why; kept in the log")
UNTIL = locale_str("A number of days like 30, or a date like 2027-01-31")
Reason = app_commands.Range[str, 1, 200]
Until = app_commands.Range[str, 1, 20]


@app_commands.default_permissions(manage_roles=True)
class AccessPage(
    Page,
    commands.GroupCog,
    group_name=locale_str("access"),
    group_description=locale_str("Who has which role through Lyceum, and why"),
):
    """For moderators. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._memberships = app.memberships

    @app_commands.command(
        name=locale_str("explain"), description=locale_str("Why a member has the roles they have")
    )
    @app_commands.describe(member=locale_str("Whose roles"))
    async def explain(self, interaction: Interaction, member: discord.User) -> None:
        await defer(interaction)
        await answer(interaction, await self._explained(interaction, member.id))

    @app_commands.command(
        name=locale_str("audit"),
        description=locale_str("Compare everybody's roles with what they should have"),
    )
    async def audit(self, interaction: Interaction) -> None:
        await defer(interaction)
        report = await self._memberships.role_audit.compare_members(guild_of(interaction))
        await answer(interaction, access_cards.audited(words_of(interaction), report, repairing=False))

    @app_commands.command(name=locale_str("grant"), description=locale_str("Give a membership for nothing"))
    @app_commands.describe(
        member=locale_str("Who gets it"), tier=locale_str("Which membership"), until=UNTIL, reason=REASON
    )
    async def grant(
        self, interaction: Interaction, member: discord.User, tier: str, until: Until, reason: Reason
    ) -> None:
        await defer(interaction)
        entitlement = await self._memberships.access_admin.grant(
            guild_of(interaction), member.id, tier, until, reason, _staff(interaction)
        )
        renewing = await self._memberships.access_admin.renewing_beside(entitlement)
        await answer(interaction, access_cards.granted(words_of(interaction), entitlement, renewing))

    @app_commands.command(
        name=locale_str("revoke"), description=locale_str("End a membership now; money is not given back")
    )
    @app_commands.describe(member=locale_str("Whose"), tier=locale_str("Which membership"), reason=REASON)
    async def revoke(self, interaction: Interaction, member: discord.User, tier: str, reason: Reason) -> None:
        await defer(interaction)
        revoked = await self._memberships.access_admin.revoke(
            guild_of(interaction), member.id, tier, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.revoked(words_of(interaction), member.id, revoked))

    @app_commands.command(
        name=locale_str("withhold"), description=locale_str("Let a paid role rest for a while")
    )
    @app_commands.describe(
        member=locale_str("Whose"), role=locale_str("Which role"), until=UNTIL, reason=REASON
    )
    async def withhold(
        self, interaction: Interaction, member: discord.User, role: discord.Role, until: Until, reason: Reason
    ) -> None:
        await defer(interaction)
        withheld = await self._memberships.access_admin.withhold(
            guild_of(interaction), member.id, role.id, until, reason, _staff(interaction)
        )
        await answer(interaction, access_cards.withheld(words_of(interaction), member.id, withheld))

    @app_commands.command(name=locale_str("release"), description=locale_str("Take back what was withheld"))
    @app_commands.describe(member=locale_str("Whose"), role=locale_str("Which role"))
    async def release(self, interaction: Interaction, member: discord.User, role: discord.Role) -> None:
        await defer(interaction)
        await self._memberships.access_admin.release(
            guild_of(interaction), member.id, role.id, _staff(interaction)
        )
        await answer(interaction, access_cards.released(words_of(interaction), member.id, role.id))

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
        await defer(interaction)
        transferred = await self._memberships.access_admin.transfer(
            guild_of(interaction), old.id, new.id, reason, _staff(interaction)
        )
        await answer(
            interaction, access_cards.transferred(words_of(interaction), old.id, new.id, transferred)
        )

    @app_commands.command(
        name=locale_str("import"),
        description=locale_str("Take over those who hold a membership's roles already"),
    )
    @app_commands.describe(
        tier=locale_str("Which membership"),
        until=UNTIL,
        source=locale_str("Where they had it from"),
        confirm=locale_str("Leave it out to see first how many it would be"),
    )
    async def import_members(
        self, interaction: Interaction, tier: str, until: Until, source: Reason, confirm: bool = False
    ) -> None:
        await defer(interaction)
        demand_administrator(interaction)
        staff = _staff(interaction)
        t, admin = words_of(interaction), self._memberships.access_admin
        if confirm:
            imported = await admin.import_members(guild_of(interaction), tier, until, source, staff)
            return await answer(interaction, access_cards.imported(t, *imported))
        importable = await admin.preview(guild_of(interaction), tier, until, staff)
        return await answer(interaction, access_cards.importable(t, *importable, owner=staff.owner))

    @app_commands.command(name=locale_str("log"), description=locale_str("Who changed what about access"))
    @app_commands.describe(member=locale_str("Only what concerns this member"))
    async def log(self, interaction: Interaction, member: discord.User | None = None) -> None:
        await answer(interaction, await self._history(interaction, member.id if member else None))

    @grant.autocomplete("tier")
    @revoke.autocomplete("tier")
    async def choose_any(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        tiers = await self._memberships.plans(guild_of(interaction), items=True)
        return choices(((tier.name, tier.id) for tier in tiers), typed)

    @import_members.autocomplete("tier")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        tiers = await self._memberships.plans(guild_of(interaction))
        return choices(((tier.name, tier.id) for tier in tiers), typed)

    @on_press(TURN_EXPLANATION, demand_roles)
    async def turn_explanation(self, interaction: Interaction, user_id: int, page: int) -> None:
        """*Back* and *Next* under why a member has their roles."""
        await interaction.response.defer()
        await replace(interaction, await self._explained(interaction, user_id, page))

    @on_press(TURN_LOG, demand_roles)
    async def turn_log(self, interaction: Interaction, user_id: int | None, page: int) -> None:
        """*Back* and *Next* under the log."""
        await replace(interaction, await self._history(interaction, user_id, page))

    async def _explained(self, interaction: Interaction, user_id: int, page: int = 0) -> Card:
        explanation = await self._memberships.explain(guild_of(interaction), user_id)
        return access_cards.explanation(words_of(interaction), explanation, page)

    async def _history(self, interaction: Interaction, user_id: int | None, page: int = 0) -> Card:
        entries = await self._memberships.log(guild_of(interaction), user_id)
        return access_cards.history(words_of(interaction), entries, user_id, page)

    @on_press(REPAIR_ROLES, demand_roles)
    async def press_repair(self, interaction: Interaction, _: Scope) -> None:
        """*Repair* on the card of the audit."""
        await defer(interaction)
        report = await self._memberships.role_audit.repair(guild_of(interaction), interaction.user.id)
        await answer(interaction, access_cards.audited(words_of(interaction), report, repairing=True))

    @on_press(RETRY_ROLES, demand_roles)
    async def press_retry(self, interaction: Interaction, _: int | None) -> None:
        """*Try again* on the card that reports a refused role change."""
        await defer(interaction)
        await self._memberships.breaker.retry(guild_of(interaction), interaction.user.id)
        await answer(interaction, access_cards.retried(words_of(interaction)))

    @on_press(LOOK_AGAIN, demand_roles)
    async def press_look(self, interaction: Interaction, notice: int) -> None:
        """*Look again* on the card about somebody who left."""
        await interaction.response.defer()
        await self._show_notice(interaction, notice)

    @on_press(END_DEPARTED, demand_roles)
    async def press_end(self, interaction: Interaction, notice: int, order_id: int) -> None:
        """*End the renewal* of somebody who left."""
        await interaction.response.defer()
        guild_id, user_id = asker_of(interaction)
        await self._memberships.departures.end_by_staff(guild_id, notice, order_id, user_id)
        await self._show_notice(interaction, notice)

    @on_press(KEEP_DEPARTED, demand_roles)
    async def press_keep(self, interaction: Interaction, notice: int, order_id: int) -> None:
        """*Let it go on*, for the subscription of somebody who left."""
        await interaction.response.defer()
        guild_id, user_id = asker_of(interaction)
        await self._memberships.departures.keep_by_staff(guild_id, notice, order_id, user_id)
        await self._show_notice(interaction, notice)

    async def _show_notice(self, interaction: Interaction, notice: int) -> None:
        """The card as it stands now, in the language of all staff: it stays in their channel."""
        told = await self._memberships.departure_notices.read(guild_of(interaction), notice)
        await replace(interaction, departure_cards.told(self.bot.texts.community, told))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A session began, or the server is back: what happened before is told to nobody. (A resumed session tells it.)"""
        await self._memberships.events_missed(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._memberships.events_missed(guild.id)

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        await self._memberships.member_joined(member.guild.id, member.id)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        await self._memberships.departures.heard(payload.guild_id, payload.user.id, Cause.LEAVE)

    @commands.Cog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        await self._memberships.departures.heard(guild.id, user.id, Cause.BAN)

    @commands.Cog.listener()
    async def on_audit_log_entry_create(self, entry: discord.AuditLogEntry) -> None:
        """Discord sends these only to those who may see the audit log."""
        if entry.action is discord.AuditLogAction.kick and entry.target is not None:
            await self._memberships.departures.heard(entry.guild.id, int(entry.target.id), Cause.KICK)

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


def _staff(interaction: Interaction) -> Staff:
    return Staff(interaction.user.id, owns_server(interaction))


setup = AccessPage.setup
