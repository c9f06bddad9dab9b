"""Cards drawn with Discord's components, and buttons that outlive a restart."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, cast

import discord
from discord import ui

from bot.cards import Attachment, Block, Button, Card, Divider, Line, Picture, Row, Select, Text
from bot.discord.command_links import linked
from bot.paging import fit

Interaction = discord.Interaction[Any]
ActionHandler = Callable[[Interaction, str], Awaitable[None]]
"""Handles a press: takes the interaction and the text of the action's arguments."""

STYLES: dict[str, discord.ButtonStyle] = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "success": discord.ButtonStyle.success,
    "danger": discord.ButtonStyle.danger,
}


class ActionItem(ui.DynamicItem[Any], template=r"(?s).+"):
    """A button or select of ours. Its custom id says what to do, so it works after any restart.

    The template matches every custom id, so that one of an older version or an unknown one is answered too.
    """

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(item)

    async def callback(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        await interaction.client.act(interaction, self.custom_id, data.get("values"))


def view(card: Card, commands: Mapping[str, int]) -> ui.LayoutView:
    """The card as a message body that needs no memory of this process. `commands`: ids, to link those that it names."""
    layout = ui.LayoutView(timeout=None)
    container: ui.Container[Any] = ui.Container(accent_colour=card.accent.value)
    for block in fit(dataclasses.replace(card, blocks=linked(card.blocks, commands))).blocks:
        container.add_item(_draw(block))
    layout.add_item(container)
    return layout


def files(card: Card) -> list[discord.File]:
    """The pictures and files of a card. A discord.File can be sent only once, so each call makes new ones."""
    return [
        discord.File(
            io.BytesIO(block.data), block.name, description=block.alt if isinstance(block, Picture) else None
        )
        for block in fit(card).blocks
        if isinstance(block, Picture | Attachment)
    ]


async def defer(interaction: Interaction, *, public: bool = False) -> None:
    """Show "thinking…" before anything that leaves the process; `answer` then fills it."""
    await interaction.response.defer(ephemeral=not public, thinking=True)


async def answer(interaction: Interaction, card: Card, *, public: bool = False) -> None:
    """Answer with a card, as the first answer or after a defer. Only the asker sees it unless `public`."""
    if interaction.response.is_done():
        await interaction.edit_original_response(
            view=view(card, interaction.client.command_ids), attachments=files(card)
        )
    else:
        await interaction.response.send_message(
            view=view(card, interaction.client.command_ids), files=files(card), ephemeral=not public
        )


async def replace(interaction: Interaction, card: Card) -> None:
    """Show another card in place of the one whose button was pressed."""
    if interaction.response.is_done():
        await interaction.edit_original_response(
            view=view(card, interaction.client.command_ids), attachments=files(card)
        )
    else:
        await interaction.response.edit_message(
            view=view(card, interaction.client.command_ids), attachments=files(card)
        )


async def turn(interaction: Interaction, card: Card) -> None:
    """Show another page of a card: in its place if only the asker sees it, else privately beside it."""
    message = interaction.message
    if message is not None and not message.flags.ephemeral:
        await answer(interaction, card)
    else:
        await replace(interaction, card)


def _draw(block: Block) -> ui.Item[Any]:
    match block:
        case Text(text):
            return ui.TextDisplay(text)
        case Line(text, button):
            return ui.Section(text, accessory=cast("ui.Button[Any]", _button(button)))
        case Row(buttons):
            row: ui.ActionRow[Any] = ui.ActionRow()
            for button in buttons:
                row.add_item(_button(button))
            return row
        case Select(action, placeholder, options):
            select: ui.Select[Any] = ui.Select(
                custom_id=action,
                placeholder=placeholder[:150],
                options=[
                    discord.SelectOption(
                        label=option.label[:100],
                        value=option.value,
                        description=option.description and option.description[:100],
                    )
                    for option in options[:25]
                ],
            )
            picker: ui.ActionRow[Any] = ui.ActionRow()
            picker.add_item(ActionItem(select))
            return picker
        case Divider():
            return ui.Separator()
        case Picture(name, _, alt):
            return ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{name}", description=alt[:1024]))
        case Attachment(name, _):
            return ui.File(f"attachment://{name}")


def _button(button: Button) -> ui.Button[Any] | ActionItem:
    if button.url is not None:
        return ui.Button(label=button.label[:80], url=button.url, disabled=button.disabled)
    # An ActionItem when sent, too: discord.py would remember a plain button with its message and answer it twice.
    return ActionItem(
        ui.Button(
            label=button.label[:80],
            custom_id=button.action,
            style=STYLES[button.style],
            disabled=button.disabled,
        )
    )
