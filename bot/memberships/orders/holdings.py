"""The memberships that a member has, with their orders, and the changes that are planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.db import Reader
from bot.memberships.access.judging import period_ends
from bot.memberships.access.store import entitlements
from bot.memberships.model import RENEWING, Entitlement, EntitlementStatus, Order, OrderStatus
from bot.memberships.orders.backing import Backing, money_left, outcome_of
from bot.memberships.orders.discounts import Discount, best, given
from bot.memberships.orders.order_state import amount_left, refunded
from bot.memberships.orders.proration import SECOND, unused
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import Phase

STRICT = Backing(disputed_counts=False)
"""For what is credited anew: disputed money is none, whatever the policy for memberships that run."""


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
        bought = await entitlements.find(db, guild_id, order_id=order.id)
        if bought is not None:
            if bought.status is EntitlementStatus.LIVE and now < bought.starts_at and bought.unused:
                planned.append(PlannedChange(order, bought, bought.starts_at))
        elif order.renewal is not None and order.state is OrderStatus.PENDING:
            followed = await entitlements.find(db, guild_id, id_=order.follows)
            if followed is not None:
                planned.append(PlannedChange(order, None, followed.ends_at))
    return planned


def discount_of(owned: Iterable[OwnedMembership], tier_id: int, now: datetime) -> Discount:
    """The discount on this tier: the best that the member's other memberships give."""
    return best(
        given(membership.entitlement, membership.order, now)
        for membership in owned
        if membership.entitlement.tier.id != tier_id
    )


async def unused_value(db: Reader, entitlement: Entitlement, at: datetime) -> int:
    """The value of an entitlement's unused days: never more than was paid for it and stayed. Disputed money is none."""
    order = await _order_of(db, entitlement)
    if order is None:
        return 0
    facts = await ledger.facts(db, order.guild_id, order.id)
    given_back, outcome = refunded(facts), outcome_of(order, facts)
    funding, credit = await STRICT.funding(db, order), await STRICT.credit(db, order)
    if order.renewal is None:
        paid = money_left(outcome, outcome.counted, given_back)
        paid = min(paid, order.price.amount) + credit  # what came above the price goes back
        # The dates may enclose days that were not given, or leave out some that were: what was bought is the measure.
        starts = entitlement.ends_at - SECOND * ((entitlement.length or 0) - entitlement.cut)
        return unused(paid, starts, entitlement.ends_at, max(at, entitlement.starts_at))
    present = [
        fact for fact in outcome.counted if fact.period and fact.period.starts_at <= at < fact.period.ends_at
    ]
    if not present:
        return 0
    fact = max(present, key=lambda fact: fact.period.starts_at if fact.period else at)
    assert fact.period is not None  # noqa: S101 # it was asked for above
    paid = amount_left(fact, given_back) + (0 if fact.renewal else credit)
    return unused(paid, fact.period.starts_at, period_ends(fact, funding) or fact.period.ends_at, at)


async def is_disputed(db: Reader, entitlement: Entitlement, at: datetime) -> bool:
    """Has a bank still to decide about money for days of this entitlement that are not used yet?"""
    order = await _order_of(db, entitlement)
    if order is None:
        return False
    outcome = outcome_of(order, await ledger.facts(db, order.guild_id, order.id))
    resting = any(fact.period is None or fact.period.ends_at > at for fact in outcome.resting)
    return resting or (await STRICT.funding(db, order)).undecided


async def _order_of(db: Reader, entitlement: Entitlement) -> Order | None:
    return await orders.find(db, entitlement.guild_id, entitlement.order_id) if entitlement.order_id else None
