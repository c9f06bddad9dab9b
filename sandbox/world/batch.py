"""Many plain messages at once, encoded as they travel: those of a crowd between two commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sandbox.wire import Json, decode
from sandbox.world.events import Event


@dataclass(frozen=True)
class Batch:
    """MESSAGE_CREATE's data, one per message. `places` gives for each the index of its channel in `channels`."""

    guild_id: str
    channels: list[Json]
    places: list[int]
    whole: list[bytes]
    without_words: Callable[[], list[bytes]]

    @cached_property
    def blank(self) -> list[bytes]:
        """The data without the text."""
        return self.without_words()

    def events(self) -> Iterator[Event]:
        """The messages as single events."""
        for place, data in zip(self.places, self.whole, strict=True):
            yield Event("MESSAGE_CREATE", decode(data), self.guild_id, self.channels[place])
