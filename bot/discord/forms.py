"""Forms: a few lines of text that a person fills in, for input that a button cannot carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.discord.components import Interaction
from bot.discord.errors import report
from bot.errors import UserError
from bot.i18n import Language

Then = Callable[[Interaction, dict[str, str]], Awaitable[None]]
"""Handles a sent form: takes the interaction and the answers by key."""
OPEN_FOR = 900  # seconds; Discord itself answers a form that is sent later


@dataclass(frozen=True)
class Field:
    """One line to fill in; `key` is its answer's key."""

    key: str
    label: str
    hint: str | None = None
    required: bool = True
    longest: int = 200


class Dialog(ui.Modal):
    """A form; an error while handling it is reported as a command's is."""

    def __init__(self, title: str) -> None:
        super().__init__(title=title, timeout=OPEN_FOR)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override] # as discord.py's Modal has it
        await report(interaction, error)


class Form(Dialog):
    """Asks for these lines and hands the answers, without spaces around them, to `then`."""

    def __init__(self, title: str, fields: Sequence[Field], then: Then) -> None:
        super().__init__(title)
        self._then = then
        self._lines: dict[str, ui.TextInput[Any]] = {}
        for field in fields:
            line: ui.TextInput[Any] = ui.TextInput(
                custom_id=field.key,
                style=discord.TextStyle.short,
                required=field.required,
                max_length=field.longest,
            )
            self._lines[field.key] = line
            self.add_item(ui.Label(text=field.label, description=field.hint, component=line))

    async def on_submit(self, interaction: Interaction, /) -> None:
        await self._then(interaction, {key: line.value.strip() for key, line in self._lines.items()})


async def ask_with_reason(
    interaction: Interaction,
    title: str,
    fields: Sequence[Field],
    then: Then,
    check: Callable[[Interaction], None],
) -> None:
    """Open a form of these lines and a last one for the reason, which must not be empty.

    `check` runs when the form is sent: its user may have been demoted since opening it.
    """

    async def sent(interaction: Interaction, answers: dict[str, str]) -> None:
        check(interaction)
        if not answers["reason"]:
            raise UserError("Write a reason: it is kept in the records.")
        await then(interaction, answers)

    t: Language = interaction.client.texts.of(str(interaction.locale))
    await interaction.response.send_modal(Form(title, [*fields, Field("reason", t("Reason"))], sent))
