"""Discord's ids: 42 bits of milliseconds since 2015, then a counter. Made from the community's clock."""

from __future__ import annotations

from datetime import UTC, datetime

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_EPOCH_MS = int(EPOCH.timestamp() * 1000)


def at(moment: datetime, n: int = 0) -> int:
    """The n-th id of a moment."""
    return max(0, int(moment.timestamp() * 1000) - _EPOCH_MS) << 22 | n


def moment(snowflake: int | str) -> datetime:
    """The moment at which an id was made."""
    return datetime.fromtimestamp(((int(snowflake) >> 22) + _EPOCH_MS) / 1000, tz=UTC)


class Snowflakes:
    """Ids that only grow, also while the clock stands still."""

    def __init__(self, last: int = 0) -> None:
        self.last = last

    def next(self, now: datetime) -> str:
        """A new id for this moment, as Discord writes it: a decimal string."""
        self.last = max(self.last + 1, at(now))
        return str(self.last)
