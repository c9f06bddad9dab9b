"""The inputs of the figures, and the domains that supply them.

Every window is `[start, end)` in aware UTC. The answers leave out bots, webhooks and members who opted out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Interactions(Protocol):
    """What members did with each other in a window; one event is counted once."""

    @property
    def messages(self) -> int: ...
    @property
    def reactions(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def voice(self) -> int: ...
    @property
    def active_members(self) -> int: ...


class Coverage(Protocol):
    """How complete the counts of a window are."""

    @property
    def gap_seconds(self) -> int: ...
    @property
    def opted_out(self) -> int: ...
    @property
    def unreadable(self) -> int: ...


class LibraryCounts(Protocol):
    """How many contents existed in a window, and how members rated them."""

    @property
    def contents(self) -> int: ...
    @property
    def rated(self) -> int: ...
    @property
    def rating_sum(self) -> int: ...
    @property
    def rating_count(self) -> int: ...


class ActivityCounts(Protocol):
    """The part of bot/activity that the figures need. Counts that are not flushed yet are left out."""

    async def flush(self) -> None: ...
    async def caught_up(self) -> None: ...
    async def interactions(self, guild_id: int, start: datetime, end: datetime) -> Interactions: ...
    async def humans(self, guild_id: int, at: datetime) -> int: ...
    async def coverage(self, guild_id: int, start: datetime, end: datetime) -> Coverage: ...


class CourseCounts(Protocol):
    """The part of bot/courses that the figures need."""

    async def consumption(self, guild_id: int, start: datetime, end: datetime) -> int: ...
    async def library(self, guild_id: int, start: datetime, end: datetime) -> LibraryCounts: ...


class AttendedEvent(Protocol):
    """An event that is over."""

    @property
    def attendances(self) -> int: ...


class EventCounts(Protocol):
    """The part of bot/events that the figures need."""

    async def held(self, guild_id: int, start: datetime, end: datetime) -> Sequence[AttendedEvent]: ...


class MemberCounts(Protocol):
    """The part of bot/memberships that the figures need."""

    async def paying(self, guild_id: int, at: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The inputs of the two formulas in one window. All are plain counts, and every stored week has them.

    A metric that needs more measures it itself (`Metric.measure`): a new field here would be missing in old weeks.
    """

    messages: int
    reactions: int
    threads: int
    voice: int
    active_members: int
    consumption: int
    participation: int
    contents: int
    rated: int
    rating_sum: int
    rating_count: int

    @property
    def interactions(self) -> int:
        """Everything that counts as an interaction, each once."""
        return self.messages + self.reactions + self.threads + self.voice


@dataclass(frozen=True)
class StoredCoverage:
    """A window's coverage, as a snapshot stores it: seconds without a gateway session that could not be read
    back, members who opted out of being counted, channels that Lyceum may not read."""

    gap_seconds: int
    opted_out: int
    unreadable: int


@dataclass(frozen=True)
class InsightSources:
    """The domains that supply the inputs."""

    activity: ActivityCounts
    courses: CourseCounts
    events: EventCounts
    members: MemberCounts

    async def counts(self, guild_id: int, start: datetime, end: datetime) -> Counts:
        """The inputs of the window `[start, end)`."""
        interactions = await self.activity.interactions(guild_id, start, end)
        library = await self.courses.library(guild_id, start, end)
        events = await self.events.held(guild_id, start, end)
        return Counts(
            messages=interactions.messages,
            reactions=interactions.reactions,
            threads=interactions.threads,
            voice=interactions.voice,
            active_members=interactions.active_members,
            consumption=await self.courses.consumption(guild_id, start, end),
            participation=sum(event.attendances for event in events),
            contents=library.contents,
            rated=library.rated,
            rating_sum=library.rating_sum,
            rating_count=library.rating_count,
        )

    async def coverage(self, guild_id: int, start: datetime, end: datetime) -> StoredCoverage:
        """How complete the window is."""
        coverage = await self.activity.coverage(guild_id, start, end)
        return StoredCoverage(coverage.gap_seconds, coverage.opted_out, coverage.unreadable)
