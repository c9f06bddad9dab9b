"""No commands yet: passes what members do from the gateway to the counting."""

from __future__ import annotations

import discord
from discord.ext import commands

from bot.activity.rules import emoji_key
from bot.discord import fast_path
from bot.discord.channels import is_listening, place_of_thread
from bot.discord.client import Client
from bot.discord.page import Page
from bot.services import Services


class ActivityListeners(Page, name="Activity"):
    """One listener per gateway event. Of a message only author, channel, time and kind are read, never the content."""

    def __init__(self, bot: Client, app: Services) -> None:
        super().__init__(bot, app)
        self._activity = app.activity
        self._use_fast_path = app.settings.activity.shortcut

    async def cog_load(self) -> None:
        await super().cog_load()
        # Replaces the library's own handler, which looks for commands in the content.
        self.bot.event(self.on_message)
        if self._use_fast_path:
            fast_path.install(self.bot, self._count, self._activity.connected)

    @commands.Cog.listener()
    async def on_connect(self) -> None:
        """READY: a new session. Dispatched before any of its events."""
        self._activity.connected()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        self._activity.ready()

    @commands.Cog.listener()
    async def on_resumed(self) -> None:
        self._activity.resumed()

    @commands.Cog.listener()
    async def on_disconnect(self) -> None:
        self._activity.disconnected()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        self._activity.arrived(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._activity.arrived(guild.id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self._activity.left(guild.id)

    @commands.Cog.listener()
    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        self._activity.left(guild.id)

    async def on_message(self, message: discord.Message) -> None:
        if (event := fast_path.from_library(message)) is not None:
            self._count(event)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        if payload.guild_id is not None:
            emoji = emoji_key(payload.emoji.id, payload.emoji.name)
            human = payload.member is None or not payload.member.bot
            self._activity.reacted(
                payload.guild_id, payload.channel_id, payload.message_id, payload.user_id, emoji, human=human
            )

    @commands.Cog.listener()
    async def on_thread_create(self, thread: discord.Thread) -> None:
        if (opened := place_of_thread(thread).opened) is not None:
            self._activity.thread_opened(thread.guild.id, thread.id, opened.by, opened.at)

    @commands.Cog.listener()
    async def on_voice_state_update(
        self, member: discord.Member, _before: discord.VoiceState, after: discord.VoiceState
    ) -> None:
        await self._activity.voice(
            member.guild.id,
            member.id,
            after.channel.id if after.channel else None,
            human=not member.bot,
            listening=is_listening(after.channel, after),
        )

    @commands.Cog.listener()
    async def on_member_join(self, member: discord.Member) -> None:
        joined_at = member.joined_at or discord.utils.utcnow()
        self._activity.member_joined(member.guild.id, member.id, bot=member.bot, joined_at=joined_at)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        self._activity.member_left(payload.guild_id, payload.user.id)

    def _count(self, event: fast_path.CountedMessage) -> None:
        guild_id, channel_id, message_id, user_id, human, ordinary = event
        self._activity.message(guild_id, channel_id, message_id, user_id, human=human, ordinary=ordinary)


setup = ActivityListeners.setup
