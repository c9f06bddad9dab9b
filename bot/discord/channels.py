"""Where people talk: channels and threads as their history is concerned, and who is in voice."""

from __future__ import annotations

from datetime import datetime

import discord

from bot.ids import snowflake_time
from bot.ports import MessageChannel, Opened, Voice

Talkative = discord.TextChannel | discord.VoiceChannel | discord.StageChannel
Parent = discord.TextChannel | discord.ForumChannel


async def message_channels(guild: discord.Guild, me: discord.Member, since: datetime) -> list[MessageChannel]:
    """Channels, active threads, and threads that fell asleep after `since`; each with whether we may read it."""
    found: list[MessageChannel] = []
    for channel in guild.channels:
        may_read = readable(channel, me)
        if isinstance(channel, Talkative):
            found.append(MessageChannel(channel.id, may_read, None))
        if isinstance(channel, Parent) and may_read:
            async for thread in channel.archived_threads(limit=None):
                if thread.archive_timestamp < since:
                    break
                found.append(of_thread(thread))
    return found + [of_thread(thread) for thread in await guild.active_threads()]


def of_thread(thread: discord.Thread) -> MessageChannel:
    """A thread that Discord shows us can be read."""
    return MessageChannel(
        thread.id, True, Opened(thread.owner_id, thread.created_at or snowflake_time(thread.id))
    )


def voices(guild: discord.Guild) -> list[Voice]:
    """Everybody in voice, bots too."""
    return [
        Voice(user_id, channel.id, listening(channel, state))
        for channel in (*guild.voice_channels, *guild.stage_channels)
        for user_id, state in channel.voice_states.items()
    ]


def listening(channel: discord.abc.Snowflake | None, state: discord.VoiceState) -> bool:
    """Not deafened and not in the channel for those who fell asleep."""
    afk = state.afk or (isinstance(channel, discord.VoiceChannel) and channel.guild.afk_channel == channel)
    return not (state.deaf or state.self_deaf or afk)


def readable(channel: discord.abc.GuildChannel, me: discord.Member) -> bool:
    """Whether the channel's history is open to us."""
    may = channel.permissions_for(me)
    return may.view_channel and may.read_message_history
