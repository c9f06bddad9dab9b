"""What the catalog asks of the rooms above it: who has a tier, and that they have it under new terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.db import Reader, Writer
from bot.memberships.model import Tier


@dataclass(frozen=True)
class Holders:
    """Who has a tier now: how many members, until when the last of those with an end, and how many without one."""

    members: int = 0
    until: datetime | None = None
    renewing: int = 0
    forever: int = 0


class TierHolders(Protocol):
    """Knows who has which tier. In the caller's transaction."""

    async def seats_taken(self, db: Reader, guild_id: int, now: datetime) -> dict[int, int]:
        """How many members hold each tier now, or have paid for it ahead, by the tier's id."""
        ...

    async def summary(self, db: Reader, guild_id: int, tier_id: int, now: datetime) -> Holders:
        """Whom a change of this tier would concern."""
        ...

    async def apply_terms(self, tx: Writer, tier: Tier) -> int:
        """Let everybody who has the tier have it under these terms; returns how many members that changed."""
        ...
