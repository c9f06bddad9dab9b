"""What other domains can ask of activity: the counts of a window, and how complete they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.intervals import covered


@dataclass(frozen=True)
class InteractionFigures:
    """What members did in a window, each event once; bots and members who opted out are left out."""

    messages: int
    reactions: int
    threads: int
    voice: int
    active_members: int

    @property
    def total(self) -> int:
        """All interactions."""
        return self.messages + self.reactions + self.threads + self.voice


@dataclass(frozen=True)
class Gap:
    """A span of time of which something is missing: "away" (reactions and voice), "forbidden" (a channel's messages),
    "before" (Lyceum was not there yet)."""

    since: datetime
    until: datetime
    reason: str
    channel_id: int | None


@dataclass(frozen=True)
class CoverageFigures:
    """How complete the counts of `[start, end)` are. Gaps are clipped to the window, earliest first."""

    start: datetime
    end: datetime
    gaps: tuple[Gap, ...]
    opted_out: int

    @property
    def gap_seconds(self) -> int:
        """Seconds without a gateway session, whose reactions and voice could not be read back."""
        return int(covered((g.since, g.until) for g in self.gaps if g.channel_id is None).total_seconds())

    @property
    def unreadable(self) -> int:
        """How many channels lack messages."""
        return len({gap.channel_id for gap in self.gaps if gap.channel_id is not None})
