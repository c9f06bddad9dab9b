"""What giving money back does to access, told before it is done. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.memberships.model import Entitlement, EntitlementStatus, Order, OrderStatus
from bot.memberships.orders.order_state import ExpectedPayment, order_state
from bot.money import Money
from bot.payments.port import Fact, FactKind


class Effect(StrEnum):
    """What becomes of the right that an order gave."""

    NONE = "none"  # there is none, or it is over already
    STAYS = "stays"
    SHORTER = "shorter"  # of several paid periods one goes
    ENDS = "ends"


@dataclass(frozen=True)
class Consequence:
    """The effect; for a shorter right its new end."""

    effect: Effect
    until: datetime | None = None


def consequence(
    due: ExpectedPayment,
    facts: Sequence[Fact],
    given: Iterable[tuple[Fact, Money]],
    entitlement: Entitlement | None,
) -> Consequence:
    """What giving so much of these payments back would do, by the same rule that judges it afterwards."""
    before = order_state(due, facts)
    after = order_state(
        due, [*facts, *(refund(payment, money, f"?{n}") for n, (payment, money) in enumerate(given))]
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


def refund(payment: Fact, money: Money, id_: str, at: datetime | None = None) -> Fact:
    """The fact that so much of a payment went back."""
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


def without(
    held_entitlements: Iterable[Entitlement], order: Order, gone: Collection[int]
) -> list[Entitlement]:
    """A member's rights if this order's ended now: what it had replaced would live again, but for that of the orders `gone`."""
    return [
        replace(entitlement, status=EntitlementStatus.REVOKED)
        if entitlement.order_id == order.id
        else replace(entitlement, status=EntitlementStatus.LIVE)
        if entitlement.status is EntitlementStatus.REPLACED
        and entitlement.replaced_by == order.id
        and entitlement.order_id not in gone
        else entitlement
        for entitlement in held_entitlements
    ]
