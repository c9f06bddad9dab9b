"""Which messages of a channel are counted already, so that each is counted exactly once.

All messages up to `upto` are counted, and of the later ones those in `above`. Discord makes ids on many machines, so
a message may arrive shortly after one with a higher id. `upto` therefore keeps REORDER behind the
newest one; a process that dies reads the channel's history from there and skips what is in `above`.
"""

from __future__ import annotations

from collections.abc import Iterable

REORDER = 2_000 << 22  # two seconds, as a difference of ids


class Watermark:
    """One channel's mark. `held` while its history is being read: a message before the newest may then be missing."""

    __slots__ = ("above", "channel_no", "held", "last", "newest", "upto")

    def __init__(
        self, upto: int, above: Iterable[int] = (), last: int | None = None, channel_no: int | None = None
    ) -> None:
        self.upto = upto
        self.above = set(above)
        self.last = last  # the highest id counted
        self.channel_no = channel_no  # channel.n, once the channel is stored
        self.newest = upto  # the highest id seen, also of messages that do not count
        self.held = False

    def take(self, message_id: int) -> bool:
        """True the first time that this message is offered; the caller then counts it."""
        if message_id <= self.upto or message_id in self.above:
            return False
        self.above.add(message_id)
        return True

    def reached(self, message_id: int) -> None:
        """History was read up to this message: all before it were offered, except those that arrive late."""
        self._settle(message_id)

    def settle(self) -> None:
        """Let `upto` follow the newest message, unless history is still being read."""
        if not self.held:
            self._settle(self.newest)

    def _settle(self, message_id: int) -> None:
        if message_id - REORDER > self.upto:
            self.upto = message_id - REORDER
            self.above = {id_ for id_ in self.above if id_ > self.upto}
