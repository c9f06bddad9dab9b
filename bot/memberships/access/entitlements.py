"""The right that an order gives: made once, then moved with the money. In the caller's transaction."""

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
"""So long after a period's end a renewal may come while the subscription goes on: Stripe charges about an hour later."""


class Entitlements:
    """Makes entitlements what orders say, and asks for the roles to follow."""

    def __init__(self, clock: Clock, queue: Queue, *, suspends: bool) -> None:
        self._clock = clock
        self._queue = queue
        self._suspends = suspends

    async def apply_outcome(self, tx: Writer, order: Order, outcome: Outcome) -> bool:
        """Give, extend, suspend, revoke or revive what this order is for. True when something changed."""
        now = self._clock.now()
        entitlement = await entitlements.find(tx, order.guild_id, order_id=order.id)
        wanted = self._standing(outcome)
        if entitlement is None:
            entitlement = await self._first(tx, order, outcome, wanted, now)
        else:
            moved = await self._move(tx, order, entitlement, outcome, wanted, now)
            if (
                not await self._stand(
                    tx, order, moved or entitlement, wanted, outcome, now, moved=moved is not None
                )
                and not moved
            ):
                return False
        if wanted is EntitlementStatus.LIVE and order.replaces is not None:
            await self._replace(tx, order, now)
        elif wanted is EntitlementStatus.REVOKED:
            await self._restore(tx, order, now)
        await self._queue.enqueue(tx, "role.sync", order.guild_id, str(entitlement.user_id))
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    async def give(self, tx: Writer, new: Entitlement, actor: int) -> None:
        """A right without an order: a trial, a grant by staff, an import."""
        now = self._clock.now()
        await entitlements.add(tx, new, ended_at=None)
        await self._plan(tx, new)
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
        self, tx: Writer, entitlement: Entitlement, standing: EntitlementStatus, actor: int, reason: str = ""
    ) -> bool:
        """It is over: by time, by staff, or replaced. False when it was not running any more."""
        now = self._clock.now()
        if not await entitlements.set_status(tx, entitlement, standing, now):
            return False
        if standing is EntitlementStatus.REVOKED and actor != LYCEUM:
            await revocations.add(tx, entitlement, actor=actor, reason=reason, now=now)
        note = {"reason": reason} if reason else {}
        await record(
            tx,
            guild_id=entitlement.guild_id,
            at=now,
            actor=actor,
            action=ENTITLEMENT_IS[standing],
            subject=entitlement.id,
            **note,
        )
        await self._queue.enqueue(tx, "role.sync", entitlement.guild_id, str(entitlement.user_id))
        await self._renew_no_more(tx, entitlement)
        await seats_changed(tx, self._queue, entitlement.tier)
        return True

    def _standing(self, outcome: Outcome) -> EntitlementStatus:
        if outcome.state is OrderStatus.PAID:
            return EntitlementStatus.LIVE
        if outcome.state is OrderStatus.DISPUTED:
            return EntitlementStatus.SUSPENDED if self._suspends else EntitlementStatus.LIVE
        return EntitlementStatus.REVOKED

    async def _first(
        self, tx: Writer, order: Order, outcome: Outcome, wanted: EntitlementStatus, now: datetime
    ) -> Entitlement:
        """A new right begins now, or when the member's present one of the same tier (or the one it follows) ends."""
        before = await preceding(tx, order, now)
        starts = max([now, *(entitlement.ends_at for entitlement in before if not entitlement.forever)])
        if outcome.since is not None:
            starts = min(outcome.since, now)  # the provider's clock may be some seconds ahead of ours
        ends = outcome.until or min(order.duration.end(starts) + timedelta(seconds=order.extra), FOREVER)
        entitlement = Entitlement(
            id=new_id(),
            guild_id=order.guild_id,
            user_id=order.user_id,
            tier=order.tier,
            order_id=order.id,
            source="order",
            reason="",
            status=wanted,
            starts_at=starts,
            ends_at=ends,
            held_until=held_until(order.tier.terms, ends, order.phase),
        )
        await entitlements.add(tx, entitlement, ended_at=None if wanted in RUNNING else now)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=ENTITLEMENT_IS[wanted],
            subject=entitlement.id,
            order=str(order.id),
        )
        await self._plan(tx, entitlement)
        for one in before:
            if one.id == order.follows:
                await self._renew_no_more(tx, one)
        return entitlement

    async def _move(
        self,
        tx: Writer,
        order: Order,
        entitlement: Entitlement,
        outcome: Outcome,
        wanted: EntitlementStatus,
        now: datetime,
    ) -> Entitlement | None:
        """The right at its new time, if the money moved it; None else.

        A recurring order's runs as long as its payments. Who got their money back and pays once more gets all
        the days from now, not what is left of the old ones.
        """
        if wanted is not EntitlementStatus.LIVE or entitlement.status is EntitlementStatus.REPLACED:
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
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=AuditAction.ENTITLEMENT_EXTENDED,
            subject=entitlement.id,
            until=ends.isoformat(),
        )
        found = await entitlements.find(tx, order.guild_id, id_=entitlement.id)
        assert found is not None  # noqa: S101 # rights are never deleted
        await self._plan(tx, found)
        return found

    async def _stand(
        self,
        tx: Writer,
        order: Order,
        entitlement: Entitlement,
        wanted: EntitlementStatus,
        outcome: Outcome,
        now: datetime,
        *,
        moved: bool,
    ) -> bool:
        """Suspend, revoke or revive it. What ended by its time lives again only when that was moved.

        What staff revoked stays so, whatever becomes of the old money; only new money buys anew.
        """
        if entitlement.status is wanted or entitlement.status is EntitlementStatus.REPLACED:
            return False
        if entitlement.status is EntitlementStatus.ENDED and not moved:
            return False
        if wanted in RUNNING and entitlement.held_until <= now:
            return False
        if entitlement.status is EntitlementStatus.REVOKED and wanted in RUNNING:
            since = await revocations.last(tx, order.guild_id, entitlement.id)
            if since is not None and not any(fact.at > since for fact in outcome.counted):
                return False
        await entitlements.set_status(tx, entitlement, wanted, now)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=ENTITLEMENT_IS[wanted],
            subject=entitlement.id,
            order=str(order.id),
        )
        if wanted is EntitlementStatus.REVOKED:
            await self._close_gap(tx, entitlement, now)
        return True

    async def _plan(self, tx: Writer, entitlement: Entitlement) -> None:
        """The work that falls due with a right: its beginning, if that lies ahead, and its end."""
        guild_id, key = entitlement.guild_id, str(entitlement.id)
        if entitlement.starts_at > self._clock.now():
            await self._queue.enqueue(tx, "entitlement.start", guild_id, key, due=entitlement.starts_at)
        if not entitlement.forever:
            await self._queue.enqueue(tx, "entitlement.end", guild_id, key, due=entitlement.held_until)
            await self._queue.enqueue(tx, "entitlement.remind", guild_id, key)

    async def _replace(self, tx: Writer, order: Order, now: datetime) -> None:
        """An upgrade takes the place of the rights whose unused days were credited."""
        for old in await credited(tx, order.guild_id, order.user_id, order.replaces, order.id, now):
            await entitlements.set_status(tx, old, EntitlementStatus.REPLACED, now, replaced_by=order.id)
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=AuditAction.ENTITLEMENT_REPLACED,
                subject=old.id,
                order=str(order.id),
            )
            await self._renew_no_more(tx, old)

    async def _restore(self, tx: Writer, order: Order, now: datetime) -> None:
        """The upgrade was given back: what it had replaced lives again, as far as its time goes."""
        for old in await entitlements.replaced_by(tx, order.guild_id, order.id):
            standing = EntitlementStatus.LIVE if now < old.held_until else EntitlementStatus.ENDED
            await entitlements.set_status(tx, old, standing, now)
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=ENTITLEMENT_IS[standing],
                subject=old.id,
                order=str(order.id),
            )
            await self._plan(tx, old)

    async def _renew_no_more(self, tx: Writer, entitlement: Entitlement) -> None:
        """If a subscription pays for it, that must end too: nobody pays on for what is over or was exchanged."""
        if entitlement.order_id is not None:
            await self._queue.enqueue(tx, "subscription.end", entitlement.guild_id, str(entitlement.order_id))

    async def _close_gap(self, tx: Writer, gone: Entitlement, now: datetime) -> None:
        """After a refund, later periods of the same tier begin earlier: nobody loses days that they still pay for."""
        mine = await entitlements.of_member(tx, gone.guild_id, gone.user_id)
        free = now
        for entitlement in mine:
            if (
                entitlement.tier.id != gone.tier.id
                or entitlement.status is not EntitlementStatus.LIVE
                or entitlement.ends_at <= now
            ):
                continue
            starts = min(entitlement.starts_at, max(free, now))
            by = entitlement.starts_at - starts
            if by and not entitlement.forever:
                await entitlements.move(
                    tx, entitlement, starts, entitlement.ends_at - by, entitlement.held_until - by
                )
                moved = await entitlements.find(tx, entitlement.guild_id, id_=entitlement.id)
                if moved is not None:
                    await self._plan(tx, moved)
                    entitlement = moved
            free = entitlement.ends_at


async def preceding(db: Reader, order: Order, now: datetime) -> list[Entitlement]:
    """The rights after which this order's begins: the member's running ones of the tier, and the one it follows."""
    mine = await entitlements.of_member(db, order.guild_id, order.user_id)
    gone = await credited(db, order.guild_id, order.user_id, order.replaces, order.id, now)
    return [
        entitlement
        for entitlement in mine
        if entitlement.status is EntitlementStatus.LIVE
        and entitlement.ends_at > now
        and entitlement.id not in {one.id for one in gone}
        and entitlement.order_id != order.id
        and (entitlement.tier.id == order.tier.id or entitlement.id == order.follows)
    ]


async def credited(
    db: Reader, guild_id: int, user_id: int, replaces: int | None, older_than: int, now: datetime
) -> list[Entitlement]:
    """What an upgrade takes the place of: the right `replaces`, and what was bought ahead of its tier before the upgrade.

    Empty when that right runs no more, or is another member's by now. Ids are of real time, so an id tells the age.
    """
    old = None if replaces is None else await entitlements.find(db, guild_id, id_=replaces)
    if old is None or old.user_id != user_id or old.status not in RUNNING or old.held_until <= now:
        return []
    return [
        entitlement
        for entitlement in await entitlements.of_member(db, guild_id, user_id)
        if entitlement.tier.id == old.tier.id
        and entitlement.source == "order"
        and entitlement.status in RUNNING
        and entitlement.held_until > now
        and (entitlement.id == old.id or entitlement.id < older_than)
    ]


def held_until(terms: Terms, ends_at: datetime, phase: Phase | None = None) -> datetime:
    """How long the roles stay: to the end and its grace. Who ended a subscription needs no grace to pay.

    While a subscription goes on, its next payment comes a little after the period's end.
    """
    if ends_at >= FOREVER or phase in (Phase.ENDING, Phase.ENDED):
        return ends_at
    grace = timedelta(days=terms.grace_days)
    return min(ends_at + (max(grace, RENEWAL) if phase is Phase.ACTIVE else grace), FOREVER)
