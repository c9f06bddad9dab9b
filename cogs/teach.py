"""/teach: moderators bring courses, say who may open them, and see how they fare."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.courses import staff_cards
from bot.courses.course import Course
from bot.courses.files import LARGEST_COURSE
from bot.courses.notes import notes
from bot.courses.teaching import Teaching
from bot.discord.client import Client
from bot.discord.errors import report
from bot.discord.kit import Interaction, answer, replace, think
from bot.errors import RetryLater, UserError
from bot.i18n import Texts, Words


@app_commands.default_permissions(manage_events=True)
class TeachPage(
    commands.GroupCog,
    name="Teach",
    group_name=locale_str("teach"),
    group_description=locale_str("Bring courses and look after them"),
):
    """For moderators; every answer is seen by the asker alone."""

    def __init__(self, bot: Client, teaching: Teaching, texts: Texts) -> None:
        self._bot = bot
        self._teaching = teaching
        self._texts = texts

    async def cog_load(self) -> None:
        self._bot.on_action("teach.courses", self.turn_courses)

    @app_commands.command(
        name=locale_str("import"), description=locale_str("Bring a course, or its next version")
    )
    @app_commands.describe(
        file=locale_str("A zip of Markdown files; without it a form opens"),
        tier=locale_str("The membership that opens it; else what the course says"),
    )
    async def import_(
        self, interaction: Interaction, file: discord.Attachment | None = None, tier: str | None = None
    ) -> None:
        if file is None:
            form = ImportForm(
                self._words(interaction), self, await self._teaching.tiers(_guild(interaction)), tier
            )
            await interaction.response.send_modal(form)
        else:
            await self.take(interaction, file, tier)

    @app_commands.command(name=locale_str("courses"), description=locale_str("Every course and how it fares"))
    async def courses(self, interaction: Interaction) -> None:
        found = await self._teaching.taught(_guild(interaction))
        await answer(interaction, staff_cards.taught(self._words(interaction), found))

    @app_commands.command(
        name=locale_str("lock"), description=locale_str("Say which membership opens a course")
    )
    @app_commands.describe(
        course=locale_str("Which course"),
        tier=locale_str("The membership that opens it; without one: everybody"),
    )
    async def lock(self, interaction: Interaction, course: str, tier: str | None = None) -> None:
        course_id = await self._teaching.find(_guild(interaction), course)
        title, tiers = await self._teaching.lock(_guild(interaction), course_id, tier, interaction.user.id)
        await answer(interaction, staff_cards.locked(self._words(interaction), title, tiers))

    @lock.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._teaching.courses(_guild(interaction))
        return [
            Choice(name=one.name[:100], value=str(one.id))
            for one in found
            if typed.strip().casefold() in one.name.casefold()
        ][:25]

    @lock.autocomplete("tier")
    @import_.autocomplete("tier")
    async def choose_tier(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._teaching.tiers(_guild(interaction))
        return [
            Choice(name=one.name[:100], value=str(one.id))
            for one in found
            if typed.strip().casefold() in one.name.casefold()
        ][:25]

    async def turn_courses(self, interaction: Interaction, page: str) -> None:
        """Another page of all courses."""
        found = await self._teaching.taught(_guild(interaction))
        await replace(interaction, staff_cards.taught(self._words(interaction), found, int(page)))

    async def take(self, interaction: Interaction, file: discord.Attachment, tier: str | None) -> None:
        """Fetch the zip, read it in a thread, store it, tell."""
        await think(interaction)
        if file.size > LARGEST_COURSE:
            raise UserError(
                "The course is larger than {n} MB. Split it into several courses.", n=LARGEST_COURSE >> 20
            )
        try:
            data = await file.read()
        except discord.HTTPException as error:
            raise RetryLater("the attachment could not be fetched") from error
        course = await asyncio.to_thread(_read, data, file.filename)
        done = await self._teaching.import_course(
            _guild(interaction), course, by=interaction.user.id, tier=tier
        )
        told = await asyncio.to_thread(notes, course)
        await answer(interaction, staff_cards.imported(self._words(interaction), done, told))

    async def report(self, interaction: Interaction, error: Exception) -> None:
        """What went wrong in the form."""
        await report(interaction, error, self._texts)

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


class ImportForm(ui.Modal):
    """A file, and which membership opens it."""

    def __init__(self, t: Words, page: TeachPage, tiers: list[Any], chosen: str | None) -> None:
        super().__init__(title=t("Bring a course"), timeout=900)
        self._page = page
        self._file: ui.FileUpload[Any] = ui.FileUpload(
            custom_id="file", required=True, min_values=1, max_values=1
        )
        self._tier: ui.Select[Any] = ui.Select(
            custom_id="tier",
            required=False,
            placeholder=t("What the course says"),
            options=[
                discord.SelectOption(
                    label=one.name[:100], value=str(one.id), default=chosen in (str(one.id), one.name)
                )
                for one in tiers[:25]
            ],
        )
        self.add_item(
            ui.Label(
                text=t("The course, as a zip"),
                description=t("course.toml and Markdown files such as 01-welcome.md, or an mdBook"),
                component=self._file,
            )
        )
        if tiers:
            self.add_item(ui.Label(text=t("The membership that opens it"), component=self._tier))

    async def on_submit(self, interaction: Interaction, /) -> None:
        tier = self._tier.values[0] if self._tier.values else None
        await self._page.take(interaction, self._file.values[0], tier)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override] # as discord.py's Modal has it
        await self._page.report(interaction, error)


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    app: Any = bot.app
    await bot.add_cog(TeachPage(bot, app.teaching, app.texts))


def _read(data: bytes, name: str) -> Course:
    """In a thread, imports included: what reads front matter and book summaries is heavy and rarely needed."""
    from bot.courses.reading import read_zip

    return read_zip(data, name)
