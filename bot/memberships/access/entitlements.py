"""The entitlement of an order: created once, then changed as payments arrive. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.access.store import entitlements, revocations
from bot.memberships.audit_actions import ENTITLEMENT_FROM, ENTITLEMENT_IS
from bot.memberships.catalog.shop import seats_changed
from bot.memberships.model import FOREVER, Entitlement, EntitlementStatus, Order, OrderStatus, Outcome, Terms
from bot.payments.port import Phase
from bot.work import Queue

RUNNING = (EntitlementStatus.LIVE, EntitlementStatus.SUSPENDED)
RENEWAL = timedelta(days=1)
"""How late a renewal may be paid while a subscription goes on: Stripe charges about an hour after the period's end."""


class Entitlements:
    """Keeps entitlements in step with their orders, and enqueues `role.sync` for the roles."""

    def __init__(self, clock: Clock, queue: Queue, *, suspends: bool) -> None:
        self._clock = clock
        self._queue = queue
        self._suspends = suspends

    async def apply_outcome(self, tx: Writer, order: Order, outcome: Outcome) -> bool:
        """Create, extend, suspend, revoke or revive the order's entitlement. True when something changed."""
        now = self._clock.now()
        entitlement = await entitlements.find(tx, order.guild_id, order_id=order.id)
        status = self._status_for(outcome)
        if entitlement is None:
            entitlement = await self._create(tx, order, outcome, status, now)
        else:
            moved = await self._move(tx, order, entitlement, outcome, status, now)
            if (
                not await self._change_status(
                    tx, order, moved or entitlement, status, outcome, now, moved=moved is not None
                )
                and not moved
            ):
                return False
        if status is EntitlementStatus.LIVE and order.replaces is not None:
            await self._replace_credited(tx, order, now)
        elif status is EntitlementStatus.REVOKED:
            await self._restore_replaced(tx, order, now)
        await self._queue.enqueue(tx, "role.sync", order.guild_id, str(entitlement.user_id))
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    async def give(self, tx: Writer, new: Entitlement, actor: int) -> None:
        """Store an entitlement without an order: a trial, a grant by staff, an import."""
        now = self._clock.now()
        await entitlements.add(tx, new, ended_at=None)
        await self._enqueue_dates(tx, new)
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
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    def _status_for(self, outcome: Outcome) -> EntitlementStatus:
        if outcome.state is OrderStatus.PAID:
            return EntitlementStatus.LIVE
        if outcome.state is OrderStatus.DISPUTED:
            return EntitlementStatus.SUSPENDED if self._suspends else EntitlementStatus.LIVE
        return EntitlementStatus.REVOKED

    async def _create(
        self, tx: Writer, order: Order, outcome: Outcome, status: EntitlementStatus, now: datetime
    ) -> Entitlement:
        """The order's new entitlement: it begins now, or when the last of `preceding` ends."""
        earlier = await preceding(tx, order, now)
        starts = max([now, *(entitlement.ends_at for entitlement in earlier if not entitlement.forever)])
        if outcome.since is not None:
            starts = min(outcome.since, now)  # the provider's clock may be some seconds ahead of ours
        ends = outcome.until or min(order.duration.end(starts) + timedelta(seconds=order.extra), FOREVER)
        entitlement = Entitlement(
            id=new_id(),
            guild_id=order.guild_id,
            user_id=await _recipient(tx, order),
            acquired_by=order.user_id,
            tier=order.tier,
            order_id=order.id,
            source="order",
            reason="",
            status=status,
            starts_at=starts,
            ends_at=ends,
            held_until=held_until(order.tier.terms, ends, order.phase),
        )
        await entitlements.add(tx, entitlement, ended_at=None if status in RUNNING else now)
        await self._record(tx, entitlement, ENTITLEMENT_IS[status], now, order=str(order.id))
        await self._enqueue_dates(tx, entitlement)
        for previous in earlier:
            if previous.id == order.follows:
                await self._end_subscription(tx, previous)
        return entitlement

    async def _move(
        self,
        tx: Writer,
        order: Order,
        entitlement: Entitlement,
        outcome: Outcome,
        status: EntitlementStatus,
        now: datetime,
    ) -> Entitlement | None:
        """The entitlement with its new dates, if payments changed them; None otherwise.

        The entitlement of a recurring order runs as long as its paid periods. A member who was refunded and pays
        again gets all the days from now, not what is left of the old ones.
        """
        if status is not EntitlementStatus.LIVE or entitlement.status is EntitlementStatus.REPLACED:
            return None
        if outcome.until is not None:
            starts, ends = min(outcome.since or entitlement.starts_at, entitlement.starts_at), outcome.until
        elif entitlement.status is EntitlementStatus.REVOKED and (
            now >= entitlement.ends_at or any(fact.at > entitlement.starts_at for fact in outcome.counted)
        ):
            starts = max(now, entitlement.starts_at)
            ends = min(order.duration.end(starts) + timedelta(seconds=order.extra), FOREVER)
        else:
            return None
        held = held_until(entitlement.tier.terms, ends, order.phase)
        if (starts, ends, held) == (entitlement.starts_at, entitlement.ends_at, entitlement.held_until):
            return None
        await entitlements.move(tx, entitlement, starts, ends, held)
        await self._record(tx, entitlement, AuditAction.ENTITLEMENT_EXTENDED, now, until=ends.isoformat())
        moved = await entitlements.find(tx, order.guild_id, id_=entitlement.id)
        assert moved is not None  # noqa: S101 # entitlements are never deleted
        await self._enqueue_dates(tx, moved)
        return moved

    async def _change_status(
        self,
        tx: Writer,
        order: Order,
        entitlement: Entitlement,
        status: EntitlementStatus,
        outcome: Outcome,
        now: datetime,
        *,
        moved: bool,
    ) -> bool:
        """Suspend, revoke or revive an entitlement. One that ran out is revived only when its dates moved.

        One that staff revoked stays revoked whatever happens to the old payment; only a new payment revives it.
        """
        if entitlement.status is status or entitlement.status is EntitlementStatus.REPLACED:
            return False
        if entitlement.status is EntitlementStatus.ENDED and not moved:
            return False
        if status in RUNNING and entitlement.held_until <= now:
            return False
        if entitlement.status is EntitlementStatus.REVOKED and status in RUNNING:
            revoked_at = await revocations.last(tx, order.guild_id, entitlement.id)
            if revoked_at is not None and not any(fact.at > revoked_at for fact in outcome.counted):
                return False
        await entitlements.set_status(tx, entitlement, status, now)
        await self._record(tx, entitlement, ENTITLEMENT_IS[status], now, order=str(order.id))
        if status is EntitlementStatus.REVOKED:
            await self._close_gap(tx, entitlement, now)
        return True

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

    async def _replace_credited(self, tx: Writer, order: Order, now: datetime) -> None:
        """An upgrade replaces the entitlements whose unused days were credited."""
        for old in await credited(tx, order.guild_id, order.user_id, order.replaces, order.id, now):
            await entitlements.set_status(tx, old, EntitlementStatus.REPLACED, now, replaced_by=order.id)
            await self._record(tx, old, AuditAction.ENTITLEMENT_REPLACED, now, order=str(order.id))
            await self._end_subscription(tx, old)

    async def _restore_replaced(self, tx: Writer, order: Order, now: datetime) -> None:
        """After the refund of an upgrade, the entitlements it replaced are live again, unless they ran out meanwhile."""
        for old in await entitlements.replaced_by(tx, order.guild_id, order.id):
            status = EntitlementStatus.LIVE if now < old.held_until else EntitlementStatus.ENDED
            await entitlements.set_status(tx, old, status, now)
            await self._record(tx, old, ENTITLEMENT_IS[status], now, order=str(order.id))
            await self._enqueue_dates(tx, old)

    async def _end_subscription(self, tx: Writer, entitlement: Entitlement) -> None:
        """End the subscription behind an entitlement, if there is one: nobody pays on for what is over or replaced."""
        if entitlement.order_id is not None:
            await self._queue.enqueue(tx, "subscription.end", entitlement.guild_id, str(entitlement.order_id))

    async def _close_gap(self, tx: Writer, revoked: Entitlement, now: datetime) -> None:
        """After a refund, later periods of the same tier begin earlier: nobody loses days that they still pay for."""
        free = now
        for entitlement in await entitlements.of_member(tx, revoked.guild_id, revoked.user_id):
            if (
                entitlement.tier.id != revoked.tier.id
                or entitlement.status is not EntitlementStatus.LIVE
                or entitlement.ends_at <= now
            ):
                continue
            starts = min(entitlement.starts_at, max(free, now))
            earlier_by = entitlement.starts_at - starts
            if earlier_by and not entitlement.forever:
                await entitlements.move(
                    tx,
                    entitlement,
                    starts,
                    entitlement.ends_at - earlier_by,
                    entitlement.held_until - earlier_by,
                )
                moved = await entitlements.find(tx, entitlement.guild_id, id_=entitlement.id)
                if moved is not None:
                    await self._enqueue_dates(tx, moved)
                    entitlement = moved
            free = entitlement.ends_at


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
        if entitlement.tier.id == old.tier.id
        and entitlement.source == "order"
        and entitlement.acquired_by == user_id
        and entitlement.status in RUNNING
        and entitlement.held_until > now
        and (entitlement.id == old.id or entitlement.id < older_than)
    ]


async def _recipient(db: Reader, order: Order) -> int:
    """Who gets the entitlement of an order: who ordered it.

    The provider turns a subscription into another one at the end of its period: that goes to whoever has the first
    one by then, as its renewals do.
    """
    if order.renewal is None or order.follows is None:
        return order.user_id
    followed = await entitlements.find(db, order.guild_id, id_=order.follows)
    return followed.user_id if followed is not None else order.user_id


def held_until(terms: Terms, ends_at: datetime, phase: Phase | None = None) -> datetime:
    """How long the roles stay: to the end plus the grace. A cancelled subscription has no grace: no payment is awaited.

    While a subscription goes on, its next payment comes a little after the period's end.
    """
    if ends_at >= FOREVER or phase in (Phase.ENDING, Phase.ENDED):
        return ends_at
    grace = timedelta(days=terms.grace_days)
    return min(ends_at + (max(grace, RENEWAL) if phase is Phase.ACTIVE else grace), FOREVER)
