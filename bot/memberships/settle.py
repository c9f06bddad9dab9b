"""Settling: from what a provider reports to everything that follows, in the caller's one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.db import Writer
from bot.ids import new_id
from bot.memberships.model import Entitlement, Order, Standing
from bot.memberships.state import Outcome, State, order_state
from bot.memberships.store import books, entitlements, orders, records
from bot.payments.port import Fact, Kind
from bot.work import Queue

log = structlog.get_logger(__name__)


class Settling:
    """Writes facts, ledger, order, entitlement, audit and the work that makes the outside follow."""

    def __init__(self, clock: Clock, queue: Queue) -> None:
        self._clock = clock
        self._queue = queue

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

    async def judge(self, tx: Writer, order: Order) -> Outcome:
        """Make order and entitlement what the stored facts say."""
        now = self._clock.now()
        outcome = order_state(order.price, order.ref, await books.facts(tx, order.guild_id, order.id))
        moved = order.state is not outcome.state and await orders.set_state(
            tx, order.guild_id, order.id, order.state, outcome.state, now
        )
        if moved:
            await records.note(
                tx, order.guild_id, now, 0, f"order.{outcome.state}", order.id, before=order.state.value
            )
        if outcome.ever and await self._entitle(tx, order, outcome, now):
            await self._queue.again(tx, "role.sync", order.guild_id, str(order.user_id))
        elif moved and outcome.state is not State.PENDING:
            await self._queue.again(tx, "card.update", order.guild_id, str(order.id))
        for payment in outcome.extra:
            await self._queue.again(
                tx, "order.refund", order.guild_id, f"extra:{payment.object_id}",
                order=order.id, payment=payment.object_id, actor=0, reason="paid twice",
            )  # fmt: skip
        if outcome.mismatched:  # onto the owner's list, or off it again
            await self._queue.again(tx, "order.review", order.guild_id, str(order.id))
        return outcome

    async def _record(self, tx: Writer, order: Order, facts: Sequence[Fact]) -> None:
        now = self._clock.now()
        for fact in facts:
            if not await books.add_fact(tx, order.provider, fact, now):
                await self._compare(tx, order, fact)
                continue
            await records.note(
                tx, order.guild_id, now, 0, f"fact.{fact.kind}", order.id,
                object=fact.object_id, amount=fact.money.amount, currency=fact.money.currency,
            )  # fmt: skip
            accounts = _accounts(order, fact)
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
        await records.note(
            tx, order.guild_id, self._clock.now(), 0, "fact.contradiction", order.id,
            object=fact.object_id, amount=fact.money.amount, currency=fact.money.currency,
        )  # fmt: skip

    async def _entitle(self, tx: Writer, order: Order, outcome: Outcome, now: datetime) -> bool:
        """The right that this order gives: made once, revoked and revived with the money. True when it changed."""
        guild_id, wanted = order.guild_id, outcome.state is State.PAID
        right = await entitlements.find(tx, guild_id, order_id=order.id)
        if right is None:
            right = await self._first(tx, order, now, live=wanted)
        elif wanted and right.standing is Standing.REVOKED and now < right.ends_at:
            await entitlements.set_standing(tx, guild_id, right.id, right.standing, Standing.LIVE, None)
        elif not wanted and right.standing is Standing.LIVE:
            await entitlements.set_standing(tx, guild_id, right.id, right.standing, Standing.REVOKED, now)
            await self._close_gap(tx, order, now)
        else:
            return False
        what = "entitlement.live" if wanted else "entitlement.revoked"
        await records.note(tx, guild_id, now, 0, what, right.id, order=str(order.id))
        return True

    async def _first(self, tx: Writer, order: Order, now: datetime, *, live: bool) -> Entitlement:
        """A new right begins when the member's present one of the same tier ends, or now."""
        others = await self._running(tx, order, now)
        starts = max([now, *(right.ends_at for right in others)])
        right = Entitlement(
            new_id(), order.guild_id, order.user_id, order.tier, order.id, "order",
            Standing.LIVE if live else Standing.REVOKED, starts, starts + timedelta(days=order.days),
        )  # fmt: skip
        await entitlements.add(tx, right, ended_at=None if live else now)
        await self._queue.again(tx, "entitlement.end", order.guild_id, str(right.id), due=right.ends_at)
        return right

    async def _close_gap(self, tx: Writer, order: Order, now: datetime) -> None:
        """After a refund, later periods of the same tier begin earlier: nobody loses days that they still pay for."""
        free = now
        for right in await self._running(tx, order, now):
            starts = min(right.starts_at, max(free, now))
            ends = right.ends_at - (right.starts_at - starts)
            if starts != right.starts_at:
                await entitlements.move(tx, order.guild_id, right.id, starts, ends)
                await self._queue.again(tx, "entitlement.end", order.guild_id, str(right.id), due=ends)
            free = ends

    async def _running(self, tx: Writer, order: Order, now: datetime) -> list[Entitlement]:
        """The member's live rights from this tier that have not ended, the earliest first."""
        mine = await entitlements.of_member(tx, order.guild_id, order.user_id)
        return [
            right
            for right in mine
            if right.tier.id == order.tier.id and right.standing is Standing.LIVE and right.ends_at > now
        ]


def _accounts(order: Order, fact: Fact) -> dict[str, int]:
    """How a fact is booked. What is not the price stands in `suspense` until it is given back."""
    amount, clearing = fact.money.amount, f"clearing:{order.provider}"
    if fact.kind is Kind.PAID:
        fits = fact.money == order.price and order.ref in (None, fact.ref)
        return {clearing: amount, f"sales:{order.tier.id}" if fits else "suspense": -amount}
    if fact.kind is Kind.REFUNDED:
        return {clearing: -amount, f"refunds:{order.tier.id}": amount}
    return {}
