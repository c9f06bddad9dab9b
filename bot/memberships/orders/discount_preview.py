"""What a refund of a membership does to what its discount gave, worked out before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.db import Reader
from bot.memberships.access.judging import judged
from bot.memberships.access.store import entitlements
from bot.memberships.model import Entitlement, Order
from bot.memberships.orders.discounts import discounted_orders
from bot.memberships.orders.order_state import order_state
from bot.memberships.orders.refund_preview import Effect, consequence_for_exchange
from bot.memberships.orders.settlement import Settlement
from bot.memberships.orders.store import ledger
from bot.payments.port import Fact


async def losing_discount(
    db: Reader, settlement: Settlement, order: Order, after: Sequence[Fact], giver: Entitlement, now: datetime
) -> list[Entitlement]:
    """The discounted memberships that get shorter or end if these are the facts about the giver's order, as they then are."""
    supposing = replace(settlement.backing, supposed={order.id: after})
    changed: list[Entitlement] = []
    for other in await discounted_orders(db, giver):
        entitlement = await entitlements.find(db, other.guild_id, order_id=other.id)
        if entitlement is None:
            continue
        judgement = judged(
            entitlement,
            other,
            order_state(settlement.due(other), await ledger.facts(db, other.guild_id, other.id)),
            await supposing.funding(db, other),
            suspends=settlement.policy.dispute == "suspend",
            now=now,
        )
        if consequence_for_exchange(entitlement, judgement).effect in (Effect.ENDS, Effect.SHORTER):
            changed.append(judgement)
    return changed
