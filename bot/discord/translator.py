"""Command names and descriptions in the members' languages, from the catalogue of all our texts."""

from __future__ import annotations

import discord
from discord import app_commands

from bot.i18n import Catalog


class Translator(app_commands.Translator):
    """Discord asks once per text and language at sync; English is the source and needs no entry."""

    def __init__(self, texts: Catalog) -> None:
        super().__init__()
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        if locale is not discord.Locale.chinese:
            return None
        translated = self._texts.of("zh-CN")(string.message)
        return translated if translated != string.message else None
