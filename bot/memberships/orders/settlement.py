"""Settling: from what a provider reports to everything that follows, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Reader, Writer
from bot.memberships.access.entitlements import Entitlements
from bot.memberships.access.store import entitlements
from bot.memberships.audit_actions import FACT_SAYS, ORDER_IS, SUBSCRIPTION_IS
from bot.memberships.model import Entitlement, Order, OrderStatus, Outcome
from bot.memberships.orders.admission import blocking_reason
from bot.memberships.orders.order_state import ExpectedPayment, matches, order_state
from bot.memberships.orders.store import ledger, orders
from bot.payments.port import CheckoutSnapshot, Fact, FactKind, Phase
from bot.work import Queue

log = structlog.get_logger(__name__)

RENEWING = (Phase.ACTIVE, Phase.PAST_DUE, Phase.PAUSED)
"""A subscription in such a phase takes money again."""


@dataclass(frozen=True)
class Policy:
    """What the owner decided: does a membership rest while its money is disputed, and does a partial refund end it?"""

    dispute: Literal["suspend", "keep"] = "suspend"
    partial_refund: Literal["keep", "revoke"] = "keep"


class Settlement:
    """Writes facts, ledger, order, entitlement, audit and the work that makes the outside follow."""

    def __init__(self, clock: Clock, queue: Queue, policy: Policy | None = None) -> None:
        self._clock = clock
        self._queue = queue
        self.policy = policy or Policy()
        self.entitlements = Entitlements(clock, queue, suspends=self.policy.dispute == "suspend")

    def due(self, order: Order) -> ExpectedPayment:
        """What the rules need to know of an order."""
        return ExpectedPayment(order.price, order.renewal, order.ref, self.policy.partial_refund == "revoke")

    async def known(self, db: Reader, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
        """Which of these (guild, order) are orders of ours."""
        return await orders.known(db, pairs)

    async def settle(self, tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
        """Take these facts in; harmless for those that are known. False when one is about no order of ours."""
        matched = True
        for guild_id, order_id in dict.fromkeys((fact.guild_id, fact.order_id) for fact in facts):
            order = await orders.find(tx, guild_id, order_id)
            if order is None or order.provider != provider:
                matched = False
                continue
            await self._record(tx, order, [fact for fact in facts if fact.order_id == order_id])
            await self.recompute(tx, order)
        return matched

    async def is_news(self, db: Reader, order: Order, told: CheckoutSnapshot) -> bool:
        """Is there anything in it that is not known? Asked first, because looking is cheaper than writing."""
        seen = told.subscription
        if seen is not None:
            known = await orders.customer_of(db, order.guild_id, order.user_id, order.provider)
            if order.phase is not seen.phase or seen.customer not in (None, known):
                return True
        return bool(await self._fresh(db, order, told))

    async def _fresh(self, db: Reader, order: Order, told: CheckoutSnapshot) -> list[Fact]:
        known = {(fact.kind, fact.object_id) for fact in await ledger.facts(db, order.guild_id, order.id)}
        return [fact for fact in told.facts if (fact.kind, fact.object_id) not in known]

    async def follow(self, tx: Writer, order: Order, told: CheckoutSnapshot) -> None:
        """Take in what the provider shows now: the facts that are new, and where the subscription stands."""
        fresh = await self._fresh(tx, order, told)
        seen = told.subscription
        if seen is not None:
            if seen.customer is not None:
                await orders.set_customer(tx, order.guild_id, order.user_id, order.provider, seen.customer)
            if await orders.set_phase(tx, order.guild_id, order.id, seen.phase):
                await record(
                    tx,
                    guild_id=order.guild_id,
                    at=self._clock.now(),
                    actor=LYCEUM,
                    action=SUBSCRIPTION_IS[seen.phase],
                    subject=order.id,
                )
                if order.phase is Phase.ENDING and seen.phase in RENEWING:
                    # Kept, here or on the provider's own page; it must end again if nothing stands behind it.
                    await self._queue.enqueue(tx, "subscription.end", order.guild_id, str(order.id))
                order = replace(order, phase=seen.phase)
                entitlement = await entitlements.find(tx, order.guild_id, order_id=order.id)
                if entitlement is not None:  # an unpaid renewal is told at once
                    await self._queue.enqueue(tx, "entitlement.remind", order.guild_id, str(entitlement.id))
                if not fresh:
                    await self.recompute(tx, order)
        if fresh:
            await self.settle(tx, order.provider, fresh)

    async def reject(self, tx: Writer, order: Order, why: str) -> Outcome:
        """What was sold cannot be given any more: money that came or comes for it goes back."""
        now = self._clock.now()
        fact = Fact(
            kind=FactKind.REJECTED,
            object_id=f"order:{order.id}",
            guild_id=order.guild_id,
            order_id=order.id,
            ref=order.ref or "-",
            money=order.price,
            at=now,
        )
        if await ledger.add_fact(tx, order.provider, fact, now):
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=AuditAction.FACT_REJECTED,
                subject=order.id,
                why=why,
            )
        return await self.recompute(tx, order)

    async def recompute(self, tx: Writer, order: Order) -> Outcome:
        """Make order and entitlement what the stored facts say."""
        now = self._clock.now()
        outcome = order_state(self.due(order), await ledger.facts(tx, order.guild_id, order.id))
        if outcome.state is OrderStatus.PAID and not await entitlements.find(
            tx, order.guild_id, order_id=order.id
        ):
            why = await blocking_reason(tx, order, now)
            if why is not None:
                return await self.reject(tx, order, why)
        moved = order.state is not outcome.state and await orders.set_state(
            tx, order.guild_id, order.id, order.state, outcome.state, now
        )
        if moved:
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=ORDER_IS[outcome.state],
                subject=order.id,
                before=order.state.value,
            )
        replaced = await entitlements.replaced_by(tx, order.guild_id, order.id)
        changed = outcome.ever and await self.entitlements.apply_outcome(tx, order, outcome)
        if (
            moved and not changed and outcome.state is not OrderStatus.PENDING
        ):  # else the card follows the role
            await self._queue.enqueue(tx, "card.update", order.guild_id, str(order.id))
        for payment in outcome.extra:
            await self._queue.enqueue(
                tx,
                "order.refund",
                order.guild_id,
                f"extra:{payment.object_id}",
                order=order.id,
                payment=payment.object_id,
                actor=0,
                reason="paid twice, or too late",
            )
        if order.phase in RENEWING and not outcome.counted and outcome.ever and not outcome.waiting:
            await self._queue.enqueue(tx, "subscription.end", order.guild_id, str(order.id))
        if outcome.mismatched:  # onto the owner's list, or off it again
            await self._queue.enqueue(tx, "order.review", order.guild_id, str(order.id))
        if changed:
            await self._revived(tx, order, replaced)
        return outcome

    async def _revived(self, tx: Writer, order: Order, replaced: Sequence[Entitlement]) -> None:
        """What this order had replaced lives again: as its own money says, which may have gone back meanwhile."""
        still = {
            entitlement.id for entitlement in await entitlements.replaced_by(tx, order.guild_id, order.id)
        }
        for entitlement in replaced:
            if entitlement.id not in still and entitlement.order_id is not None:
                before = await orders.find(tx, order.guild_id, entitlement.order_id)
                if before is not None:
                    await self.recompute(tx, before)

    async def _record(self, tx: Writer, order: Order, facts: Sequence[Fact]) -> None:
        now = self._clock.now()
        for fact in facts:
            if not await ledger.add_fact(tx, order.provider, fact, now):
                await self._compare(tx, order, fact)
                continue
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=FACT_SAYS[fact.kind],
                subject=order.id,
                object=fact.object_id,
                amount=fact.money.amount,
                currency=fact.money.currency,
            )
            accounts = self._accounts(order, fact)
            if accounts:
                await ledger.book(tx, order.provider, fact, accounts, now)

    async def _compare(self, tx: Writer, order: Order, fact: Fact) -> None:
        """A provider may repeat itself but not contradict itself: the first report stands, the owner hears of it."""
        known = await ledger.fact(tx, order.guild_id, order.provider, fact.kind, fact.object_id)
        if known is not None and replace(fact, at=known.at) == known:
            return
        log.error(
            "a payment was reported differently before", finding="payment-contradiction", order=order.id
        )
        await record(
            tx,
            guild_id=order.guild_id,
            at=self._clock.now(),
            actor=LYCEUM,
            action=AuditAction.FACT_CONTRADICTION,
            subject=order.id,
            object=fact.object_id,
            amount=fact.money.amount,
            currency=fact.money.currency,
        )

    def _accounts(self, order: Order, fact: Fact) -> dict[str, int]:
        """How a fact is booked. What is not the price stands in `suspense` until it is given back."""
        amount, clearing = fact.money.amount, f"clearing:{order.provider}"
        refunds, disputes = f"refunds:{order.tier.id}", f"disputes:{order.tier.id}"
        if fact.kind is FactKind.PAID:
            entitlement = matches(self.due(order), fact)
            return {clearing: amount, f"sales:{order.tier.id}" if entitlement else "suspense": -amount}
        return {
            FactKind.REFUNDED: {clearing: -amount, refunds: amount},
            FactKind.REFUND_FAILED: {clearing: amount, refunds: -amount},
            FactKind.DISPUTED: {clearing: -amount, disputes: amount},
            FactKind.DISPUTE_WON: {clearing: amount, disputes: -amount},
        }.get(fact.kind, {})
