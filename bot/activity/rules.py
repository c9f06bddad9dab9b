"""What counts as an interaction, each once (docs/figures.md). No I/O."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum

LONG_ENOUGH = timedelta(minutes=5)
COMPANY = 2  # listening humans, the member among them


class InteractionKind(IntEnum):
    """The four kinds of interaction."""

    MESSAGE = 1
    REACTION = 2
    THREAD = 3
    VOICE = 4


def message_counts(*, human: bool, ordinary: bool, message_id: int, channel_id: int) -> bool:
    """An ordinary message or reply of a human counts.

    A forum post is a thread whose first message carries the thread's own id: the opening was
    counted as a thread, so this message is not counted again.
    """
    return human and ordinary and message_id != channel_id


def session_counts(company: timedelta) -> bool:
    """A voice session counts when at least five minutes of it were spent with another human."""
    return company >= LONG_ENOUGH


def emoji_key(emoji_id: int | None, name: str | None) -> str:
    """What makes two reactions the same: a server's own emoji by its id, else the character."""
    return str(emoji_id) if emoji_id else name or ""
