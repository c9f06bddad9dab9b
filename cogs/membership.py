"""/membership: what there is to buy, buying it, and what you have."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer
from bot.i18n import Texts, Words
from bot.memberships import cards
from bot.memberships.buying import Bill
from bot.memberships.service import Memberships
from bot.memberships.tiers import compared


class Membership(
    commands.GroupCog,
    group_name=locale_str("membership"),
    group_description=locale_str("Membership: what there is, buying it, what you have"),
):
    """For everybody; about money, so every answer is seen by the asker alone."""

    def __init__(self, bot: Client, memberships: Memberships, texts: Texts) -> None:
        self._bot = bot
        self._memberships = memberships
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("membership.buy", self.press_buy)
        self._bot.on_action("membership.check", self.press_check)

    @app_commands.command(
        name=locale_str("plans"), description=locale_str("What you can buy, and what you have of it")
    )
    async def plans(self, interaction: Interaction) -> None:
        offers = await self._memberships.offers(_guild(interaction), interaction.user.id)
        await answer(interaction, cards.plans(self._words(interaction), offers, self._memberships.playing))

    @app_commands.command(name=locale_str("buy"), description=locale_str("Buy a membership"))
    @app_commands.describe(plan=locale_str("Which plan"))
    async def buy(self, interaction: Interaction, plan: str) -> None:
        await interaction.response.defer(ephemeral=True)
        await self._sell(interaction, plan)

    @app_commands.command(
        name=locale_str("status"), description=locale_str("What you have, until when, and your orders")
    )
    async def status(self, interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        told = await self._memberships.status(_guild(interaction), interaction.user.id)
        await answer(interaction, cards.status(self._words(interaction), told))

    @buy.autocomplete("plan")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t, key = self._words(interaction), compared(typed)
        return [
            Choice(name=f"{one.tier.name} · {t.money(one.prices[0].money)}"[:100], value=str(one.tier.id))
            for one in await self._memberships.tiers.products(_guild(interaction))
            if one.prices and key in compared(one.tier.name)
        ][:25]

    async def press_buy(self, interaction: Interaction, tier_id: str) -> None:
        """*Buy* on the card of plans: a pay card of its own."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._sell(interaction, tier_id)

    async def press_check(self, interaction: Interaction, order_id: str) -> None:
        """*Check again* on the pay card, for those who do not want to wait."""
        await interaction.response.defer()
        told = await self._memberships.check(_guild(interaction), interaction.user.id, order_id)
        t = self._words(interaction)
        await answer(
            interaction, cards.pay(t, told, looked=True) if isinstance(told, Bill) else cards.receipt(t, told)
        )

    async def _sell(self, interaction: Interaction, plan: str) -> None:
        bill = await self._memberships.buy(_guild(interaction), interaction.user.id, plan)
        await self._memberships.pay_cards.remember(bill.order, interaction.token, str(interaction.locale))
        await answer(interaction, cards.pay(self._words(interaction), bill))

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Sell with the app's service."""
    app: Any = bot.app
    await bot.add_cog(Membership(bot, app.memberships, app.texts))
