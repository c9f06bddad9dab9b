"""What a refund would do to access, worked out before it is made. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus, Tier
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.money import Money
from bot.payments.port import Fact, FactKind


class Effect(StrEnum):
    """What a refund does to the entitlement that the order gave."""

    NONE = "none"  # there is no entitlement, or it is over already
    STAYS = "stays"
    SHORTER = "shorter"  # one of several paid periods goes
    ENDS = "ends"


@dataclass(frozen=True)
class Consequence:
    """The effect, and the new end of an entitlement that gets shorter.

    `exchanged`: the membership that this money was exchanged for, if it is that one which is affected; `rests`: it has
    no end that could be earlier, so it is suspended.
    """

    effect: Effect
    until: datetime | None = None
    exchanged: Tier | None = None
    rests: bool = False


def consequence(
    expected: ExpectedPayment,
    facts: Sequence[Fact],
    refunds: Iterable[tuple[Fact, Money]],
    entitlement: Entitlement | None,
) -> Consequence:
    """What these refunds would do, by the same rule (`order_state`) that applies once they are made."""
    before = order_state(expected, facts)
    last = max((fact.at for fact in facts), default=None)  # they would be made after all that happened
    after = order_state(
        expected,
        [
            *facts,
            *(refund_fact(payment, money, f"?{n}", last) for n, (payment, money) in enumerate(refunds)),
        ],
    )
    running = entitlement is not None and entitlement.status in (
        EntitlementStatus.LIVE,
        EntitlementStatus.SUSPENDED,
    )
    if not running or before.state not in (OrderStatus.PAID, OrderStatus.DISPUTED):
        return Consequence(Effect.NONE)
    if after.state not in (OrderStatus.PAID, OrderStatus.DISPUTED):
        return Consequence(Effect.ENDS)
    if after.until != before.until:
        return Consequence(Effect.SHORTER, after.until)
    return Consequence(Effect.STAYS)


def consequence_for_exchange(before: Entitlement, after: Entitlement) -> Consequence:
    """What these refunds would do to the membership that the order was exchanged for, judged without and with them."""
    tier, over = before.tier, (EntitlementStatus.ENDED, EntitlementStatus.REVOKED)
    if before.status in over:
        return Consequence(Effect.NONE, exchanged=tier)
    if after.status in over or (after.status is not before.status):
        rests = after.status is EntitlementStatus.SUSPENDED
        return Consequence(Effect.ENDS, exchanged=tier, rests=rests)
    if after.ends_at < before.ends_at:
        return Consequence(Effect.SHORTER, after.ends_at, exchanged=tier)
    return Consequence(Effect.STAYS, exchanged=tier)


def refund_fact(payment: Fact, money: Money, id_: str, at: datetime | None = None) -> Fact:
    """The fact that this amount of a payment was refunded."""
    return replace(
        payment,
        kind=FactKind.REFUNDED,
        object_id=id_,
        payment_id=payment.object_id,
        money=money,
        period=None,
        renewal=False,
        at=at or payment.at,
    )


def entitlements_after_refund(
    held_entitlements: Iterable[Entitlement], order: Order, lapsed: Collection[int]
) -> list[Entitlement]:
    """A member's entitlements if this order's ended: those it replaced live again, except of `lapsed` orders."""
    return [
        replace(entitlement, status=EntitlementStatus.REVOKED)
        if entitlement.order_id == order.id
        else replace(entitlement, status=EntitlementStatus.LIVE)
        if entitlement.status is EntitlementStatus.REPLACED
        and entitlement.replaced_by == order.id
        and entitlement.order_id not in lapsed
        else entitlement
        for entitlement in held_entitlements
    ]
