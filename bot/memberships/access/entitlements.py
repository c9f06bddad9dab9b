"""The entitlement of an order: created once, then changed as payments arrive. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.access.judging import held_until, judged
from bot.memberships.access.months import Months
from bot.memberships.access.queueing import laid_out
from bot.memberships.access.store import entitlements, revocations
from bot.memberships.audit_actions import ENTITLEMENT_FROM, ENTITLEMENT_IS
from bot.memberships.catalog.shop import seats_changed
from bot.memberships.model import FOREVER, Entitlement, EntitlementStatus, Funding, Order, Outcome
from bot.work import Queue

RUNNING = (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)


class Entitlements:
    """Keeps entitlements in step with their orders, and enqueues `role.sync` for the roles."""

    def __init__(self, clock: Clock, queue: Queue, *, suspends: bool, months: Months | None = None) -> None:
        self._clock = clock
        self._queue = queue
        self._suspends = suspends
        self._months = months or Months()

    async def exchange(self, tx: Writer, order: Order, outcome: Outcome) -> list[Entitlement]:
        """Replace what the order's credit came from, while its own money stands; give it back when that went back.

        Returns what was replaced just now, as it was. Done before `apply_outcome`, because what was replaced backs the credit.
        """
        now = self._clock.now()
        own = await entitlements.find(tx, order.guild_id, order_id=order.id)
        if own is not None and (
            own.status is EntitlementStatus.REPLACED or await self._ended_by_staff(tx, own, outcome)
        ):
            return []
        if not outcome.stands:
            await self._restore_replaced(tx, order, now)
            return []
        if own is None:
            olds = await credited(tx, order.guild_id, order.user_id, order.replaces, order.id, now)
        elif own.status is EntitlementStatus.REVOKED:
            olds = await self._credited_before(tx, order, own)
        else:
            return []
        await self._replace(tx, order, olds, now)
        return olds

    async def apply_outcome(self, tx: Writer, order: Order, outcome: Outcome, funding: Funding) -> bool:
        """Create the order's entitlement, or judge it anew, ended ones included. True when something changed.

        One that staff revoked stays revoked whatever happens to the old payment; only a new payment revives it.
        """
        now = self._clock.now()
        entitlement = await entitlements.find(tx, order.guild_id, order_id=order.id)
        if entitlement is None:
            entitlement = await self._create(tx, order, outcome, funding, now)
        elif entitlement.status is EntitlementStatus.REPLACED or await self._ended_by_staff(
            tx, entitlement, outcome
        ):
            return False
        else:
            should = judged(entitlement, order, outcome, funding, suspends=self._suspends, now=now)
            if should == entitlement:
                return False
            await self._rewrite(tx, entitlement, should, order, now)
            await self.lay_out(tx, order.guild_id, entitlement.user_id)
        await self._queue.enqueue(tx, "role.sync", order.guild_id, str(entitlement.user_id))
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    async def lay_out(self, tx: Writer, guild_id: int, user_id: int) -> None:
        """Let each of a member's paid times begin when the one before it ends: after anything came, went or came back."""
        now = self._clock.now()
        of_member = await entitlements.of_member(tx, guild_id, user_id)
        for moved in laid_out(of_member, now):
            await entitlements.move(tx, moved, moved.starts_at, moved.ends_at, moved.held_until)
            await self._record(
                tx, moved, AuditAction.ENTITLEMENT_MOVED, now, since=moved.starts_at.isoformat()
            )
            await self._enqueue_dates(tx, moved)
            await self._queue.enqueue(tx, "discount.judge", moved.guild_id, str(moved.id))

    async def give(self, tx: Writer, new: Entitlement, actor: int) -> None:
        """Store an entitlement without an order: a trial, a grant by staff, an import."""
        now = self._clock.now()
        await entitlements.add(tx, new, ended_at=None)
        await self._enqueue_dates(tx, new)
        await self._look_at_subscriptions(tx, new)
        await record(
            tx,
            guild_id=new.guild_id,
            at=now,
            actor=actor,
            action=ENTITLEMENT_FROM[new.source],
            subject=new.id,
            member=str(new.user_id),
            tier=str(new.tier.id),
            reason=new.reason,
        )
        await self._queue.enqueue(tx, "role.sync", new.guild_id, str(new.user_id))
        await seats_changed(tx, self._queue, new.tier)

    async def end(
        self, tx: Writer, entitlement: Entitlement, status: EntitlementStatus, actor: int, reason: str = ""
    ) -> bool:
        """End an entitlement: by time, by staff, or replaced. False when its status has changed meanwhile."""
        now = self._clock.now()
        if not await entitlements.set_status(tx, entitlement, status, now):
            return False
        if status is EntitlementStatus.REVOKED and actor != LYCEUM:
            await revocations.add(tx, entitlement, actor=actor, reason=reason, now=now)
        details = {"reason": reason} if reason else {}
        await record(
            tx,
            guild_id=entitlement.guild_id,
            at=now,
            actor=actor,
            action=ENTITLEMENT_IS[status],
            subject=entitlement.id,
            **details,
        )
        await self._queue.enqueue(tx, "role.sync", entitlement.guild_id, str(entitlement.user_id))
        await self._end_subscription(tx, entitlement)
        if status is not EntitlementStatus.ENDED:  # what was free by it ends with it in any case
            await self._judge_discounts(tx, entitlement)
        await self.lay_out(tx, entitlement.guild_id, entitlement.user_id)
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    async def _ended_by_staff(self, db: Reader, entitlement: Entitlement, outcome: Outcome) -> bool:
        """Did staff revoke it, and nobody pay for it since?"""
        if entitlement.status is not EntitlementStatus.REVOKED:
            return False
        revoked_at = await revocations.last(db, entitlement.guild_id, entitlement.id)
        return revoked_at is not None and not any(fact.at > revoked_at for fact in outcome.counted)

    async def _create(
        self, tx: Writer, order: Order, outcome: Outcome, funding: Funding, now: datetime
    ) -> Entitlement:
        """The order's new entitlement: it begins now, or when the last of `preceding` ends."""
        earlier = await preceding(tx, order, now)
        starts = max([now, *(entitlement.ends_at for entitlement in earlier if not entitlement.forever)])
        if outcome.since is not None:
            starts = min(outcome.since, now)  # the provider's clock may be some seconds ahead of ours
        ends = outcome.until or await self._months.end(tx, order, order.user_id, starts)
        bought_at_once = order.renewal is None and (ends < FOREVER or funding.until is not None)
        new = Entitlement(
            id=new_id(),
            guild_id=order.guild_id,
            user_id=await _recipient(tx, order),
            acquired_by=order.user_id,
            tier=order.tier,
            order_id=order.id,
            source="order",
            reason="",
            status=EntitlementStatus.LIVE,
            starts_at=starts,
            ends_at=ends,
            held_until=held_until(order.tier.terms, ends, order.phase),
            length=(ends - starts) // timedelta(seconds=1) if bought_at_once else None,
            follows=order.follows,
        )
        entitlement = judged(new, order, outcome, funding, suspends=self._suspends, now=now)
        await entitlements.add(tx, entitlement, ended_at=None if entitlement.status in RUNNING else now)
        await self._record_status(tx, entitlement, order, now)
        await self._enqueue_dates(tx, entitlement)
        await self._look_at_subscriptions(tx, entitlement)
        for previous in earlier if entitlement.status in RUNNING else ():
            if previous.id == order.follows:
                await self._end_subscription(tx, previous)
        return entitlement

    async def _rewrite(
        self, tx: Writer, entitlement: Entitlement, should: Entitlement, order: Order, now: datetime
    ) -> None:
        """Store what was judged anew, with what changed in the log."""
        await entitlements.rewrite(tx, entitlement, should, now)
        if should.status is not entitlement.status:
            await self._record_status(tx, should, order, now)
        if (should.starts_at, should.ends_at) != (entitlement.starts_at, entitlement.ends_at):
            action = (
                AuditAction.ENTITLEMENT_EXTENDED
                if should.ends_at >= entitlement.ends_at
                else AuditAction.ENTITLEMENT_SHORTENED
            )
            await self._record(tx, should, action, now, until=should.ends_at.isoformat())
        if should.status in (EntitlementStatus.LIVE, EntitlementStatus.ENDED):
            await self._enqueue_dates(tx, should)
        await self._look_at_subscriptions(tx, should)

    async def _record_status(self, tx: Writer, entitlement: Entitlement, order: Order, now: datetime) -> None:
        """Record what an order's money made of an entitlement, and when that begins or began."""
        since = entitlement.starts_at.isoformat()
        await self._record(
            tx, entitlement, ENTITLEMENT_IS[entitlement.status], now, order=str(order.id), since=since
        )

    async def _record(
        self, tx: Writer, entitlement: Entitlement, action: AuditAction, now: datetime, **detail: str
    ) -> None:
        """Record what Lyceum itself did to an entitlement."""
        await record(
            tx,
            guild_id=entitlement.guild_id,
            at=now,
            actor=LYCEUM,
            action=action,
            subject=entitlement.id,
            **detail,
        )

    async def _enqueue_dates(self, tx: Writer, entitlement: Entitlement) -> None:
        """Enqueue the work that falls due with an entitlement: its start, if that lies ahead, its end and reminders."""
        guild_id, key = entitlement.guild_id, str(entitlement.id)
        if entitlement.starts_at > self._clock.now():
            await self._queue.enqueue(tx, "entitlement.start", guild_id, key, due=entitlement.starts_at)
        if not entitlement.forever:
            await self._queue.enqueue(tx, "entitlement.end", guild_id, key, due=entitlement.held_until)
            await self._queue.enqueue(tx, "entitlement.remind", guild_id, key)

    async def _replace(self, tx: Writer, order: Order, olds: Iterable[Entitlement], now: datetime) -> None:
        """An upgrade replaces the entitlements whose unused days were credited."""
        for old in olds:
            await entitlements.set_status(tx, old, EntitlementStatus.REPLACED, now, replaced_by=order.id)
            await self._record(tx, old, AuditAction.ENTITLEMENT_REPLACED, now, order=str(order.id))
            await self._end_subscription(tx, old)
            await self._judge_discounts(tx, old)
            await self._queue.enqueue(tx, "role.sync", old.guild_id, str(old.user_id))

    async def _credited_before(self, db: Reader, order: Order, own: Entitlement) -> list[Entitlement]:
        """What the order had replaced before its money went back: its refund failed, or it was paid again.

        What staff revoked meanwhile, or another upgrade replaced, does not back it any more.
        """
        old = (
            None
            if order.replaces is None
            else await entitlements.find(db, order.guild_id, id_=order.replaces)
        )
        if old is None:
            return []
        return [
            entitlement
            for entitlement in await entitlements.of_member(db, order.guild_id, own.user_id)
            if _creditable(entitlement, old, order.id, order.user_id)
            and entitlement.status is not EntitlementStatus.REPLACED
            and entitlement.held_until > own.starts_at
            and await revocations.last(db, order.guild_id, entitlement.id) is None
        ]

    async def _restore_replaced(self, tx: Writer, order: Order, now: datetime) -> None:
        """After the refund of an upgrade, the entitlements it replaced are live again, unless they ran out meanwhile."""
        for old in await entitlements.replaced_by(tx, order.guild_id, order.id):
            status = EntitlementStatus.LIVE if now < old.held_until else EntitlementStatus.ENDED
            await entitlements.set_status(tx, old, status, now)
            back = replace(old, status=status)
            await self._record_status(tx, back, order, now)
            await self._enqueue_dates(tx, old)
            await self._look_at_subscriptions(tx, back)
            await self._judge_discounts(tx, old)
            await self._queue.enqueue(tx, "role.sync", old.guild_id, str(old.user_id))
            await seats_changed(tx, self._queue, old.tier)

    async def _judge_discounts(self, tx: Writer, giver: Entitlement) -> None:
        """Have judged anew what this membership made cheaper or free: it was revoked, replaced, or is back."""
        await self._queue.enqueue(tx, "discount.judge", giver.guild_id, str(giver.id))

    async def _look_at_subscriptions(self, tx: Writer, begun: Entitlement) -> None:
        """A subscription to the same tier may have nothing left to pay for beside what begins or comes back."""
        if begun.status is not EntitlementStatus.LIVE or not (begun.forever or begun.length is not None):
            return
        for other in await entitlements.of_member(tx, begun.guild_id, begun.user_id):
            if other.tier.id == begun.tier.id and other.id != begun.id:
                await self._end_subscription(tx, other)

    async def _end_subscription(self, tx: Writer, entitlement: Entitlement) -> None:
        """End the subscription behind an entitlement, if there is one: nobody pays on for what is over or replaced."""
        if entitlement.order_id is not None:
            await self._queue.enqueue(tx, "subscription.end", entitlement.guild_id, str(entitlement.order_id))


async def preceding(db: Reader, order: Order, now: datetime) -> list[Entitlement]:
    """The live entitlements after which this order's begins: the member's of the same tier, and the one it follows."""
    replaced = await credited(db, order.guild_id, order.user_id, order.replaces, order.id, now)
    replaced_ids = {entitlement.id for entitlement in replaced}
    return [
        entitlement
        for entitlement in await entitlements.of_member(db, order.guild_id, order.user_id)
        if entitlement.status is EntitlementStatus.LIVE
        and entitlement.ends_at > now
        and entitlement.id not in replaced_ids
        and entitlement.order_id != order.id
        and (entitlement.tier.id == order.tier.id or entitlement.id == order.follows)
    ]


async def credited(
    db: Reader, guild_id: int, user_id: int, replaces: int | None, older_than: int, now: datetime
) -> list[Entitlement]:
    """What an upgrade replaces: the entitlement `replaces`, and what was bought ahead of its tier before the upgrade.

    Empty when that entitlement is over, belongs to another member by now, or was paid for by another: nobody spends
    another's money. Ids grow with real time, so they tell which is older.
    """
    old = None if replaces is None else await entitlements.find(db, guild_id, id_=replaces)
    if old is None or {old.user_id, old.acquired_by} != {user_id}:
        return []
    if old.status not in RUNNING or old.held_until <= now:
        return []
    return [
        entitlement
        for entitlement in await entitlements.of_member(db, guild_id, user_id)
        if _creditable(entitlement, old, older_than, user_id)
        and entitlement.status in RUNNING
        and entitlement.held_until > now
    ]


def _creditable(entitlement: Entitlement, old: Entitlement, older_than: int, payer: int) -> bool:
    """Is it the exchanged entitlement, or was it bought ahead of its tier, by the same payer, before the upgrade?"""
    return (
        entitlement.tier.id == old.tier.id
        and entitlement.source == "order"
        and entitlement.acquired_by == payer
        and (entitlement.id == old.id or entitlement.id < older_than)
    )


async def _recipient(db: Reader, order: Order) -> int:
    """Who gets the entitlement of an order: who ordered it.

    The provider turns a subscription into another one at the end of its period: that goes to whoever has the first
    one by then, as its renewals do.
    """
    if order.renewal is None or order.follows is None:
        return order.user_id
    followed = await entitlements.find(db, order.guild_id, id_=order.follows)
    return followed.user_id if followed is not None else order.user_id
