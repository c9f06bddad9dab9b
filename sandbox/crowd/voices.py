"""The members of a crowd who write: a few thousand, some much more than others."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from sandbox.crowd import people
from sandbox.wire import Json, encode
from sandbox.world import permissions, plain
from sandbox.world.guild import Guild
from sandbox.world.world import World

_MOST = 5000
_NEEDED = permissions.VIEW_CHANNEL | permissions.SEND_MESSAGES
_OWN = ("id", "channel_id", "content", "timestamp")


@dataclass(frozen=True, slots=True)
class Voice:
    """A member who writes. `common` are the encoded fields that all messages of the member share.

    `places` are the numbers of the channels in which the member may write.
    """

    id: str
    common: bytes
    places: tuple[int, ...]


class Voices:
    """The voices of a crowd. Each is made when its member first writes, and again after a change of member or server."""

    def __init__(self, world: World, guild: Guild, seed: int) -> None:
        self._world, self.guild = world, guild
        self._known: dict[str, Voice] = {}
        dice = random.Random(f"{seed}/voices")
        everybody = people.ids(guild, 0, people.size(world, guild)) or [
            user_id for user_id in guild.members if user_id not in world.applications
        ]
        self.people = dice.sample(everybody, min(_MOST, len(everybody)))
        self.weights = list(itertools.accumulate((n + 10) ** -0.8 for n in range(len(self.people))))
        self.channels: list[Json] = []
        self._find_channels()
        world.keepers.append(self._kept)

    def close(self) -> None:
        """Stop listening to the world's changes."""
        self._world.keepers.remove(self._kept)

    def of(self, user_id: str) -> Voice:
        """The voice of a member; the voice of a former member has no places."""
        voice = self._known.get(user_id)
        if voice is None:
            voice = self._known[user_id] = self._make(user_id)
        return voice

    def _make(self, user_id: str) -> Voice:
        world, guild = self._world, self.guild
        if user_id not in guild.members:
            return Voice(user_id, b"", ())
        message = plain.whole("0", "0", world.show_user(user_id), "")
        common = {key: value for key, value in message.items() if key not in _OWN}
        common |= {"guild_id": guild.id, "member": guild.members[user_id]}
        held = [permissions.in_channel(world, guild, user_id, channel) for channel in self.channels]
        places = tuple(n for n, bits in enumerate(held) if bits & _NEEDED == _NEEDED)
        return Voice(user_id, encode(common)[1:], places)

    def _find_channels(self) -> None:
        self.channels = [c for c in self.guild.channels.values() if c["type"] == 0]

    def _kept(self, kind: str, key: str, guild: Guild | None) -> None:
        """Forget the voices that depend on a changed or removed object."""
        if kind in ("user", "member"):
            self._known.pop(key, None)
        elif guild is self.guild and (kind == "role" or (kind == "channel" and not self._is_thread(key))):
            self._known.clear()
            self._find_channels()

    def _is_thread(self, key: str) -> bool:
        channel = self.guild.channels.get(key)
        return channel is not None and channel["type"] in permissions.THREAD_TYPES
