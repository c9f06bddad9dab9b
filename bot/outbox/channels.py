"""The channels that the owner names in the settings."""

from __future__ import annotations

from enum import StrEnum

from bot.errors import NeedsAction
from bot.ports import ChatServer
from bot.settings import CommunitySettings


class ChannelSetting(StrEnum):
    """A setting that names a text channel."""

    STAFF = "community.staff_channel"
    EVENTS = "community.events_channel"


_FINDINGS = {
    ChannelSetting.STAFF: "staff-channel-missing",
    ChannelSetting.EVENTS: "events-channel-missing",
}


class Channels:
    """Finds the channel that a setting names."""

    def __init__(self, server: ChatServer, community: CommunitySettings) -> None:
        self._server = server
        self._names = {
            ChannelSetting.STAFF: community.staff_channel,
            ChannelSetting.EVENTS: community.events_channel,
        }

    def name(self, setting: ChannelSetting) -> str:
        """What the setting says: the channel's name or id."""
        return self._names[setting]

    async def find(self, guild_id: int, setting: ChannelSetting) -> int | None:
        """The channel's id; None while the guild has no such channel."""
        return await self._server.channel_named(guild_id, self._names[setting])

    async def require(self, guild_id: int, setting: ChannelSetting) -> int:
        """The channel's id. NeedsAction, which names the setting, while the guild has no such channel."""
        channel_id = await self.find(guild_id, setting)
        if channel_id is None:
            raise NeedsAction(
                _FINDINGS[setting],
                "There is no channel #{channel}: make it, or set {setting} to another.",
                channel=self._names[setting],
                setting=setting.value,
            )
        return channel_id
