"""What a member has, with the orders behind it, and what is planned to come after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.db import Reader
from bot.memberships.access.store import entitlements
from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus
from bot.memberships.orders.order_state import amount_left, refunded
from bot.memberships.orders.proration import unused
from bot.memberships.orders.settlement import RENEWING
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import FactKind, Phase


@dataclass(frozen=True)
class OwnedMembership:
    """A right with the order that it came from, if it was bought."""

    entitlement: Entitlement
    order: Order | None

    @property
    def phase(self) -> Phase | None:
        """Where its subscription stands, if it is one."""
        return self.order.phase if self.order else None

    @property
    def renews(self) -> bool:
        """Will more money be taken for it by itself?"""
        return self.phase in RENEWING

    @property
    def subscribed(self) -> bool:
        """Is it a subscription that is not over?"""
        return self.renews or self.phase is Phase.ENDING

    def runs(self, now: datetime) -> bool:
        """Has it begun, and not ended?"""
        return (
            self.entitlement.status is EntitlementStatus.LIVE
            and self.entitlement.starts_at <= now < self.entitlement.held_until
        )

    def lies_ahead(self, now: datetime) -> bool:
        """Was it bought for a later time?"""
        return self.entitlement.status is EntitlementStatus.LIVE and now < self.entitlement.starts_at


@dataclass(frozen=True)
class PlannedChange:
    """A change to a smaller membership that is still to come: paid ahead (`right`), or left to the provider."""

    order: Order
    entitlement: Entitlement | None
    starts_at: datetime


async def owned_by(db: Reader, guild_id: int, user_id: int) -> list[OwnedMembership]:
    """All that a member has or had, the earliest first."""
    found = await entitlements.of_member(db, guild_id, user_id)
    return [
        OwnedMembership(
            entitlement,
            await orders.find(db, guild_id, entitlement.order_id) if entitlement.order_id else None,
        )
        for entitlement in found
    ]


async def planned_changes(
    db: Reader, guild_id: int, user_id: int, mine: Sequence[OwnedMembership], now: datetime
) -> list[PlannedChange]:
    """The changes that are still to come."""
    held_entitlements = {one.entitlement.id: one.entitlement for one in mine}
    paid = [
        PlannedChange(one.order, one.entitlement, one.entitlement.starts_at)
        for one in mine
        if one.order is not None and one.order.follows is not None and one.lies_ahead(now)
    ]
    left_to_provider = [
        PlannedChange(order, None, held_entitlements[order.follows].ends_at)
        for order in await orders.begun(db, guild_id, user_id)
        if order.follows in held_entitlements
        and order.renewal is not None
        and order.state is OrderStatus.PENDING
    ]
    return [*paid, *left_to_provider]


def discount_of(mine: Iterable[OwnedMembership], tier_id: int, now: datetime, but: Iterable[int] = ()) -> int:
    """Percent off this tier, by the best of the member's other tiers; those in `but` are about to go."""
    gone = {tier_id, *but}
    return max(
        (
            one.entitlement.tier.terms.discount
            for one in mine
            if one.runs(now) and one.entitlement.tier.id not in gone
        ),
        default=0,
    )


async def unused_value(db: Reader, entitlement: Entitlement, at: datetime) -> int:
    """What the unused days of a right are worth: never more than was really paid for it and not given back."""
    order = (
        await orders.find(db, entitlement.guild_id, entitlement.order_id) if entitlement.order_id else None
    )
    if order is None:
        return 0
    if order.renewal is None:
        return unused(await _backed(db, order), entitlement.starts_at, entitlement.ends_at, at)
    facts = await ledger.facts(db, order.guild_id, order.id)
    given_back = refunded(facts)
    for fact in facts:
        if fact.kind is FactKind.PAID and fact.period and fact.period.starts_at <= at < fact.period.ends_at:
            paid = amount_left(fact, given_back)
            if not fact.renewal:
                paid += await _credit(db, order)
            return unused(paid, fact.period.starts_at, fact.period.ends_at, at)
    return 0


async def _backed(db: Reader, order: Order) -> int:
    """What was paid for an order and not given back, with the credit that stands behind it."""
    facts = await ledger.facts(db, order.guild_id, order.id)
    given_back = refunded(facts)
    paid = sum(
        amount_left(fact, given_back)
        for fact in facts
        if fact.kind is FactKind.PAID and fact.money.currency == order.price.currency
    )
    limit = order.price.amount  # of two payments the second goes back
    return min(paid, limit) + await _credit(db, order)


async def _credit(db: Reader, order: Order) -> int:
    """The credit of an order, as far as the money behind it was not given back meanwhile."""
    if not order.credit.amount:
        return 0
    behind = 0
    for old in await entitlements.replaced_by(db, order.guild_id, order.id):
        before = await orders.find(db, old.guild_id, old.order_id) if old.order_id else None
        if before is None:
            continue
        if before.renewal is None:
            behind += await _backed(db, before)
        else:
            facts = await ledger.facts(db, before.guild_id, before.id)
            given_back = refunded(facts)
            behind += sum(amount_left(fact, given_back) for fact in facts if fact.kind is FactKind.PAID)
    return min(order.credit.amount, behind)
