"""What members are called now, asked over the gateway: Lyceum keeps no names."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import discord

ASKED = 100
"""As many members as one request may ask for."""
PATIENCE = timedelta(seconds=1)
"""Discord waits three seconds for choices, and choices without names are better than none."""


@dataclass(frozen=True)
class Names:
    """What members are called in a guild. `told` is False when Discord was too slow, and then nobody's name is known."""

    known: dict[int, str]
    told: bool = True

    def of(self, user_id: int, absent: str) -> str:
        """The name, `absent` for somebody who is not in the guild, nothing when Discord did not tell."""
        return self.known.get(user_id, absent if self.told else "")


async def names(guild: discord.Guild | None, user_ids: Iterable[int]) -> Names:
    """What the first hundred of these are called."""
    wanted = list(dict.fromkeys(user_ids))[:ASKED]
    if guild is None or not wanted:
        return Names({}, told=not wanted)
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            found = await guild.query_members(user_ids=wanted, limit=ASKED, cache=False)
    except TimeoutError:
        return Names({}, told=False)
    return Names({member.id: member.display_name for member in found})


async def called(guild: discord.Guild | None, typed: str) -> list[int]:
    """The members whose name begins with what was typed, as far as Discord tells in time."""
    if guild is None or not typed.strip():
        return []
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            found = await guild.query_members(query=typed.strip(), limit=ASKED, cache=False)
    except TimeoutError:
        return []
    return [member.id for member in found]
