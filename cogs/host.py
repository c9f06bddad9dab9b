"""/host: moderators plan events, cancel them and see who comes."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, locale_str
from discord.ext import commands

from bot.discord.client import Client
from bot.discord.components import Interaction, answer
from bot.discord.page import Page, guild_of, words_of
from bot.events import cards
from bot.events.event import EventKind
from bot.events.times import suggestions
from bot.services import Services

KINDS: list[Choice[str]] = [
    Choice(name=locale_str("Talk"), value=EventKind.TALK),
    Choice(name=locale_str("Contest"), value=EventKind.CONTEST),
    Choice(name=locale_str("Interview"), value=EventKind.INTERVIEW),
    Choice(name=locale_str("Lecture"), value=EventKind.LECTURE),
    Choice(name=locale_str("Meetup"), value=EventKind.MEETUP),
    Choice(name=locale_str("Workshop"), value=EventKind.WORKSHOP),
]
LENGTHS = ("30", "45", "60", "90", "120", "180")


@app_commands.default_permissions(manage_events=True)
class Host(
    Page,
    commands.GroupCog,
    group_name=locale_str("host"),
    group_description=locale_str("Plan events and see who comes"),
):
    """For moderators. Every answer is private; the public card is posted in the events channel."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._events = app.events
        self._community = app.settings.community
        self._now = app.clock.now

    @app_commands.command(name=locale_str("create"), description=locale_str("Plan an event and announce it"))
    @app_commands.describe(
        kind=locale_str("What it is"),
        title=locale_str("What it is called"),
        when=locale_str("When it begins: 2026-12-01 19:30, tomorrow 19:30, Fri 20:00 …"),
        length=locale_str("How long it lasts: 90, 1h30 or 1:30"),
        channel=locale_str("The voice channel in which it takes place"),
        place=locale_str("Or the address at which it takes place"),
        members_only=locale_str("Only for those whose membership opens events?"),
    )
    @app_commands.choices(kind=KINDS)
    async def create(
        self,
        interaction: Interaction,
        kind: str,
        title: app_commands.Range[str, 1, 100],
        when: app_commands.Range[str, 1, 100],
        length: app_commands.Range[str, 1, 20] = "60",
        channel: discord.VoiceChannel | None = None,
        place: app_commands.Range[str, 1, 100] | None = None,
        members_only: bool = False,
    ) -> None:
        event = await self._events.create(
            guild_of(interaction),
            interaction.user.id,
            kind=EventKind(kind),
            title=title,
            when=when,
            length=length,
            voice_channel_id=channel.id if channel else None,
            address=place,
            members_only=members_only,
        )
        t = words_of(interaction)
        await answer(interaction, cards.planned(t, event, self._community.events_channel))

    @app_commands.command(name=locale_str("cancel"), description=locale_str("Call an event off"))
    @app_commands.describe(event=locale_str("Which event"))
    async def cancel(self, interaction: Interaction, event: str) -> None:
        cancelled = await self._events.cancel(guild_of(interaction), event, interaction.user.id)
        await answer(interaction, cards.cancelled(words_of(interaction), cancelled))

    @app_commands.command(
        name=locale_str("attendees"), description=locale_str("Who said they would come, and who came")
    )
    @app_commands.describe(event=locale_str("Which event"))
    async def attendees(self, interaction: Interaction, event: str) -> None:
        roster = await self._events.roster(guild_of(interaction), event)
        await answer(interaction, cards.roll(words_of(interaction), roster))

    @create.autocomplete("when")
    async def choose_time(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """The times that the typed text can mean."""
        t = words_of(interaction)
        moments = suggestions(typed, self._now(), self._community.timezone)
        return [Choice(name=cards.meaning(t, moment)[:100], value=moment.written) for moment in moments]

    @create.autocomplete("length")
    async def choose_length(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        t = words_of(interaction)
        return [
            Choice(name=t.n("{n} minute", "{n} minutes", int(length)), value=length)
            for length in LENGTHS
            if length.startswith(typed.strip())
        ]

    @cancel.autocomplete("event")
    async def choose_upcoming(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._choices(interaction, typed, upcoming=True)

    @attendees.autocomplete("event")
    async def choose_any(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._choices(interaction, typed, upcoming=False)

    async def _choices(self, interaction: Interaction, typed: str, *, upcoming: bool) -> list[Choice[str]]:
        t, zone = words_of(interaction), self._community.timezone
        events = await self._events.choices(guild_of(interaction), typed, upcoming=upcoming)
        return [
            Choice(
                name=f"{event.title[:70]} · {cards.local_time_text(t, event.starts_at, zone)}",
                value=str(event.id),
            )
            for event in events
        ]


setup = Host.setup
