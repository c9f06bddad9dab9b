"""/order: owners see what was sold and give money back."""

from __future__ import annotations

from typing import Any

from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.kit import Interaction, answer
from bot.i18n import Texts
from bot.memberships import cards, staff_cards
from bot.memberships.service import Memberships


@app_commands.default_permissions(administrator=True)
class OrderPage(
    commands.GroupCog,
    name="Order",
    group_name=locale_str("order"),
    group_description=locale_str("What was sold, and giving money back"),
):
    """For owners; every answer is seen by the asker alone."""

    def __init__(self, memberships: Memberships, texts: Texts) -> None:
        self._memberships = memberships
        self._texts = texts

    @app_commands.command(
        name=locale_str("list"), description=locale_str("The latest orders, and those that need you")
    )
    async def latest(self, interaction: Interaction) -> None:
        sales = await self._memberships.sales(_guild(interaction))
        await answer(interaction, staff_cards.sales(self._texts.of(str(interaction.locale)), sales))

    @app_commands.command(
        name=locale_str("refund"),
        description=locale_str("Give back what was paid for an order; its role goes with it"),
    )
    @app_commands.describe(order=locale_str("Which order"), reason=locale_str("Why; kept in the records"))
    async def refund(
        self, interaction: Interaction, order: str, reason: app_commands.Range[str, 1, 200]
    ) -> None:
        asked = await self._memberships.refunds.ask(_guild(interaction), order, interaction.user.id, reason)
        await answer(interaction, staff_cards.refund_asked(self._texts.of(str(interaction.locale)), asked))

    @refund.autocomplete("order")
    async def choose(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = self._texts.of(str(interaction.locale))
        found = await self._memberships.refundable(_guild(interaction))
        choices = [Choice(name=cards.label(t, order)[:100], value=str(order.id)) for order in found]
        return [
            choice for choice in choices if typed.casefold() in f"{choice.name} {choice.value}".casefold()
        ][:25]


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    """Keep the books with the app's service."""
    app: Any = bot.app
    await bot.add_cog(OrderPage(app.memberships, app.texts))
