"""What of an order's value is backed by money that stayed: its own payments, and those that its credit came from or
that paid for the membership behind its discount.

Reckoned from the facts alone, so the order in which they were heard of changes nothing. Credit is backed as long as the
money of the memberships that were exchanged for it still covers it; money that was credited to an order and then
exchanged again backs the next one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.db import Reader
from bot.memberships.access.store import entitlements
from bot.memberships.model import Entitlement, Funding, Order, Outcome
from bot.memberships.orders import discounts
from bot.memberships.orders.order_state import ExpectedPayment, amount_left, order_state, refunded
from bot.memberships.orders.parts import in_parts
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
        held, undecided = full, False
        if order.credit.amount:
            held = order.price.amount + await self._credit(db, order, disputed_counts=self.disputed_counts)
            if held < full:
                hoped = order.price.amount + await self._credit(db, order, disputed_counts=True)
                undecided = hoped > held
        giver = await discounts.giver_of(db, order)
        if giver is None:
            return Funding(full, held, undecided)
        off = discounts.taken_off(order)
        stays = await self._discount_stays(db, order, giver, disputed_counts=self.disputed_counts)
        if not stays:
            undecided |= await self._discount_stays(db, order, giver, disputed_counts=True)
        until = await discounts.lasts_until(db, giver, order) if discounts.is_free(order) else None
        return Funding(full + off, held + (off if stays else 0), undecided, until)

    async def credit(self, db: Reader, order: Order) -> int:
        """What of the order's credit is backed. A discount is none: nobody paid it."""
        return await self._credit(db, order, disputed_counts=self.disputed_counts)

    async def _discount_stays(
        self, db: Reader, order: Order, giver: Entitlement, *, disputed_counts: bool
    ) -> bool:
        """Does the money stay of the membership that gave the order's discount? Staff may have given it for nothing."""
        source = await orders.find(db, giver.guild_id, giver.order_id) if giver.order_id else None
        if source is None:
            return True
        facts = self.supposed.get(source.id)
        if facts is None:
            facts = await ledger.facts(db, source.guild_id, source.id)
        paid = discounts.paid_then(
            outcome_of(source, facts), source, order.created_at, disputed_counts=disputed_counts
        )
        if not paid or not source.credit.amount:
            return paid
        of_giver = await replace(self, disputed_counts=disputed_counts).funding(db, source)
        return of_giver.held > 0

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
        credit = order.credit.amount if order.kept is None else order.kept
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
        value = money_left(outcome, [fact for fact in stayed if _lasted(fact, exchanged_for)], given_back)
        gross = sum(fact.money.amount for fact in once if _lasted(fact, exchanged_for))
        if source.renewal is None or any(not fact.renewal for fact in stayed if _lasted(fact, exchanged_for)):
            value += await self._credit(db, source, disputed_counts=disputed_counts)
        if source.renewal is None or any(not fact.renewal for fact in once if _lasted(fact, exchanged_for)):
            gross += source.credit.amount
        return value, gross


def money_left(
    outcome: Outcome, payments: Iterable[Fact], given_back: Counter[tuple[str | None, str]]
) -> int:
    """What is left of these payments of an order; of one whose notes are by hand, what of all its parts pays it."""
    if outcome.parts is not None:
        return outcome.parts.allocated.amount if outcome.counted else 0
    return sum(amount_left(fact, given_back) for fact in payments)


def _lasted(fact: Fact, exchanged_for: Order) -> bool:
    """Was the period of this payment not over when the exchange was ordered?"""
    return fact.period is None or fact.period.ends_at > exchanged_for.created_at


def expected_payment(order: Order, *, partial_revokes: bool = False) -> ExpectedPayment:
    """The payments that this order expects."""
    return ExpectedPayment(order.price, order.renewal, order.ref, partial_revokes, in_parts=in_parts(order))


def outcome_of(order: Order, facts: Sequence[Fact]) -> Outcome:
    """What the payments are worth as money, whatever the policy about refunds in part."""
    return order_state(expected_payment(order), facts)
