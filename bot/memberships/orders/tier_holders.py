"""Who holds a tier, from entitlements and their orders: answers `catalog/holders.py`."""

from __future__ import annotations

from datetime import datetime

from bot.db import Reader, Writer
from bot.memberships.access.judging import held_until
from bot.memberships.access.store import entitlements
from bot.memberships.catalog.holders import Holders
from bot.memberships.model import BillingKind, Tier
from bot.memberships.orders.store import orders
from bot.work import Queue


class OrderedTiers:
    """The `TierHolders` of the shop: members who bought a tier, try it or were given it."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    async def seats_taken(self, db: Reader, guild_id: int, now: datetime) -> dict[int, int]:
        """How many members hold each tier now, or have bought it ahead, by tier id."""
        return await entitlements.seats_taken(db, guild_id, now)

    async def summary(self, db: Reader, guild_id: int, tier_id: int, now: datetime) -> Holders:
        """The members whom a change of this tier would affect."""
        live = [
            entitlement
            for entitlement in await entitlements.live_of_tier(db, guild_id, tier_id)
            if entitlement.held_until > now
        ]
        paid_for = await orders.of_live_entitlements(db, guild_id, tier_id)
        recurring = {order.id for order in paid_for.values() if order.duration.kind is BillingKind.RECURRING}
        renewing = {entitlement.id for entitlement in live if entitlement.order_id in recurring}
        ends = [
            entitlement.held_until
            for entitlement in live
            if not entitlement.forever and entitlement.id not in renewing
        ]
        return Holders(
            len({entitlement.user_id for entitlement in live}),
            max(ends, default=None),
            len(renewing),
            sum(entitlement.forever for entitlement in live),
        )

    async def apply_terms(self, tx: Writer, tier: Tier) -> int:
        """Put every holder under these terms and queue the changes of roles and grace; how many members they are."""
        paid_for = await orders.of_live_entitlements(tx, tier.guild_id, tier.id)
        for entitlement in await entitlements.live_of_tier(tx, tier.guild_id, tier.id):
            order = paid_for.get(entitlement.order_id) if entitlement.order_id else None
            held = held_until(tier.terms, entitlement.ends_at, order.phase if order else None)
            if held != entitlement.held_until:
                await entitlements.move(tx, entitlement, entitlement.starts_at, entitlement.ends_at, held)
                await self._queue.enqueue(tx, "entitlement.end", tier.guild_id, str(entitlement.id), due=held)
        members = await entitlements.renew_terms(tx, tier.guild_id, tier.id, tier.terms.version)
        for user_id in members:
            await self._queue.enqueue(tx, "role.sync", tier.guild_id, str(user_id))
        return len(members)
