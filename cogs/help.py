"""/help: the commands that this member can use, by audience, as links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.cards import TEXT_LIMIT, Card, card
from bot.discord.command_links import linked
from bot.discord.components import Interaction, answer, turn
from bot.discord.page import Page, on_press, words_of
from bot.discord.page_actions import TURN_HELP
from bot.i18n import Language
from bot.paging import total, turning

Command = app_commands.Command[Any, ..., Any]


class Help(Page):
    """Lists the registered commands, so that it never names one that does not exist."""

    @app_commands.command(name=locale_str("help"), description=locale_str("What you can do here"))
    async def help(self, interaction: Interaction) -> None:
        t = words_of(interaction)
        commands_, ids = self.bot.tree.get_commands(), self.bot.command_ids
        await answer(interaction, overview(t, commands_, interaction.permissions, ids))

    @on_press(TURN_HELP)
    async def turn_help(self, interaction: Interaction, page: int) -> None:
        """*Back* and *Next* under the commands."""
        t = words_of(interaction)
        commands_, ids = self.bot.tree.get_commands(), self.bot.command_ids
        await turn(interaction, overview(t, commands_, interaction.permissions, ids, page))


def overview(
    t: Language,
    commands_: Iterable[Any],
    permissions: discord.Permissions,
    ids: Mapping[str, int],
    page: int = 0,
) -> Card:
    """One section per audience, with the commands that these permissions open by default."""
    everybody, moderators, owners = sections = [
        (t("For everybody"), list[Command]()),
        (t("For moderators"), list[Command]()),
        (t("For owners"), list[Command]()),
    ]
    for top in commands_:
        if isinstance(top, app_commands.ContextMenu):
            continue
        needed: discord.Permissions | None = top.default_permissions
        if needed is None or permissions.administrator or permissions.is_superset(needed):
            _, audience = (
                everybody
                if needed is None
                else owners
                if needed.manage_guild or needed.administrator
                else moderators
            )
            audience.extend(_leaves(top))
    full = _texts(t, sections, describe=True)
    fits = total(linked(card(*full).blocks, ids)).characters < TEXT_LIMIT - 100
    return card(
        f"## {t('What you can do here')}",
        *(full if fits else _texts(t, sections, describe=False)),
        turn=turning(t, page, TURN_HELP.encode),
    )


def _texts(t: Language, sections: list[tuple[str, list[Command]]], *, describe: bool) -> list[str]:
    """The text of each section that is not empty, with or without the commands' descriptions."""
    texts: list[str] = []
    for title, commands_ in sections:
        lines = [
            f"/{command.qualified_name}" + (f" {t(command.description)}" if describe else "")
            for command in commands_
        ]
        if lines:
            texts.append(
                "\n".join((f"### {title}", *lines)) if describe else f"### {title}\n{' · '.join(lines)}"
            )
    return texts


def _leaves(top: Any) -> list[Command]:
    if isinstance(top, app_commands.Group):
        return [leaf for inner in top.commands for leaf in _leaves(inner)]
    return [top]


setup = Help.setup
