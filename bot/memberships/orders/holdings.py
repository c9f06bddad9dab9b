"""The memberships that a member has, with their orders, and the changes that are planned."""

from __future__ import annotations

from collections.abc import Iterable
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
    """An entitlement with the order that it came from, if it was bought."""

    entitlement: Entitlement
    order: Order | None

    @property
    def phase(self) -> Phase | None:
        """The phase of its subscription, if it is one."""
        return self.order.phase if self.order else None

    @property
    def renews(self) -> bool:
        """Will its subscription charge again?"""
        return self.phase in RENEWING

    @property
    def subscribed(self) -> bool:
        """Is it a subscription that has not ended?"""
        return self.renews or self.phase is Phase.ENDING

    @property
    def paid_by_holder(self) -> bool:
        """Did whoever has it pay for it? Also when nobody paid."""
        return self.order is None or self.order.user_id == self.entitlement.user_id

    def runs(self, now: datetime) -> bool:
        """Has it begun and not ended, grace included?"""
        return (
            self.entitlement.status is EntitlementStatus.LIVE
            and self.entitlement.starts_at <= now < self.entitlement.held_until
        )

    def lies_ahead(self, now: datetime) -> bool:
        """Does it begin later than now?"""
        return self.entitlement.status is EntitlementStatus.LIVE and now < self.entitlement.starts_at


@dataclass(frozen=True)
class PlannedChange:
    """A change that is still to come: paid ahead (then with its entitlement), or made by the provider."""

    order: Order
    entitlement: Entitlement | None
    starts_at: datetime


async def owned_by(db: Reader, guild_id: int, user_id: int) -> list[OwnedMembership]:
    """All memberships that a member has or had, the earliest first."""
    member_entitlements = await entitlements.of_member(db, guild_id, user_id)
    return [
        OwnedMembership(
            entitlement,
            await orders.find(db, guild_id, entitlement.order_id) if entitlement.order_id else None,
        )
        for entitlement in member_entitlements
    ]


async def planned_changes(db: Reader, guild_id: int, user_id: int, now: datetime) -> list[PlannedChange]:
    """The changes still to come that this member pays for: paid ahead, or made by the provider at the period's end."""
    planned: list[PlannedChange] = []
    for order in await orders.following(db, guild_id, user_id=user_id):
        given = await entitlements.find(db, guild_id, order_id=order.id)
        if given is not None:
            if given.status is EntitlementStatus.LIVE and now < given.starts_at:
                planned.append(PlannedChange(order, given, given.starts_at))
        elif order.renewal is not None and order.state is OrderStatus.PENDING:
            followed = await entitlements.find(db, guild_id, id_=order.follows)
            if followed is not None:
                planned.append(PlannedChange(order, None, followed.ends_at))
    return planned


def discount_of(owned: Iterable[OwnedMembership], tier_id: int, now: datetime) -> int:
    """The discount on this tier in percent: the best that the member's other running memberships give."""
    return max(
        (
            membership.entitlement.tier.terms.discount
            for membership in owned
            if membership.runs(now) and membership.entitlement.tier.id != tier_id
        ),
        default=0,
    )


async def unused_value(db: Reader, entitlement: Entitlement, at: datetime) -> int:
    """The value of an entitlement's unused days: never more than was paid for it and not refunded."""
    order = (
        await orders.find(db, entitlement.guild_id, entitlement.order_id) if entitlement.order_id else None
    )
    if order is None:
        return 0
    if order.renewal is None:
        return unused(await _paid_and_credit(db, order), entitlement.starts_at, entitlement.ends_at, at)
    facts = await ledger.facts(db, order.guild_id, order.id)
    given_back = refunded(facts)
    for fact in facts:
        if fact.kind is FactKind.PAID and fact.period and fact.period.starts_at <= at < fact.period.ends_at:
            paid = amount_left(fact, given_back)
            if not fact.renewal:
                paid += await _backed_credit(db, order)
            return unused(paid, fact.period.starts_at, fact.period.ends_at, at)
    return 0


async def _paid_and_credit(db: Reader, order: Order) -> int:
    """What was paid for an order and not refunded, plus its credit."""
    facts = await ledger.facts(db, order.guild_id, order.id)
    given_back = refunded(facts)
    paid = sum(
        amount_left(fact, given_back)
        for fact in facts
        if fact.kind is FactKind.PAID and fact.money.currency == order.price.currency
    )
    limit = order.price.amount  # the second of two payments is refunded
    return min(paid, limit) + await _backed_credit(db, order)


async def _backed_credit(db: Reader, order: Order) -> int:
    """The credit of an order, less what was meanwhile refunded of the money behind it."""
    if not order.credit.amount:
        return 0
    backed = 0
    for replaced in await entitlements.replaced_by(db, order.guild_id, order.id):
        replaced_order = (
            await orders.find(db, replaced.guild_id, replaced.order_id) if replaced.order_id else None
        )
        if replaced_order is None:
            continue
        if replaced_order.renewal is None:
            backed += await _paid_and_credit(db, replaced_order)
        else:
            facts = await ledger.facts(db, replaced_order.guild_id, replaced_order.id)
            given_back = refunded(facts)
            backed += sum(amount_left(fact, given_back) for fact in facts if fact.kind is FactKind.PAID)
    return min(order.credit.amount, backed)
