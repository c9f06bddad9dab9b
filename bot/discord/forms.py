"""Forms: a few lines of text that a person fills in, for what a button cannot carry."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.discord.errors import report
from bot.discord.kit import Interaction
from bot.i18n import Texts

Then = Callable[[Interaction, dict[str, str]], Awaitable[None]]
"""What is done with the answers, by their keys."""
OPEN_FOR = 900  # seconds; what is sent later is answered by Discord itself


@dataclass(frozen=True)
class Field:
    """One line to fill in. `key` names its answer."""

    key: str
    label: str
    hint: str | None = None
    required: bool = True
    longest: int = 200


class Form(ui.Modal):
    """Asks for these lines and hands the answers, without spaces around them, to `then`."""

    def __init__(
        self,
        title: str,
        fields: Sequence[Field],
        then: Then,
        texts: Texts,
    ) -> None:
        super().__init__(title=title, timeout=OPEN_FOR)
        self._then = then
        self._texts = texts
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

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override] # as discord.py's Modal has it
        await report(interaction, error, self._texts)
