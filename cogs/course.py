"""/course: find a course, read its lessons, go on where one was, say how good a lesson is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import discord
from discord import app_commands, ui
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.cards import Card
from bot.courses import cards, views
from bot.courses.service import WORDS_LIMIT, Courses
from bot.courses.teaching import Teaching
from bot.discord.client import Client
from bot.discord.errors import report
from bot.discord.kit import Interaction, answer, replace
from bot.i18n import Texts, Words


class CoursePage(
    commands.GroupCog,
    name="Course",
    group_name=locale_str("course"),
    group_description=locale_str("Courses: find one, read on, rate a lesson"),
):
    """For everybody; what one reads and how far one is, the asker alone sees."""

    def __init__(self, bot: Client, courses: Courses, teaching: Teaching, texts: Texts) -> None:
        self._bot = bot
        self._courses = courses
        self._teaching = teaching
        self._texts = texts

    async def cog_load(self) -> None:
        for name, action in {
            "course.browse": self.turn_courses,
            "course.open": self.turn_modules,
            "course.module": self.turn_lessons,
            "pick.module": self.turn_lessons,
            "pick.lesson": self.press_open,
            "lesson.open": self.press_open,
            "lesson.page": self.turn_page,
            "lesson.done": self.press_done,
            "lesson.rate": self.press_rate,
        }.items():
            self._bot.on_action(name, action)

    @app_commands.command(name=locale_str("browse"), description=locale_str("Every course here"))
    async def browse(self, interaction: Interaction) -> None:
        found = await self._courses.browse(*_who(interaction), staff=_staff(interaction))
        await answer(interaction, cards.browse(self._words(interaction), found))

    @app_commands.command(
        name=locale_str("open"), description=locale_str("Open a course, or one of its lessons")
    )
    @app_commands.describe(course=locale_str("Which course"), lesson=locale_str("Which lesson"))
    async def open_(self, interaction: Interaction, course: str, lesson: str | None = None) -> None:
        course_id = await self._teaching.find(_guild(interaction), course)
        if lesson is None:
            found = await self._courses.outline(*_who(interaction), course_id, staff=_staff(interaction))
            await answer(interaction, cards.outline(self._words(interaction), found))
        else:
            lesson_id = await self._teaching.find_lesson(_guild(interaction), lesson, course_id)
            await answer(interaction, await self._lesson(interaction, lesson_id))

    @app_commands.command(
        name=locale_str("continue"), description=locale_str("Go on with the course that you opened last")
    )
    async def go_on(self, interaction: Interaction) -> None:
        found = await self._courses.next_lesson(*_who(interaction))
        await answer(interaction, await self._lesson(interaction, found.id))

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
        lesson_id = await self._teaching.find_lesson(_guild(interaction), lesson)
        again = await self._courses.rate(*_who(interaction), lesson_id, stars, text)
        await answer(interaction, cards.rated(self._words(interaction), stars, again=again))

    @open_.autocomplete("course")
    async def choose_course(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return _choices(await self._teaching.courses(_guild(interaction)), typed)

    @open_.autocomplete("lesson")
    async def choose_lesson(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        course = getattr(interaction.namespace, "course", None)
        if not course:
            return []
        course_id = await self._teaching.find(_guild(interaction), str(course))
        return _choices(await self._teaching.lessons(_guild(interaction), course_id), typed)

    @rate.autocomplete("lesson")
    async def choose_opened(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return _choices(await self._teaching.opened_lessons(*_who(interaction)), typed)

    async def turn_courses(self, interaction: Interaction, page: str) -> None:
        """Another page of all courses."""
        found = await self._courses.browse(*_who(interaction), staff=_staff(interaction))
        await replace(interaction, cards.browse(self._words(interaction), found, int(page or 0)))

    async def turn_modules(self, interaction: Interaction, argument: str) -> None:
        """A course at a page of its modules: course.page."""
        course_id, page = _numbers(argument, 2)
        found = await self._courses.outline(*_who(interaction), course_id, staff=_staff(interaction))
        await replace(interaction, cards.outline(self._words(interaction), found, page))

    async def turn_lessons(self, interaction: Interaction, argument: str) -> None:
        """A module at a page of its lessons: course.place.page."""
        course_id, place, page = _numbers(argument, 3)
        found = await self._courses.outline(*_who(interaction), course_id, staff=_staff(interaction))
        await replace(interaction, cards.module(self._words(interaction), found, place, page))

    async def press_open(self, interaction: Interaction, lesson: str) -> None:
        """A lesson from its beginning."""
        await replace(interaction, await self._lesson(interaction, int(lesson)))

    async def turn_page(self, interaction: Interaction, argument: str) -> None:
        """Another page of a lesson: lesson.page."""
        lesson_id, page = _numbers(argument, 2)
        await replace(interaction, await self._lesson(interaction, lesson_id, page))

    async def press_done(self, interaction: Interaction, lesson: str) -> None:
        """*Done & next*: the next lesson takes this one's place."""
        course, following = await self._courses.mark_done(
            *_who(interaction), int(lesson), staff=_staff(interaction)
        )
        if following is None:
            await replace(interaction, cards.finished(self._words(interaction), course))
        else:
            await replace(interaction, await self._lesson(interaction, following.id))

    async def press_rate(self, interaction: Interaction, lesson: str) -> None:
        """*Rate*: a form with stars and a text."""
        form = RatingForm(self._words(interaction), self._courses, self._texts, int(lesson))
        await interaction.response.send_modal(form)

    async def _lesson(self, interaction: Interaction, lesson_id: int, page: int = 0) -> Card:
        found = await self._courses.open_lesson(
            *_who(interaction), lesson_id, page=page, staff=_staff(interaction)
        )
        return cards.lesson(self._words(interaction), found)

    def _words(self, interaction: Interaction) -> Words:
        return self._texts.of(str(interaction.locale))


class RatingForm(ui.Modal):
    """One to five stars, and what the member wants to say."""

    def __init__(self, t: Words, courses: Courses, texts: Texts, lesson_id: int) -> None:
        super().__init__(title=t("Rate this lesson"), timeout=900)
        self._courses = courses
        self._texts = texts
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
        again = await self._courses.rate(*_who(interaction), self._lesson_id, stars, self._text.value)
        await answer(interaction, cards.rated(self._texts.of(str(interaction.locale)), stars, again=again))

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:  # type: ignore[override] # as discord.py's Modal has it
        await report(interaction, error, self._texts)


def _choices(found: Iterable[views.Choice], typed: str) -> list[Choice[str]]:
    """At most 25, in the order given; the lesson's name first, then where it belongs."""
    named = [(f"{one.name} · {one.within}" if one.within else one.name, one.id) for one in found]
    return [
        Choice(name=name[:100], value=str(id_))
        for name, id_ in named
        if typed.strip().casefold() in name.casefold()
    ][:25]


def _numbers(argument: str, count: int) -> list[int]:
    """`12.3` → [12, 3]; what is not said is 0."""
    numbers = [int(part) for part in argument.split(".")]
    return [*numbers, *[0] * count][:count]


def _staff(interaction: Interaction) -> bool:
    return interaction.permissions.manage_events


def _who(interaction: Interaction) -> tuple[int, int]:
    return _guild(interaction), interaction.user.id


def _guild(interaction: Interaction) -> int:
    assert interaction.guild_id is not None  # noqa: S101 # allowed_contexts says so
    return interaction.guild_id


async def setup(bot: Client) -> None:
    app: Any = bot.app
    await bot.add_cog(CoursePage(bot, app.courses, app.teaching, app.texts))
