"""/teach: moderators import courses, decide who may open them, and see how they are used."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.courses import staff_cards
from bot.courses.actions import TURN_TAUGHT
from bot.courses.course import Course
from bot.courses.files import LARGEST_COURSE
from bot.courses.unsupported_markup import count_unsupported
from bot.courses.views import CourseChoice
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, defer, replace
from bot.discord.forms import Dialog
from bot.discord.page import Page, choices, demand_administrator, guild_of, on_press, words_of
from bot.errors import RetryLater, UserError
from bot.i18n import Language
from bot.memberships.catalog.tiers import LONGEST
from bot.names import means
from bot.services import Services


@app_commands.default_permissions(manage_events=True)
class TeachPage(
    Page,
    commands.GroupCog,
    name="Teach",
    group_name=locale_str("teach"),
    group_description=locale_str("Bring courses and look after them"),
):
    """For moderators; prices are for administrators, as those of memberships. Every answer is private."""

    price = app_commands.Group(
        name=locale_str("price"), description=locale_str("Courses that are sold on their own")
    )

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._teaching = app.teaching

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
                words_of(interaction), self, await self._teaching.tiers(guild_of(interaction)), tier
            )
            await interaction.response.send_modal(form)
        else:
            await self.import_zip(interaction, file, tier)

    @app_commands.command(name=locale_str("courses"), description=locale_str("Every course and how it fares"))
    async def courses(self, interaction: Interaction) -> None:
        courses = await self._teaching.taught(guild_of(interaction))
        await answer(interaction, staff_cards.taught(words_of(interaction), courses))

    @app_commands.command(
        name=locale_str("lock"), description=locale_str("Say which membership opens a course")
    )
    @app_commands.describe(
        course=locale_str("Which course"),
        tier=locale_str("The membership that opens it; without one: everybody"),
    )
    async def lock(self, interaction: Interaction, course: str, tier: str | None = None) -> None:
        course_id = await self._teaching.find(guild_of(interaction), course)
        if tier is None and await self._teaching.offers(guild_of(interaction), course_id):
            demand_administrator(interaction)  # it would take the course off sale
        opening = await self._teaching.lock(guild_of(interaction), course_id, tier, interaction.user.id)
        await answer(interaction, staff_cards.locked(words_of(interaction), opening))

    @price.command(
        name=locale_str("add"), description=locale_str("Sell a course on its own, or at a new price")
    )
    @app_commands.describe(
        course=locale_str("Which course"),
        price=locale_str("What it costs, such as 19 or 19.90"),
        currency=locale_str("Three letters: USD, EUR, CNY …"),
        days=locale_str("How many days it stays open; leave it out for one that never ends"),
    )
    async def add_price(
        self,
        interaction: Interaction,
        course: str,
        price: app_commands.Range[str, 1, 20],
        currency: app_commands.Range[str, 1, 10],
        days: app_commands.Range[int, 1, LONGEST] | None = None,
    ) -> None:
        demand_administrator(interaction)
        course_id = await self._teaching.find(guild_of(interaction), course)
        opening = await self._teaching.add_price(
            guild_of(interaction),
            course_id,
            price=price,
            currency=currency,
            days=days,
            actor=interaction.user.id,
        )
        await answer(interaction, staff_cards.locked(words_of(interaction), opening))

    @price.command(name=locale_str("remove"), description=locale_str("Stop selling a course at this price"))
    @app_commands.describe(course=locale_str("Which course"), price=locale_str("Which price"))
    async def remove_price(self, interaction: Interaction, course: str, price: str) -> None:
        demand_administrator(interaction)
        course_id = await self._teaching.find(guild_of(interaction), course)
        opening = await self._teaching.remove_price(
            guild_of(interaction), course_id, price, interaction.user.id
        )
        await answer(interaction, staff_cards.locked(words_of(interaction), opening))

    @remove_price.autocomplete("course")
    async def choose_sold(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        courses = await self._teaching.sold(guild_of(interaction))
        return choices(((course.name, course.id) for course in courses), typed)

    @remove_price.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        course = getattr(interaction.namespace, "course", None)
        if not course:
            return []
        guild_id, t = guild_of(interaction), words_of(interaction)
        offers = await self._teaching.offers(guild_id, await self._teaching.find(guild_id, str(course)))
        return choices(((offer.words(t), offer.id) for offer in offers), typed)

    @lock.autocomplete("course")
    @add_price.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        courses = await self._teaching.courses(guild_of(interaction))
        return choices(((course.name, course.id) for course in courses), typed)

    @lock.autocomplete("tier")
    @import_.autocomplete("tier")
    async def choose_tier(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        tiers = await self._teaching.tiers(guild_of(interaction))
        return choices(((tier.name, tier.id) for tier in tiers), typed)

    @on_press(TURN_TAUGHT)
    async def turn_courses(self, interaction: Interaction, page: int) -> None:
        """Another page of all courses."""
        courses = await self._teaching.taught(guild_of(interaction))
        await replace(interaction, staff_cards.taught(words_of(interaction), courses, page))

    async def import_zip(self, interaction: Interaction, file: discord.Attachment, tier: str | None) -> None:
        """Fetch the zip, read it in a thread, store the course and answer."""
        await defer(interaction)
        if file.size > LARGEST_COURSE:
            raise UserError(
                "The course is larger than {n} MB. Split it into several courses.", n=LARGEST_COURSE >> 20
            )
        try:
            data = await file.read()
        except discord.HTTPException as error:
            raise RetryLater("the attachment could not be fetched") from error
        course = await asyncio.to_thread(_read, data, file.filename)
        imported = await self._teaching.import_course(
            guild_of(interaction), course, by=interaction.user.id, tier=tier
        )
        unsupported = await asyncio.to_thread(count_unsupported, course)
        await answer(interaction, staff_cards.imported(words_of(interaction), imported, unsupported))


class ImportForm(Dialog):
    """A form for the zip and the membership that opens the course."""

    def __init__(self, t: Language, page: TeachPage, tiers: list[CourseChoice], chosen: str | None) -> None:
        super().__init__(t("Bring a course"))
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
                    label=tier.name[:100],
                    value=str(tier.id),
                    default=chosen is not None and means(chosen, tier.id, tier.name),
                )
                for tier in tiers[:25]
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
        await self._page.import_zip(interaction, self._file.values[0], tier)


setup = TeachPage.setup


def _read(data: bytes, name: str) -> Course:
    """Runs in a thread, including the import: the parsers of front matter and mdBooks load slowly and are rarely needed."""
    from bot.courses.reading import read_zip

    return read_zip(data, name)
