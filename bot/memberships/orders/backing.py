"""What of an order's value is backed by money that stayed: its own payments, and those that its credit came from.

Reckoned from the facts alone, so the order in which they were heard of changes nothing. Credit is backed as long as the
money of the memberships that were exchanged for it still covers it; money that was credited to an order and then
exchanged again backs the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.db import Reader
from bot.memberships.access.store import entitlements
from bot.memberships.model import Funding, Order, Outcome
from bot.memberships.orders.order_state import ExpectedPayment, amount_left, order_state, refunded
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import Fact, FactKind


@dataclass(frozen=True)
class Backing:
    """Reckons what backs orders. With `disputed_counts`, disputed money counts until it is lost.

    `supposed` are facts to reckon with in place of an order's stored ones, by order id: for previews.
    """

    disputed_counts: bool
    supposed: Mapping[int, Sequence[Fact]] = field(default_factory=dict[int, Sequence[Fact]])

    async def funding(self, db: Reader, order: Order) -> Funding:
        """What the order is worth, if its own price is paid. (Whether it is, `order_state` says.)"""
        full = order.price.amount + order.credit.amount
        if not order.credit.amount:
            return Funding(full, full)
        held = order.price.amount + await self._credit(db, order, disputed_counts=self.disputed_counts)
        if held == full:
            return Funding(full, full)
        hoped = order.price.amount + await self._credit(db, order, disputed_counts=True)
        return Funding(full, held, undecided=hoped > held)

    async def _credit(self, db: Reader, order: Order, *, disputed_counts: bool) -> int:
        if not order.credit.amount:
            return 0
        backed = gross = 0
        by_provider = order.renewal is not None
        for replaced in await entitlements.replaced_by(db, order.guild_id, order.id):
            source = (
                await orders.find(db, replaced.guild_id, replaced.order_id) if replaced.order_id else None
            )
            if source is not None and source.price.currency == order.credit.currency:
                now, once = await self._value(db, source, order, disputed_counts=disputed_counts)
                backed, gross = backed + now, gross + once
                by_provider = by_provider and source.renewal is not None
        credit = order.credit.amount
        if by_provider and gross < credit:  # it reckons by its own rules: the part counts that is left
            backed = credit * backed // gross if gross else 0
        return min(credit, backed)

    async def _value(
        self, db: Reader, source: Order, exchanged_for: Order, *, disputed_counts: bool
    ) -> tuple[int, int]:
        """(the money that stayed for what was exchanged, what was paid for it once).

        Of a subscription only the periods count that were not over by then.
        """
        facts = self.supposed.get(source.id)
        if facts is None:
            facts = await ledger.facts(db, source.guild_id, source.id)
        outcome, given_back = outcome_of(source, facts), refunded(facts)
        once = outcome_of(source, [fact for fact in facts if fact.kind is FactKind.PAID]).counted
        stayed = (*outcome.counted, *(outcome.resting if disputed_counts else ()))
        value = sum(amount_left(fact, given_back) for fact in stayed if _lasted(fact, exchanged_for))
        gross = sum(fact.money.amount for fact in once if _lasted(fact, exchanged_for))
        if source.renewal is None or any(not fact.renewal for fact in stayed if _lasted(fact, exchanged_for)):
            value += await self._credit(db, source, disputed_counts=disputed_counts)
        if source.renewal is None or any(not fact.renewal for fact in once if _lasted(fact, exchanged_for)):
            gross += source.credit.amount
        return value, gross


def _lasted(fact: Fact, exchanged_for: Order) -> bool:
    """Was the period of this payment not over when the exchange was ordered?"""
    return fact.period is None or fact.period.ends_at > exchanged_for.created_at


def outcome_of(order: Order, facts: Sequence[Fact]) -> Outcome:
    """What the payments are worth as money, whatever the policy about refunds in part."""
    return order_state(ExpectedPayment(order.price, order.renewal, order.ref), facts)
