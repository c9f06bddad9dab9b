"""/course: find a course, buy it, read its lessons, continue where one left off, rate a lesson."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.courses import cards, views
from bot.courses.actions import (
    BROWSE_COURSES,
    FINISH_LESSON,
    OPEN_COURSE,
    OPEN_LESSON,
    OPEN_MODULE,
    PICK_LESSON,
    PICK_MODULE,
    RATE_LESSON,
    TURN_LESSON,
)
from bot.courses.service import WORDS_LIMIT, Courses
from bot.discord.client import Client
from bot.discord.components import Interaction, answer, replace
from bot.discord.forms import Dialog
from bot.discord.page import Page, asker_of, choices, guild_of, on_press, words_of
from bot.i18n import Language
from bot.memberships.item import ItemKind
from bot.services import Services
from cogs.membership import show_purchase


class CoursePage(
    Page,
    commands.GroupCog,
    name="Course",
    group_name=locale_str("course"),
    group_description=locale_str("Courses: find one, read on, rate a lesson"),
):
    """For everybody. Every answer is private."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._courses = app.courses
        self._teaching = app.teaching
        self._memberships = app.memberships

    @app_commands.command(name=locale_str("browse"), description=locale_str("Every course here"))
    async def browse(self, interaction: Interaction) -> None:
        courses = await self._courses.browse(*asker_of(interaction), staff=_staff(interaction))
        await answer(interaction, cards.browse(words_of(interaction), courses))

    @app_commands.command(
        name=locale_str("open"), description=locale_str("Open a course, or one of its lessons")
    )
    @app_commands.describe(course=locale_str("Which course"), lesson=locale_str("Which lesson"))
    async def open_(self, interaction: Interaction, course: str, lesson: str | None = None) -> None:
        course_id = await self._teaching.find(guild_of(interaction), course)
        if lesson is None:
            outline = await self._courses.outline(
                *asker_of(interaction), course_id, staff=_staff(interaction)
            )
            await answer(interaction, cards.outline(words_of(interaction), outline))
        else:
            lesson_id = await self._teaching.find_lesson(guild_of(interaction), lesson, course_id)
            await answer(interaction, await self._lesson(interaction, lesson_id))

    @app_commands.command(
        name=locale_str("buy"), description=locale_str("Buy one course, without a membership")
    )
    @app_commands.describe(course=locale_str("Which course"), price=locale_str("At which price"))
    async def buy(self, interaction: Interaction, course: str, price: str | None = None) -> None:
        await interaction.response.defer(ephemeral=True)
        course_id = await self._teaching.find(guild_of(interaction), course)
        sale = self._memberships.items[ItemKind.COURSE]
        result = await sale.buy(*asker_of(interaction), course_id, price)
        await show_purchase(interaction, self._memberships, result)

    @app_commands.command(
        name=locale_str("continue"), description=locale_str("Go on with the course that you opened last")
    )
    async def go_on(self, interaction: Interaction) -> None:
        lesson = await self._courses.next_lesson(*asker_of(interaction))
        await answer(interaction, await self._lesson(interaction, lesson.id))

    @app_commands.command(name=locale_str("rate"), description=locale_str("Say how good a lesson was"))
    @app_commands.describe(
        lesson=locale_str("A lesson that you have opened"),
        stars=locale_str("1 to 5, 5 is best"),
        text=locale_str("What helped, what was missing"),
    )
    async def rate(
        self,
        interaction: Interaction,
        lesson: str,
        stars: app_commands.Range[int, 1, 5],
        text: app_commands.Range[str, 1, WORDS_LIMIT] | None = None,
    ) -> None:
        lesson_id = await self._teaching.find_lesson(guild_of(interaction), lesson)
        replaced = await self._courses.rate(*asker_of(interaction), lesson_id, stars, text)
        await answer(interaction, cards.rated(words_of(interaction), stars, again=replaced))

    @open_.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return choices(_labelled(await self._teaching.courses(guild_of(interaction))), typed)

    @open_.autocomplete("lesson")
    async def choose_lesson(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        course = getattr(interaction.namespace, "course", None)
        if not course:
            return []
        course_id = await self._teaching.find(guild_of(interaction), str(course))
        return choices(_labelled(await self._teaching.lessons(guild_of(interaction), course_id)), typed)

    @buy.autocomplete("course")
    async def choose_sold(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return choices(_labelled(await self._teaching.sold(guild_of(interaction))), typed)

    @buy.autocomplete("price")
    async def choose_price(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        course = getattr(interaction.namespace, "course", None)
        if not course:
            return []
        guild_id, t = guild_of(interaction), words_of(interaction)
        offers = await self._teaching.offers(guild_id, await self._teaching.find(guild_id, str(course)))
        return choices(((offer.words(t), offer.id) for offer in offers if offer.payable), typed)

    @rate.autocomplete("lesson")
    async def choose_opened(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return choices(_labelled(await self._teaching.opened_lessons(*asker_of(interaction))), typed)

    @on_press(BROWSE_COURSES)
    async def turn_courses(self, interaction: Interaction, page: int) -> None:
        """Another page of all courses."""
        courses = await self._courses.browse(*asker_of(interaction), staff=_staff(interaction))
        await replace(interaction, cards.browse(words_of(interaction), courses, page))

    @on_press(OPEN_COURSE)
    async def turn_modules(self, interaction: Interaction, course_id: int, page: int | None) -> None:
        """A course at a page of its modules."""
        outline = await self._courses.outline(*asker_of(interaction), course_id, staff=_staff(interaction))
        await replace(interaction, cards.outline(words_of(interaction), outline, page or 0))

    @on_press(PICK_MODULE)
    async def pick_module(self, interaction: Interaction, course_id: int, place: int) -> None:
        """A module from the list, at its first lessons."""
        await self.turn_lessons(interaction, course_id, place, 0)

    @on_press(OPEN_MODULE)
    async def turn_lessons(self, interaction: Interaction, course_id: int, place: int, page: int) -> None:
        """A module at a page of its lessons."""
        outline = await self._courses.outline(*asker_of(interaction), course_id, staff=_staff(interaction))
        await replace(interaction, cards.module(words_of(interaction), outline, place, page))

    @on_press(OPEN_LESSON)
    @on_press(PICK_LESSON)
    async def press_open(self, interaction: Interaction, lesson_id: int) -> None:
        """A lesson from its beginning."""
        await replace(interaction, await self._lesson(interaction, lesson_id))

    @on_press(TURN_LESSON)
    async def turn_page(self, interaction: Interaction, lesson_id: int, page: int) -> None:
        """Another page of a lesson."""
        await replace(interaction, await self._lesson(interaction, lesson_id, page))

    @on_press(FINISH_LESSON)
    async def press_done(self, interaction: Interaction, lesson_id: int) -> None:
        """*Done & next*: shows the next lesson in place of this one."""
        course, following = await self._courses.mark_done(
            *asker_of(interaction), lesson_id, staff=_staff(interaction)
        )
        if following is None:
            await replace(interaction, cards.finished(words_of(interaction), course))
        else:
            await replace(interaction, await self._lesson(interaction, following.id))

    @on_press(RATE_LESSON)
    async def press_rate(self, interaction: Interaction, lesson_id: int) -> None:
        """*Rate*: opens a form with stars and a text."""
        form = RatingForm(words_of(interaction), self._courses, lesson_id)
        await interaction.response.send_modal(form)

    async def _lesson(self, interaction: Interaction, lesson_id: int, page: int = 0) -> Card:
        lesson = await self._courses.open_lesson(
            *asker_of(interaction), lesson_id, page=page, staff=_staff(interaction)
        )
        return cards.lesson(words_of(interaction), lesson)


class RatingForm(Dialog):
    """One to five stars, and an optional text."""

    def __init__(self, t: Language, courses: Courses, lesson_id: int) -> None:
        super().__init__(t("Rate this lesson"))
        self._courses = courses
        self._lesson_id = lesson_id
        names = {5: t("Excellent"), 4: t("Good"), 3: t("Fair"), 2: t("Weak"), 1: t("Poor")}
        self._stars: ui.RadioGroup[Any] = ui.RadioGroup(
            custom_id="stars",
            required=True,
            options=[
                discord.RadioGroupOption(label=f"{'★' * stars}{'☆' * (5 - stars)} {name}", value=str(stars))
                for stars, name in names.items()
            ],
        )
        self._text: ui.TextInput[Any] = ui.TextInput(
            custom_id="text", style=discord.TextStyle.paragraph, required=False, max_length=WORDS_LIMIT
        )
        self.add_item(ui.Label(text=t("How good was it?"), component=self._stars))
        self.add_item(ui.Label(text=t("What helped, what was missing?"), component=self._text))

    async def on_submit(self, interaction: Interaction, /) -> None:
        stars = int(self._stars.value or 0)
        replaced = await self._courses.rate(*asker_of(interaction), self._lesson_id, stars, self._text.value)
        await answer(interaction, cards.rated(words_of(interaction), stars, again=replaced))


def _labelled(items: list[views.CourseChoice]) -> list[tuple[str, int]]:
    """(label, id) of each item; the label of a lesson ends with its module or course."""
    return [(f"{item.name} · {item.within}" if item.within else item.name, item.id) for item in items]


def _staff(interaction: Interaction) -> bool:
    return interaction.permissions.manage_events


setup = CoursePage.setup
