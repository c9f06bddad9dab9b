"""What an order is worth by the bank's own facts: an independent computation of what backs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.memberships.access.store import entitlements
from bot.memberships.model import Order
from bot.memberships.orders.store import orders
from bot.payments.port import Fact, FactKind
from tests.simulation.fake_provider import Till
from tests.simulation.fake_server import GUILD

if TYPE_CHECKING:
    from tests.simulation.schedule import Schedule


@dataclass(frozen=True)
class Worth:
    """An order's price and credit, what of it stayed by the bank's own facts, and whether more may come back."""

    full: int
    held: int
    undecided: bool


async def worth_of(world: Schedule, order: Order) -> Worth:
    held = await _credit(world, order, disputed=False)
    hoped = await _credit(world, order, disputed=True)
    return Worth(order.price.amount + order.credit.amount, order.price.amount + held, undecided=hoped > held)


async def _credit(world: Schedule, order: Order, *, disputed: bool) -> int:
    """What the bank still has of the money behind an order's credit."""
    total = 0
    async with world.disk.view.read() as db:
        replaced = await entitlements.replaced_by(db, GUILD, order.id)
        sources = [await orders.find(db, GUILD, one.order_id or 0) for one in replaced]
    for source in sources:
        if source is None or source.price.currency != order.price.currency:
            continue
        till = world.provider.tills.get(f"co_{source.id}")
        first = source.renewal is None
        for fact in till.facts if till else []:
            if fact.kind is not FactKind.PAID or fact.money not in (source.price, source.renewal):
                continue
            if fact.period is not None and fact.period.ends_at <= order.created_at:
                continue
            kept = kept_of(till, fact, disputed=disputed) if till else 0
            if kept and source.renewal is None:  # of two payments one counts
                total += kept
                break
            total += kept
            first |= kept > 0 and not fact.renewal
        if first:
            total += await _credit(world, source, disputed=disputed)
    return min(order.credit.amount, total)


def kept_of(till: Till, paid: Fact, *, disputed: bool) -> int:
    """How much of a payment the bank has not given back, and will not be asked for again."""
    failed = {fact.object_id for fact in till.facts if fact.kind is FactKind.REFUND_FAILED}
    won = {fact.object_id for fact in till.facts if fact.kind is FactKind.DISPUTE_WON}
    lost = {fact.object_id for fact in till.facts if fact.kind is FactKind.DISPUTE_LOST}
    left = paid.money.amount
    for fact in till.facts:
        if fact.payment_id != paid.object_id:
            continue
        if fact.kind is FactKind.REFUNDED and fact.object_id not in failed:
            left -= fact.money.amount
        elif (
            fact.kind is FactKind.DISPUTED
            and fact.object_id not in won
            and (fact.object_id in lost or not disputed)
        ):
            return 0
    return left
