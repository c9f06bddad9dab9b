"""Settlement: applies what a provider reports to order, ledger and entitlement, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import Literal

import structlog

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Reader, Writer, alone
from bot.memberships.access.entitlements import Entitlements
from bot.memberships.access.judging import paid_again
from bot.memberships.access.months import Months
from bot.memberships.access.store import entitlements
from bot.memberships.audit_actions import FACT_SAYS, ORDER_IS, SUBSCRIPTION_IS
from bot.memberships.model import RENEWING, Entitlement, Funding, Order, OrderStatus, Outcome, Refusal
from bot.memberships.orders import parts
from bot.memberships.orders.admission import RULES, Rule, is_late, no_longer_possible, refusal_of
from bot.memberships.orders.backing import Backing, expected_payment
from bot.memberships.orders.holdings import unused_value
from bot.memberships.orders.order_state import ExpectedPayment, matches, order_state
from bot.memberships.orders.store import ledger, orders, refusals
from bot.payments.port import CheckoutSnapshot, Fact, FactKind, Phase, Subscription
from bot.work import Queue

log = structlog.get_logger(__name__)

NOTHING = Funding(full=0, held=0)
"""What an order is worth whose money went back."""


@dataclass(frozen=True)
class Policy:
    """The owner's policy: does a dispute suspend the membership, and does a partial refund revoke it?"""

    dispute: Literal["suspend", "keep"] = "suspend"
    partial_refund: Literal["keep", "revoke"] = "keep"


IsBanned = Callable[[Reader, int, int], Awaitable[bool]]
"""Asks, by the ids of guild and member, whether Lyceum knows that this member is banned. A higher room knows."""


async def _nobody_is_banned(db: Reader, guild_id: int, user_id: int) -> bool:
    return False


class Settlement:
    """Writes facts, ledger, order, entitlement and audit; queues the work that updates Discord and providers."""

    def __init__(self, clock: Clock, queue: Queue, policy: Policy | None = None, zone: tzinfo = UTC) -> None:
        self._clock = clock
        self._queue = queue
        self.policy = policy or Policy()
        self.is_banned: IsBanned = _nobody_is_banned
        self.rules: Sequence[Rule] = RULES
        self.entitlements = Entitlements(
            clock,
            queue,
            suspends=self.policy.dispute == "suspend",
            months=Months(zone, orders.bought),
        )

    @property
    def backing(self) -> Backing:
        """Reckons what backs an order, by the owner's policy about disputes."""
        return Backing(disputed_counts=self.policy.dispute == "keep")

    def due(self, order: Order) -> ExpectedPayment:
        """The payments that this order expects, as `order_state` needs them."""
        return expected_payment(order, partial_revokes=self.policy.partial_refund == "revoke")

    async def known(self, db: Reader, pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
        """Those of the (guild, order) pairs that exist here."""
        return await orders.known(db, pairs)

    async def settle(self, tx: Writer, provider: str, facts: Sequence[Fact]) -> bool:
        """Store and apply these facts; known ones change nothing. False when one belongs to no order of ours."""
        matched = True
        for guild_id, order_id in dict.fromkeys((fact.guild_id, fact.order_id) for fact in facts):
            order = await orders.find(tx, guild_id, order_id)
            if order is None or order.provider != provider:
                matched = False
                continue
            await self._record_facts(tx, order, [fact for fact in facts if fact.order_id == order_id])
            await self._follow(tx, order)
        return matched

    async def _follow(self, tx: Writer, order: Order) -> None:
        """Let an order follow what was just stored about it; nothing that cannot be read elsewhere undoes that.

        What fails is tried again as work of its own, `order.judge`. Until then what was given for money that went back
        is taken away, if that can be told from the order itself, and nothing is given that cannot be reckoned.
        """
        failure = await alone(tx, partial(self._follow_facts, tx, order))
        if failure is None:
            return
        log.error("an order cannot be judged now", order=order.id, guild=order.guild_id, exc_info=failure)
        await self._queue.enqueue(tx, "order.judge", order.guild_id, str(order.id))
        await alone(tx, partial(self._follow_facts, tx, order, by_itself=True))

    async def _follow_facts(self, tx: Writer, order: Order, *, by_itself: bool = False) -> None:
        outcome = await self.recompute(tx, order, by_itself=by_itself)
        if (
            outcome.parts is not None and not outcome.counted
        ):  # its card shows what has come, and what is open
            await self._queue.enqueue(tx, "card.update", order.guild_id, str(order.id))

    async def is_news(self, db: Reader, order: Order, snapshot: CheckoutSnapshot) -> bool:
        """Does the snapshot hold anything new? Asked first, because reading is cheaper than writing."""
        subscription = snapshot.subscription
        if subscription is not None and (
            order.phase is not subscription.phase or _customer_is_news(order, subscription)
        ):
            return True
        return bool(await self._new_facts(db, order, snapshot))

    async def _new_facts(self, db: Reader, order: Order, snapshot: CheckoutSnapshot) -> list[Fact]:
        known = await ledger.known(db, order.guild_id, order.id)
        return [fact for fact in snapshot.facts if (fact.kind.value, fact.object_id) not in known]

    async def apply_snapshot(self, tx: Writer, order: Order, snapshot: CheckoutSnapshot) -> None:
        """Apply the provider's snapshot: its new facts, and the phase of the subscription."""
        new_facts = await self._new_facts(tx, order, snapshot)
        subscription = snapshot.subscription
        if subscription is not None:
            if subscription.customer is not None and _customer_is_news(order, subscription):
                await orders.set_customer(tx, order, subscription.customer)
            if await orders.set_phase(tx, order.guild_id, order.id, subscription.phase):
                await record(
                    tx,
                    guild_id=order.guild_id,
                    at=self._clock.now(),
                    actor=LYCEUM,
                    action=SUBSCRIPTION_IS[subscription.phase],
                    subject=order.id,
                )
                if order.phase is Phase.ENDING and subscription.phase in RENEWING:
                    # The member kept it, here or on the provider's page; it must end again if no entitlement needs it.
                    await self._queue.enqueue(tx, "subscription.end", order.guild_id, str(order.id))
                order = replace(order, phase=subscription.phase)
                entitlement = await entitlements.find(tx, order.guild_id, order_id=order.id)
                if entitlement is not None:  # the member hears of an unpaid renewal at once
                    await self._queue.enqueue(tx, "entitlement.remind", order.guild_id, str(entitlement.id))
                if not new_facts:
                    await self._follow(tx, order)
        if new_facts:
            await self.settle(tx, order.provider, new_facts)

    async def reject(self, tx: Writer, order: Order, why: Refusal) -> Outcome:
        """Reject an order that cannot be fulfilled any more: money that came or still comes for it goes back."""
        now = self._clock.now()
        fact = our_fact(order, FactKind.REJECTED, now)
        if await ledger.add_fact(tx, order.provider, fact, now):
            await refusals.add(tx, order, why, now)
            await self._queue.enqueue_once(tx, "order.refused", order.guild_id, str(order.id))
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=AuditAction.FACT_REJECTED,
                subject=order.id,
                why=why.value,
            )
        return await self.recompute(tx, order)

    async def recompute(self, tx: Writer, order: Order, *, by_itself: bool = False) -> Outcome:
        """Bring order and entitlement in line with the stored facts.

        With `by_itself`, nothing is asked or changed of other orders that it can do without for now: money that went
        back needs no reckoning, what it had replaced comes back once it can be judged, and what cannot be paid beside it
        any more is refused when it is paid.
        """
        now = self._clock.now()
        facts = await ledger.facts(tx, order.guild_id, order.id)
        outcome = order_state(self.due(order), facts)
        before = await entitlements.find(tx, order.guild_id, order_id=order.id)
        paid = outcome.state is OrderStatus.PAID
        first = paid and before is None
        again = before is not None and order.renewal is None and paid_again(before, outcome, now)
        if first or (paid and again):
            banned = await self.is_banned(tx, order.guild_id, order.user_id)
            why = await refusal_of(tx, order, now, outcome.counted, banned=banned, rules=self.rules)
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
        replaced: Sequence[Entitlement] = ()
        changed = False
        # Nothing is given before it was admitted, whatever is heard of it earlier.
        if first or before is not None:
            waits = by_itself and not outcome.stands
            if order.replaces is not None and not waits:
                replaced = await entitlements.replaced_by(tx, order.guild_id, order.id)
                exchanged = await self.entitlements.exchange(tx, order, outcome)
                if exchanged and (before is not None or is_late(order, outcome.counted)):
                    order = await self._keep_unused(tx, order, exchanged, now)
            funding = NOTHING if waits else await self.backing.funding(tx, order)
            changed = await self.entitlements.apply_outcome(tx, order, outcome, funding)
        if (
            moved and not changed and outcome.state is not OrderStatus.PENDING
        ):  # otherwise the role change updates the card
            await self._queue.enqueue(tx, "card.update", order.guild_id, str(order.id))
        # A refund that failed is not asked for again: the provider would name the same one. The owner sees it listed.
        failed = {fact.payment_id for fact in facts if fact.kind is FactKind.REFUND_FAILED}
        for payment in (fact for fact in outcome.extra if fact.object_id not in failed):
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
        unpaid = outcome.lapsed or not outcome.counted
        if order.phase in RENEWING and outcome.ever and not outcome.waiting and unpaid:
            await self._queue.enqueue(tx, "subscription.end", order.guild_id, str(order.id))
        if outcome.mismatched:  # puts the order on the owner's list, or takes it off
            await self._queue.enqueue(tx, "order.review", order.guild_id, str(order.id))
        if replaced:
            await self._recompute_revived(tx, order, replaced)
        if first:
            await self._queue.enqueue_once(tx, "order.deliver", order.guild_id, str(order.id))
            for other in [] if by_itself else await no_longer_possible(tx, order, now):
                await self.cancel(tx, other)
        if before is not None:  # nothing depends yet on what has only just begun
            await self.rejudge_backed(tx, before)
        return outcome

    async def _keep_unused(
        self, tx: Writer, order: Order, exchanged: Sequence[Entitlement], now: datetime
    ) -> Order:
        """Count as credit only what is unused at the exchange: the quote holds for its link, and for the first payment.

        Later, and once more after the money came back or was paid again, the days since then were used.
        """
        kept = min(order.credit.amount, sum([await unused_value(tx, old, now) for old in exchanged]))
        await orders.set_kept(tx, order, kept)
        return replace(order, kept=kept)

    async def rejudge_backed(self, tx: Writer, giver: Entitlement) -> None:
        """Let everything be judged again that this membership's money backs; called after every fact about it.

        Those are the orders whose discount it gave, and the order whose credit came from it: what they gave gets
        shorter, rests, ends, or is put back, and so on along a chain of exchanges. Whatever else comes to depend on an
        order's money belongs here. Each is work of its own, `order.judge`: nothing that is wrong with another order
        undoes what was heard of this one.
        """
        backed = await orders.ids_discounted_by(tx, giver.guild_id, giver.id)
        if giver.replaced_by is not None:
            backed.append(giver.replaced_by)
        for order_id in backed:
            await self._queue.enqueue(tx, "order.judge", giver.guild_id, str(order_id))

    async def cancel(self, tx: Writer, order: Order) -> None:
        """Cancel an open order, and close its checkout as work. A payment that is on its way is judged when it comes."""
        now = self._clock.now()
        await self.settle(tx, order.provider, [our_fact(order, FactKind.CANCELLED, now)])
        await self._queue.enqueue(tx, "order.close", order.guild_id, str(order.id))

    async def _recompute_revived(self, tx: Writer, order: Order, replaced: Sequence[Entitlement]) -> None:
        """Recompute orders that this one no longer replaces: they may have been refunded meanwhile."""
        still_replaced = {
            entitlement.id for entitlement in await entitlements.replaced_by(tx, order.guild_id, order.id)
        }
        for entitlement in replaced:
            if entitlement.id not in still_replaced and entitlement.order_id is not None:
                replaced_order = await orders.find(tx, order.guild_id, entitlement.order_id)
                if replaced_order is not None:
                    await self.entitlements.lay_out(tx, order.guild_id, entitlement.user_id)
                    await self.recompute(tx, replaced_order)

    async def _record_facts(self, tx: Writer, order: Order, facts: Sequence[Fact]) -> None:
        now, due = self._clock.now(), self.due(order)
        for fact in facts:
            before = await ledger.facts(tx, order.guild_id, order.id) if due.in_parts else []
            if not await ledger.add_fact(tx, order.provider, fact, now):
                await self._report_contradiction(tx, order, fact)
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
            accounts = (
                parts.accounts(
                    order.price,
                    before,
                    fact,
                    revokes=due.partial_revokes,
                    provider=order.provider,
                    tier_id=order.tier.id,
                )
                if due.in_parts
                else self._accounts(order, fact)
            )
            if accounts:
                await ledger.book(tx, order.provider, fact, accounts, now)

    async def _report_contradiction(self, tx: Writer, order: Order, fact: Fact) -> None:
        """Log and audit a report that contradicts an earlier one about the same object; the first one counts."""
        first_report = await ledger.fact(tx, order.guild_id, order.provider, fact.kind, fact.object_id)
        if first_report is not None and replace(fact, at=first_report.at) == first_report:
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
        """The accounts a fact is booked on. A payment that is not the price stays in `suspense` until it is refunded."""
        amount, clearing = fact.money.amount, f"clearing:{order.provider}"
        refunds, disputes = f"refunds:{order.tier.id}", f"disputes:{order.tier.id}"
        if fact.kind is FactKind.PAID:
            is_price = matches(self.due(order), fact)
            return {clearing: amount, f"sales:{order.tier.id}" if is_price else "suspense": -amount}
        return {
            FactKind.REFUNDED: {clearing: -amount, refunds: amount},
            FactKind.REFUND_FAILED: {clearing: amount, refunds: -amount},
            FactKind.DISPUTED: {clearing: -amount, disputes: amount},
            FactKind.DISPUTE_WON: {clearing: amount, disputes: -amount},
        }.get(fact.kind, {})


def _customer_is_news(order: Order, subscription: Subscription) -> bool:
    return subscription.customer not in (None, order.customer)


def our_fact(order: Order, kind: FactKind, now: datetime) -> Fact:
    """A fact about an order that Lyceum itself states."""
    return Fact(
        kind=kind,
        object_id=f"order:{order.id}",
        guild_id=order.guild_id,
        order_id=order.id,
        ref=order.ref or "-",
        money=order.price,
        at=now,
    )
