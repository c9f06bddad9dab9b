"""Settling: from what a provider reports to everything that follows, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from bot.audit import LYCEUM, Action, record
from bot.clock import Clock
from bot.db import Reader, Writer
from bot.memberships.admission import obstacle
from bot.memberships.audit_actions import FACT_SAYS, ORDER_IS, SUBSCRIPTION_IS
from bot.memberships.entitle import Entitling
from bot.memberships.model import Entitlement, Order
from bot.memberships.state import Due, Outcome, State, fits, order_state
from bot.memberships.store import books, entitlements, orders
from bot.payments.port import Fact, Kind, Phase, Snapshot
from bot.work import Queue

log = structlog.get_logger(__name__)

RENEWING = (Phase.ACTIVE, Phase.PAST_DUE, Phase.PAUSED)
"""A subscription in such a phase takes money again."""


@dataclass(frozen=True)
class Policy:
    """What the owner decided: does a membership rest while its money is disputed, and does a partial refund end it?"""

    dispute: Literal["suspend", "keep"] = "suspend"
    partial_refund: Literal["keep", "revoke"] = "keep"


class Settling:
    """Writes facts, ledger, order, entitlement, audit and the work that makes the outside follow."""

    def __init__(self, clock: Clock, queue: Queue, policy: Policy | None = None) -> None:
        self._clock = clock
        self._queue = queue
        self.policy = policy or Policy()
        self.entitling = Entitling(clock, queue, suspends=self.policy.dispute == "suspend")

    def due(self, order: Order) -> Due:
        """What the rules need to know of an order."""
        return Due(order.price, order.renewal, order.ref, self.policy.partial_refund == "revoke")

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
            await self.judge(tx, order)
        return matched

    async def is_news(self, db: Reader, order: Order, told: Snapshot) -> bool:
        """Is there anything in it that is not known? Asked first, because looking is cheaper than writing."""
        seen = told.subscription
        if seen is not None:
            known = await orders.customer_of(db, order.guild_id, order.user_id, order.provider)
            if order.phase is not seen.phase or seen.customer not in (None, known):
                return True
        return bool(await self._fresh(db, order, told))

    async def _fresh(self, db: Reader, order: Order, told: Snapshot) -> list[Fact]:
        known = {(fact.kind, fact.object_id) for fact in await books.facts(db, order.guild_id, order.id)}
        return [fact for fact in told.facts if (fact.kind, fact.object_id) not in known]

    async def follow(self, tx: Writer, order: Order, told: Snapshot) -> None:
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
                    await self._queue.again(tx, "subscription.end", order.guild_id, str(order.id))
                order = replace(order, phase=seen.phase)
                right = await entitlements.find(tx, order.guild_id, order_id=order.id)
                if right is not None:  # an unpaid renewal is told at once
                    await self._queue.again(tx, "entitlement.remind", order.guild_id, str(right.id))
                if not fresh:
                    await self.judge(tx, order)
        if fresh:
            await self.settle(tx, order.provider, fresh)

    async def reject(self, tx: Writer, order: Order, why: str) -> Outcome:
        """What was sold cannot be given any more: money that came or comes for it goes back."""
        now = self._clock.now()
        fact = Fact(
            kind=Kind.REJECTED,
            object_id=f"order:{order.id}",
            guild_id=order.guild_id,
            order_id=order.id,
            ref=order.ref or "-",
            money=order.price,
            at=now,
        )
        if await books.add_fact(tx, order.provider, fact, now):
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=Action.FACT_REJECTED,
                subject=order.id,
                why=why,
            )
        return await self.judge(tx, order)

    async def judge(self, tx: Writer, order: Order) -> Outcome:
        """Make order and entitlement what the stored facts say."""
        now = self._clock.now()
        outcome = order_state(self.due(order), await books.facts(tx, order.guild_id, order.id))
        if outcome.state is State.PAID and not await entitlements.find(tx, order.guild_id, order_id=order.id):
            why = await obstacle(tx, order, now)
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
        changed = outcome.ever and await self.entitling.follow(tx, order, outcome)
        if moved and not changed and outcome.state is not State.PENDING:  # else the card follows the role
            await self._queue.again(tx, "card.update", order.guild_id, str(order.id))
        for payment in outcome.extra:
            await self._queue.again(
                tx, "order.refund", order.guild_id, f"extra:{payment.object_id}",
                order=order.id, payment=payment.object_id, actor=0, reason="paid twice, or too late",
            )  # fmt: skip
        if order.phase in RENEWING and not outcome.counted and outcome.ever and not outcome.waiting:
            await self._queue.again(tx, "subscription.end", order.guild_id, str(order.id))
        if outcome.mismatched:  # onto the owner's list, or off it again
            await self._queue.again(tx, "order.review", order.guild_id, str(order.id))
        if changed:
            await self._revived(tx, order, replaced)
        return outcome

    async def _revived(self, tx: Writer, order: Order, replaced: Sequence[Entitlement]) -> None:
        """What this order had replaced lives again: as its own money says, which may have gone back meanwhile."""
        still = {right.id for right in await entitlements.replaced_by(tx, order.guild_id, order.id)}
        for right in replaced:
            if right.id not in still and right.order_id is not None:
                before = await orders.find(tx, order.guild_id, right.order_id)
                if before is not None:
                    await self.judge(tx, before)

    async def _record(self, tx: Writer, order: Order, facts: Sequence[Fact]) -> None:
        now = self._clock.now()
        for fact in facts:
            if not await books.add_fact(tx, order.provider, fact, now):
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
                await books.book(tx, order.provider, fact, accounts, now)

    async def _compare(self, tx: Writer, order: Order, fact: Fact) -> None:
        """A provider may repeat itself but not contradict itself: the first report stands, the owner hears of it."""
        known = await books.fact(tx, order.guild_id, order.provider, fact.kind, fact.object_id)
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
            action=Action.FACT_CONTRADICTION,
            subject=order.id,
            object=fact.object_id,
            amount=fact.money.amount,
            currency=fact.money.currency,
        )

    def _accounts(self, order: Order, fact: Fact) -> dict[str, int]:
        """How a fact is booked. What is not the price stands in `suspense` until it is given back."""
        amount, clearing = fact.money.amount, f"clearing:{order.provider}"
        refunds, disputes = f"refunds:{order.tier.id}", f"disputes:{order.tier.id}"
        if fact.kind is Kind.PAID:
            right = fits(self.due(order), fact)
            return {clearing: amount, f"sales:{order.tier.id}" if right else "suspense": -amount}
        return {
            Kind.REFUNDED: {clearing: -amount, refunds: amount},
            Kind.REFUND_FAILED: {clearing: amount, refunds: -amount},
            Kind.DISPUTED: {clearing: -amount, disputes: amount},
            Kind.DISPUTE_WON: {clearing: amount, disputes: -amount},
        }.get(fact.kind, {})
