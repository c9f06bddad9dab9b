"""The nouns of this domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

EARLY = LATE = timedelta(minutes=10)
"""From so long before the start until so long after the end, being in the channel counts as being there."""

REMIND_BEFORE = timedelta(minutes=15)


class EventKind(StrEnum):
    TALK = "talk"
    CONTEST = "contest"
    INTERVIEW = "interview"
    LECTURE = "lecture"
    MEETUP = "meetup"
    WORKSHOP = "workshop"


class EventState(StrEnum):
    SCHEDULED = "scheduled"
    LIVE = "live"
    OVER = "over"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of a guild. It is in a voice channel or at an address, never both.

    `members_only`: signing up needs a membership that opens events.
    """

    guild_id: int
    id: int
    kind: EventKind
    title: str
    starts_at: datetime
    ends_at: datetime
    said_wall: str
    said_zone: str
    voice_channel_id: int | None
    address: str | None
    host_id: int
    state: EventState
    discord_event_id: int | None
    card_channel_id: int | None
    card_message_id: int | None
    created_at: datetime
    members_only: bool = False

    @property
    def open(self) -> bool:
        """Still to come or running: one can sign up for it and cancel it."""
        return self.state in (EventState.SCHEDULED, EventState.LIVE)

    @property
    def doors_at(self) -> datetime:
        """From here on presence in the channel is noted."""
        return self.starts_at - EARLY

    @property
    def reminder_minutes(self) -> int:
        """How long before the start people are reminded; 0, when it begins, if it was planned at short notice."""
        early = self.starts_at - REMIND_BEFORE >= self.created_at
        return int(REMIND_BEFORE.total_seconds() // 60) if early else 0

    @property
    def closes_at(self) -> datetime:
        """Here attendance is measured."""
        return self.ends_at + LATE


@dataclass(frozen=True)
class Attendee:
    """Somebody who came, and for how long."""

    user_id: int
    seconds: int


@dataclass(frozen=True)
class HeldEvent:
    """An event that is over, and how many members attended it."""

    id: int
    ends_at: datetime
    attendances: int


@dataclass(frozen=True)
class Roster:
    """Who said they would come, in that order, and who came, longest first."""

    event: Event
    going: tuple[int, ...]
    came: tuple[Attendee, ...]


@dataclass(frozen=True)
class Listed:
    """An event as one reader sees it in a list."""

    event: Event
    going: int
    mine: bool
