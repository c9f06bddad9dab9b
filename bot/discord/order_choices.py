"""Orders to choose from, called by who bought them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable

from discord.app_commands import Choice

from bot.discord import members
from bot.discord.components import Interaction
from bot.discord.page import OFFERED, guild_of, words_of
from bot.memberships.model import Order
from bot.memberships.orders.cards import label
from bot.names import holds


async def offered(
    interaction: Interaction,
    typed: str,
    find: Callable[[int, Collection[int] | None], Awaitable[list[Order]]],
) -> list[Choice[str]]:
    """The latest orders (`find`: of a guild, and of certain buyers) that are called what was typed, then those of members whose name begins so."""
    if not interaction.permissions.administrator:
        return []
    orders = await find(guild_of(interaction), None)
    if buyers := await members.called(interaction.guild, typed):
        orders += await find(guild_of(interaction), buyers)
    orders = list({order.id: order for order in orders}.values())
    t, named = words_of(interaction), await buyers_named(interaction, orders)
    labelled = [(order, label(t, order, named(order.user_id))) for order in orders]
    return [
        Choice(name=name, value=str(order.id))
        for order, name in labelled
        if order.user_id in buyers or holds(f"{name} {order.id} {order.user_id}", typed)
    ][:OFFERED]


async def buyers_named(interaction: Interaction, orders: Iterable[Order]) -> Callable[[int], str]:
    """What tells the names of those who bought these orders."""
    names = await members.names(interaction.guild, (order.user_id for order in orders))
    t = words_of(interaction)
    gone = t("left the server")
    return lambda user_id: names.of(user_id, gone)
