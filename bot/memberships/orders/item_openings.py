"""Whether a member can open an item already, with a membership: said before they pay for it on its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from bot.clock import Clock
from bot.db import Database
from bot.memberships.access.store import entitlements
from bot.memberships.item import ItemKind
from bot.memberships.model import Tier

OpenedBy = Callable[[int, int], Awaitable[Collection[int]]]
"""(guild id, the item's id) → the ids of the tiers that open it."""


class ItemOpenings:
    """Knows which of a member's memberships open an item; the domain that owns a kind of item says which tiers do."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._opened_by: dict[ItemKind, OpenedBy] = {}

    def learn(self, kind: ItemKind, opened_by: OpenedBy) -> None:
        """From now on `opened_by` says which tiers open an item of this kind."""
        self._opened_by[kind] = opened_by

    async def memberships(self, tier: Tier, user_id: int) -> tuple[str, ...]:
        """The names of the memberships with which this member can open the item now; none for a membership."""
        item = tier.item
        if item is None or item.kind not in self._opened_by:
            return ()
        opening = await self._opened_by[item.kind](tier.guild_id, item.id)
        now = self._clock.now()
        async with self._db.read() as db:
            held = await entitlements.of_member(db, tier.guild_id, user_id)
        names = [one.tier.name for one in held if one.tier.id in opening and one.gives_roles(now)]
        return tuple(dict.fromkeys(names))
