"""What of an order's payments is on its way back: confirmed, but not sent yet. It cannot be given back a second time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.money import Money
from bot.payments.port import Fact

Payload = Mapping[str, Any]


def unreserved(
    held: Sequence[tuple[Fact, Money]], order_id: int, refunds: Iterable[Payload]
) -> list[tuple[Fact, Money]]:
    """The payments of an order with what is left of each after its unfinished `refunds` (payloads of `order.refund`).

    A refund of more than is left will never be sent: somebody gave money back elsewhere. It reserves nothing.
    """
    on_their_way = [refund for refund in refunds if refund["order"] == order_id]
    rest: list[tuple[Fact, Money]] = []
    for payment, money in held:
        left = money.amount
        for refund in on_their_way:
            if refund["payment"] == payment.object_id:
                amount = refund.get("amount")
                left -= left if amount is None else amount if amount <= left else 0
        if left > 0:
            rest.append((payment, Money(left, money.currency)))
    return rest


def reserved(
    held: Sequence[tuple[Fact, Money]], unsent: Sequence[tuple[Fact, Money]]
) -> list[tuple[Fact, Money]]:
    """How much of each payment is on its way back: what is left of it, less what is not reserved."""
    free = {payment.object_id: money.amount for payment, money in unsent}
    going = [
        (payment, Money(money.amount - free.get(payment.object_id, 0), money.currency))
        for payment, money in held
    ]
    return [(payment, money) for payment, money in going if money.amount]
