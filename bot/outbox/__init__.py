"""The outbox: every message that Lyceum sends by itself is sent exactly once, or recorded as not sent."""

from bot.outbox.channels import Channels, ChannelSetting
from bot.outbox.entry import OutboxEntry, OutboxKey, OutboxState, PostedMessage
from bot.outbox.service import Outbox

__all__ = [
    "ChannelSetting",
    "Channels",
    "Outbox",
    "OutboxEntry",
    "OutboxKey",
    "OutboxState",
    "PostedMessage",
]
