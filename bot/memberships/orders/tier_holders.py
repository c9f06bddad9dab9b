"""Who holds a tier, from entitlements and their orders: answers `catalog/holders.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.db import Reader, Writer
from bot.memberships.access.gains import gains
from bot.memberships.access.judging import held_until
from bot.memberships.access.store import entitlements, overrides
from bot.memberships.catalog.holders import Holders
from bot.memberships.model import BillingKind, Entitlement, Order, Terms, Tier
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

    async def terms_held(self, db: Reader, guild_id: int, tier_id: int) -> list[tuple[int, Terms]]:
        """(member, the terms they have the tier under) of everybody whom `apply_terms` would reach."""
        return [
            (entitlement.user_id, entitlement.tier.terms)
            for entitlement in await entitlements.live_of_tier(db, guild_id, tier_id)
        ]

    async def gained_by_terms(self, db: Reader, tier: Tier, now: datetime) -> dict[int, frozenset[int]]:
        """The roles that each holder would gain at some time under these terms. Shorter grace can uncover others."""
        paid_for = await orders.of_live_entitlements(db, tier.guild_id, tier.id)
        changed = {
            entitlement.id: replace(
                entitlement,
                tier=tier,
                held_until=_held_until(tier, entitlement, paid_for),
            )
            for entitlement in await entitlements.live_of_tier(db, tier.guild_id, tier.id)
        }
        gained: dict[int, frozenset[int]] = {}
        for user_id in {entitlement.user_id for entitlement in changed.values()}:
            held = await entitlements.of_member(db, tier.guild_id, user_id)
            exceptions = await overrides.of_member(db, tier.guild_id, user_id)
            after = [changed.get(entitlement.id, entitlement) for entitlement in held]
            gained[user_id] = gains(held, after, exceptions, now)
        return gained

    async def apply_terms(self, tx: Writer, tier: Tier) -> int:
        """Put every holder under these terms and queue the changes of roles and grace; how many members they are."""
        paid_for = await orders.of_live_entitlements(tx, tier.guild_id, tier.id)
        for entitlement in await entitlements.live_of_tier(tx, tier.guild_id, tier.id):
            held = _held_until(tier, entitlement, paid_for)
            if held != entitlement.held_until:
                await entitlements.move(tx, entitlement, entitlement.starts_at, entitlement.ends_at, held)
                await self._queue.enqueue(tx, "entitlement.end", tier.guild_id, str(entitlement.id), due=held)
        members = await entitlements.renew_terms(tx, tier.guild_id, tier.id, tier.terms.version)
        for user_id in members:
            await self._queue.enqueue(tx, "role.sync", tier.guild_id, str(user_id))
        return len(members)


def _held_until(tier: Tier, entitlement: Entitlement, paid_for: Mapping[int, Order]) -> datetime:
    """How long the roles of an entitlement stay under the tier's terms."""
    order = paid_for.get(entitlement.order_id) if entitlement.order_id else None
    return held_until(tier.terms, entitlement.ends_at, order.phase if order else None)
