"""What the catalog needs from the packages above it: who has a tier, and applying new terms to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.db import Reader, Writer
from bot.memberships.model import Terms, Tier


@dataclass(frozen=True)
class Holders:
    """Who has a tier now: how many `members`, `until` the last fixed end, how many are `renewing` or have it `forever`."""

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
        """The members whom a change of this tier would affect."""
        ...

    async def terms_held(self, db: Reader, guild_id: int, tier_id: int) -> list[tuple[int, Terms]]:
        """(member, the terms they have the tier under) of everybody whom `apply_terms` would reach."""
        ...

    async def gained_by_terms(self, db: Reader, tier: Tier, now: datetime) -> dict[int, frozenset[int]]:
        """The roles that each of them would gain at some time, if `apply_terms` put them under the tier's terms."""
        ...

    async def apply_terms(self, tx: Writer, tier: Tier) -> int:
        """Put all entitlements to the tier under its terms; returns how many members that changed."""
        ...
