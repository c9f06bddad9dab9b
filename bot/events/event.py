"""The data of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

EARLY = LATE = timedelta(minutes=10)
"""Presence in the channel counts from EARLY before the start until LATE after the end."""

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
        """Whether the event is scheduled or live, so that it can be cancelled and members can sign up."""
        return self.state in (EventState.SCHEDULED, EventState.LIVE)

    @property
    def doors_at(self) -> datetime:
        """When recording of presence in the channel begins."""
        return self.starts_at - EARLY

    @property
    def reminder_minutes(self) -> int:
        """How long before the start people are reminded; 0 (at the start) if it was planned at short notice."""
        early = self.starts_at - REMIND_BEFORE >= self.created_at
        return int(REMIND_BEFORE.total_seconds() // 60) if early else 0

    @property
    def closes_at(self) -> datetime:
        """When attendance is measured."""
        return self.ends_at + LATE


@dataclass(frozen=True)
class Attendee:
    """A member who came, and for how long."""

    user_id: int
    seconds: int


@dataclass(frozen=True)
class HeldEvent:
    """An event that is over, with the number of members who attended it."""

    id: int
    ends_at: datetime
    attendances: int


@dataclass(frozen=True)
class Roster:
    """The members who signed up, in that order, and those who came, longest first."""

    event: Event
    going: tuple[int, ...]
    came: tuple[Attendee, ...]


@dataclass(frozen=True)
class ListedEvent:
    """An event in the list of one member. `going` counts the sign-ups."""

    event: Event
    going: int
    is_going: bool
