"""What happens to money, told as facts, and what a member has of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.memberships.access.entitlements import Entitlements
from bot.memberships.model import Order
from bot.memberships.orders.settlement import Policy
from bot.payments.port import Fact, FactKind
from tests.memberships.shop import Shop


async def payment(shop: Shop, order: Order, number: int = 0) -> Fact:
    return [fact for fact in shop.provider.known[order.ref or ""] if fact.kind is FactKind.PAID][number]


def about(fact: Fact, kind: FactKind, id_: str, at: datetime | None = None) -> Fact:
    """What happened to this payment."""
    return replace(
        fact,
        kind=kind,
        object_id=id_,
        payment_id=fact.object_id,
        period=None,
        renewal=False,
        at=at or fact.at,
    )


async def happen(shop: Shop, fact: Fact, *kinds: FactKind, id_: str = "x_1") -> None:
    for kind in kinds:
        await shop.settle(about(fact, kind, id_, shop.moment))
    await shop.worker.run_due()


async def ends(shop: Shop) -> list[tuple[str, datetime]]:
    """(status, end) of all that Ann has, in the order of their start."""
    return [(status, end) for status, _, end in await shop.held_entitlements()]


def keep_disputed(shop: Shop) -> None:
    """The owner's policy: a dispute changes nothing until it is lost."""
    settlement = shop.service.settlement
    settlement.policy = Policy(dispute="keep")
    settlement.entitlements = Entitlements(shop, shop.queue, suspends=False)
