"""What a refund would do: to the membership that the order gave, to what it was exchanged for, and to discounts by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.db import Reader
from bot.memberships.access.judging import judged
from bot.memberships.access.store import entitlements, grants, overrides
from bot.memberships.access.wanted_roles import role_claim, wanted_roles
from bot.memberships.model import RENEWING, Entitlement, EntitlementStatus, Order, OrderStatus, Tier
from bot.memberships.orders.discount_preview import losing_discount
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.refund_preview import (
    Consequence,
    consequence,
    consequence_for_exchange,
    entitlements_after_refund,
    refund_fact,
)
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger, orders
from bot.money import Money
from bot.payments.port import Fact


@dataclass(frozen=True, kw_only=True)
class RefundForecast:
    """The effect on the entitlement, the roles that would go, and the memberships that would lose their discount.

    `stops_charging`: the subscription behind the order would end.
    """

    effect: Consequence
    going: tuple[int, ...]
    discounted: tuple[Tier, ...]
    stops_charging: bool


class RefundForecasts:
    """Works out refunds before they are made, by the rules that apply once they are."""

    def __init__(self, clock: Clock, settlement: Settlement) -> None:
        self._clock = clock
        self._settlement = settlement

    async def of(
        self, db: Reader, order: Order, facts: list[Fact], back: Sequence[tuple[Fact, Money]]
    ) -> RefundForecast:
        """What would be if so much of these payments went back."""
        now = self._clock.now()
        entitlement = await entitlements.find(db, order.guild_id, order_id=order.id)
        last = max((fact.at for fact in facts), default=None)
        after = [
            *facts,
            *(refund_fact(payment, money, f"?{n}", last) for n, (payment, money) in enumerate(back)),
        ]
        effect = consequence(self._settlement.due(order), facts, back, entitlement)
        going: frozenset[int] = frozenset()
        affected: list[Entitlement] = []
        outcome = order_state(self._settlement.due(order), after)
        if entitlement is not None:
            held = await entitlements.of_member(db, order.guild_id, entitlement.user_id)
            if entitlement.status is EntitlementStatus.REPLACED:
                newer, effect = await self._exchanged(db, order, after, entitlement)
                then = [newer if one.id == newer.id else one for one in held]
            elif not outcome.stands and entitlement.status is not EntitlementStatus.REVOKED:
                then = entitlements_after_refund(held, order, await self._lapsed_orders(db, order))
            else:
                then = held
            affected = await losing_discount(db, self._settlement, order, after, entitlement, now)
            judgements = {one.id: one for one in affected}
            then = [judgements.get(one.id, one) for one in then]
            role_overrides = await overrides.of_member(db, order.guild_id, entitlement.user_id)
            granted_roles = await grants.of_member(db, order.guild_id, entitlement.user_id)
            before = wanted_roles(map(role_claim, held), role_overrides, now)
            going = (before & frozenset(granted_roles)) - wanted_roles(
                map(role_claim, then), role_overrides, now
            )
        return RefundForecast(
            effect=effect,
            going=tuple(sorted(going)),
            discounted=tuple(one.tier for one in affected),
            stops_charging=order.phase in RENEWING and (outcome.lapsed or not outcome.counted),
        )

    async def _exchanged(
        self, db: Reader, order: Order, after: list[Fact], replaced: Entitlement
    ) -> tuple[Entitlement, Consequence]:
        """The membership that this order's was exchanged for in the end, as it would be with these facts."""
        newer, entitlement = order, replaced
        while entitlement.replaced_by is not None:
            found = await orders.find(db, order.guild_id, entitlement.replaced_by)
            given = await entitlements.find(db, order.guild_id, order_id=entitlement.replaced_by)
            if found is None or given is None:
                break
            newer, entitlement = found, given
        settlement = self._settlement
        outcome = order_state(settlement.due(newer), await ledger.facts(db, order.guild_id, newer.id))
        funding = await replace(settlement.backing, supposed={order.id: after}).funding(db, newer)
        judgement = judged(
            entitlement,
            newer,
            outcome,
            funding,
            suspends=settlement.policy.dispute == "suspend",
            now=self._clock.now(),
        )
        return judgement, consequence_for_exchange(entitlement, judgement)

    async def _lapsed_orders(self, db: Reader, order: Order) -> set[int]:
        """The orders that this one replaced and whose own money gives no access any more."""
        alive = (
            {OrderStatus.PAID}
            if self._settlement.policy.dispute == "suspend"
            else {OrderStatus.PAID, OrderStatus.DISPUTED}
        )
        lapsed: set[int] = set()
        for entitlement in await entitlements.replaced_by(db, order.guild_id, order.id):
            old = (
                await orders.find(db, order.guild_id, entitlement.order_id) if entitlement.order_id else None
            )
            if old is not None and old.state not in alive:
                lapsed.add(old.id)
        return lapsed
