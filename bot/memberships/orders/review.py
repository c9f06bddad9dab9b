"""What an order waits for when money came that is not its price. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.errors import NeedsAction
from bot.memberships.model import Order, OrderStatus, Outcome
from bot.work.worker import Reschedule


def waits_for(order: Order, outcome: Outcome, now: datetime) -> NeedsAction | Reschedule | None:
    """What puts the order on the owner's list, now or later; None when nothing does.

    A payment that is not the price waits until it is refunded, money noted by hand until nothing is held above the
    price. A part of the price waits for the rest as long as the order can be paid, and after that for the owner.
    """
    parts = outcome.parts
    if outcome.odd:
        return NeedsAction(
            "payment-mismatch",
            "Order {number}: money came that is not its price. Look at it with /order list; /order refund gives it back.",
            number=order.id,
        )
    if parts is None:
        return None
    if outcome.state is OrderStatus.PAID and parts.over.amount:
        return NeedsAction(
            "payment-over",
            "Order {number}: {amount} {currency} more than its price came. /order refund gives that back, /order correct fixes a typing slip.",
            number=order.id,
            amount=parts.over.decimal(),
            currency=parts.over.currency,
        )
    if outcome.state not in (OrderStatus.CREATED, OrderStatus.PENDING) or not parts.incomplete:
        return None
    if now < order.expires_at:
        return Reschedule(order.expires_at)
    return NeedsAction(
        "payment-partial",
        "Order {number}: {amount} {currency} of its price is still open, and its time is over. Note the rest, let it wait longer, or give back what came.",
        number=order.id,
        amount=parts.missing.decimal(),
        currency=parts.missing.currency,
    )
