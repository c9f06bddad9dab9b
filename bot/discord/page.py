"""What every page (cog) needs: who asks, where, in which language; choices, permissions, presses, setup."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import TypeVar, TypeVarTuple

from discord.app_commands import Choice
from discord.ext import commands

from bot.actions import Action
from bot.discord.client import Client
from bot.discord.components import Interaction
from bot.errors import UserError
from bot.i18n import Language
from bot.names import holds
from bot.services import Services

OFFERED = 25
"""Most choices of an autocomplete (Discord's documentation)."""
LABEL = 100
"""Most characters of a choice's name (Discord's documentation)."""

P = TypeVar("P")
Ts = TypeVarTuple("Ts")
Check = Callable[[Interaction], None]
"""Raises UserError for a user who may not do this."""


class Page(commands.Cog):
    """A cog that registers the methods marked with `on_press` when it is loaded."""

    def __init__(self, bot: Client, app: Services) -> None:
        self.bot = bot

    async def cog_load(self) -> None:
        for name in dir(type(self)):
            for action, check in getattr(getattr(type(self), name), "__presses__", ()):
                self.bot.on_action(action, getattr(self, name), check)

    @classmethod
    async def setup(cls, bot: Client) -> None:
        """discord.py calls this when it loads a cog's module: `setup = OrderPage.setup`."""
        await bot.add_cog(cls(bot, bot.app))


def on_press(
    action: Action[*Ts], check: Check | None = None
) -> Callable[
    [Callable[[P, Interaction, *Ts], Awaitable[None]]],
    Callable[[P, Interaction, *Ts], Awaitable[None]],
]:
    """Mark the method of a page that answers an action. `check` runs first, before the arguments are read."""

    def mark(
        method: Callable[[P, Interaction, *Ts], Awaitable[None]],
    ) -> Callable[[P, Interaction, *Ts], Awaitable[None]]:
        setattr(method, "__presses__", (*getattr(method, "__presses__", ()), (action, check)))  # noqa: B010 # the method's type does not know it
        return method

    return mark


def guild_of(interaction: Interaction) -> int:
    """The server of the interaction; our commands work only in servers."""
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


def asker_of(interaction: Interaction) -> tuple[int, int]:
    """(server id, user id) of the interaction."""
    return guild_of(interaction), interaction.user.id


def words_of(interaction: Interaction) -> Language:
    """The language of the reader."""
    client: Client = interaction.client
    return client.texts.of(str(interaction.locale))


def owns_server(interaction: Interaction) -> bool:
    """Whether the user owns the server; no role ranks above its owner."""
    return interaction.guild is not None and interaction.guild.owner_id == interaction.user.id


def demand_administrator(interaction: Interaction) -> None:
    """Refuse everybody but administrators: a server's settings can open a command to others, and a button outlives a demotion."""
    if not interaction.permissions.administrator:
        raise UserError("Only an administrator of this server can do that.")


def demand_roles(interaction: Interaction) -> None:
    """Refuse users who may not manage roles: everybody who sees a card can press its buttons."""
    if not interaction.permissions.manage_roles:
        raise UserError("Only those who may manage roles can do that.")


def choices(named: Iterable[tuple[str, int | str]], typed: str) -> list[Choice[str]]:
    """Choices from (name, id) pairs whose name contains what was typed, as many as Discord shows."""
    matching = (Choice(name=name[:LABEL], value=str(id_)) for name, id_ in named if holds(name, typed))
    return list(islice(matching, OFFERED))
