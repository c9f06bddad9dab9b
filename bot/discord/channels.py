"""Channels and threads whose history can be read back, and who is in voice."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.ids import snowflake_time
from bot.ports import MessageChannel, Opened, Voice

Talkative = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
ThreadParent = discord.TextChannel | discord.ForumChannel


async def message_channels(guild: discord.Guild, me: discord.Member, since: datetime) -> list[MessageChannel]:
    """Channels, active threads, and threads archived after `since`, each with whether Lyceum may read its history."""
    places_found: list[MessageChannel] = []
    for channel in guild.channels:
        may_read = readable(channel, me)
        if isinstance(channel, Talkative):
            places_found.append(MessageChannel(channel.id, may_read, None))
        if isinstance(channel, ThreadParent) and may_read:
            async for thread in channel.archived_threads(limit=None):
                if thread.archive_timestamp < since:
                    break
                places_found.append(place_of_thread(thread))
    return places_found + [place_of_thread(thread) for thread in await guild.active_threads()]


def place_of_thread(thread: discord.Thread) -> MessageChannel:
    """A thread as a MessageChannel. Discord shows only threads that we can read."""
    return MessageChannel(
        thread.id, True, Opened(thread.owner_id, thread.created_at or snowflake_time(thread.id))
    )


def voices(guild: discord.Guild) -> list[Voice]:
    """Everybody in a voice or stage channel, bots included."""
    return [
        Voice(user_id, channel.id, is_listening(channel, state))
        for channel in (*guild.voice_channels, *guild.stage_channels)
        for user_id, state in channel.voice_states.items()
    ]


def is_listening(channel: discord.abc.Snowflake | None, state: discord.VoiceState) -> bool:
    """Whether somebody in voice is neither deafened nor in the AFK channel."""
    afk = state.afk or (isinstance(channel, discord.VoiceChannel) and channel.guild.afk_channel == channel)
    return not (state.deaf or state.self_deaf or afk)


def readable(channel: discord.abc.GuildChannel, me: discord.Member) -> bool:
    """Whether Lyceum may read the channel's history."""
    permissions = channel.permissions_for(me)
    return permissions.view_channel and permissions.read_message_history
