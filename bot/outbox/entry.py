"""A message's key, and the record of what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class OutboxState(StrEnum):
    """What became of a message."""

    SENDING = "sending"  # an attempt was begun, its outcome is not known yet
    SENT = "sent"
    CLOSED = "closed"  # the member takes no direct messages from us
    GONE = "gone"  # the member is no longer in the server
    SKIPPED = "skipped"  # not sent, for the reason recorded
    UNKNOWN = "unknown"  # an attempt was begun; whether it arrived cannot be found out any more


@dataclass(frozen=True)
class OutboxKey:
    """The name of a message: under one key, one message is sent. `key` is unique within guild and kind."""

    guild_id: int
    kind: str
    key: str

    @property
    def nonce(self) -> str:
        """The nonce by which Discord recognises a repetition for a few minutes."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """A message's record. `at` is when its state began; for SENDING, when the first attempt began."""

    state: OutboxState
    reason: str | None
    channel_id: int | None
    message_id: int | None
    at: datetime


@dataclass(frozen=True)
class PostedMessage:
    """Where a posted message is."""

    channel_id: int
    message_id: int
