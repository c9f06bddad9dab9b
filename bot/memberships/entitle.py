"""The right that an order gives: made once, then moved with the money. In the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.audit import LYCEUM, Action, record
from bot.clock import Clock
from bot.db import Reader, Writer
from bot.ids import new_id
from bot.memberships.audit_actions import ENTITLEMENT_FROM, ENTITLEMENT_IS
from bot.memberships.model import FOREVER, Entitlement, Order, Standing, Terms
from bot.memberships.shop_cards import seats_changed
from bot.memberships.state import Outcome, State
from bot.memberships.store import entitlements, revocations
from bot.payments.port import Phase
from bot.work import Queue

RUNNING = (Standing.LIVE, Standing.SUSPENDED)
RENEWAL = timedelta(days=1)
"""So long after a period's end a renewal may come while the subscription goes on: Stripe charges about an hour later."""


class Entitling:
    """Makes entitlements what orders say, and asks for the roles to follow."""

    def __init__(self, clock: Clock, queue: Queue, *, suspends: bool) -> None:
        self._clock = clock
        self._queue = queue
        self._suspends = suspends

    async def follow(self, tx: Writer, order: Order, outcome: Outcome) -> bool:
        """Give, extend, suspend, revoke or revive what this order is for. True when something changed."""
        now = self._clock.now()
        right = await entitlements.find(tx, order.guild_id, order_id=order.id)
        wanted = self._standing(outcome)
        if right is None:
            right = await self._first(tx, order, outcome, wanted, now)
        else:
            moved = await self._move(tx, order, right, outcome, wanted, now)
            if (
                not await self._stand(
                    tx, order, moved or right, wanted, outcome, now, moved=moved is not None
                )
                and not moved
            ):
                return False
        if wanted is Standing.LIVE and order.replaces is not None:
            await self._replace(tx, order, now)
        elif wanted is Standing.REVOKED:
            await self._restore(tx, order, now)
        await self._queue.again(tx, "role.sync", order.guild_id, str(right.user_id))
        await seats_changed(tx, self._queue, right.tier)
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
        await self._queue.again(tx, "role.sync", new.guild_id, str(new.user_id))
        await seats_changed(tx, self._queue, new.tier)

    async def end(
        self, tx: Writer, right: Entitlement, standing: Standing, actor: int, reason: str = ""
    ) -> bool:
        """It is over: by time, by staff, or replaced. False when it was not running any more."""
        now = self._clock.now()
        if not await entitlements.set_standing(tx, right, standing, now):
            return False
        if standing is Standing.REVOKED and actor != LYCEUM:
            await revocations.add(tx, right, actor=actor, reason=reason, now=now)
        note = {"reason": reason} if reason else {}
        await record(
            tx,
            guild_id=right.guild_id,
            at=now,
            actor=actor,
            action=ENTITLEMENT_IS[standing],
            subject=right.id,
            **note,
        )
        await self._queue.again(tx, "role.sync", right.guild_id, str(right.user_id))
        await self._renew_no_more(tx, right)
        await seats_changed(tx, self._queue, right.tier)
        return True

    def _standing(self, outcome: Outcome) -> Standing:
        if outcome.state is State.PAID:
            return Standing.LIVE
        if outcome.state is State.DISPUTED:
            return Standing.SUSPENDED if self._suspends else Standing.LIVE
        return Standing.REVOKED

    async def _first(
        self, tx: Writer, order: Order, outcome: Outcome, wanted: Standing, now: datetime
    ) -> Entitlement:
        """A new right begins now, or when the member's present one of the same tier (or the one it follows) ends."""
        before = await before_it(tx, order, now)
        starts = max([now, *(right.ends_at for right in before if not right.forever)])
        if outcome.since is not None:
            starts = min(outcome.since, now)  # the provider's clock may be some seconds ahead of ours
        ends = outcome.until or min(order.span.end(starts) + timedelta(seconds=order.extra), FOREVER)
        right = Entitlement(
            id=new_id(),
            guild_id=order.guild_id,
            user_id=order.user_id,
            tier=order.tier,
            order_id=order.id,
            source="order",
            reason="",
            standing=wanted,
            starts_at=starts,
            ends_at=ends,
            held_until=held_until(order.tier.terms, ends, order.phase),
        )
        await entitlements.add(tx, right, ended_at=None if wanted in RUNNING else now)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=ENTITLEMENT_IS[wanted],
            subject=right.id,
            order=str(order.id),
        )
        await self._plan(tx, right)
        for one in before:
            if one.id == order.follows:
                await self._renew_no_more(tx, one)
        return right

    async def _move(
        self, tx: Writer, order: Order, right: Entitlement, outcome: Outcome, wanted: Standing, now: datetime
    ) -> Entitlement | None:
        """The right at its new time, if the money moved it; None else.

        A recurring order's runs as long as its payments. Who got their money back and pays once more gets all
        the days from now, not what is left of the old ones.
        """
        if wanted is not Standing.LIVE or right.standing is Standing.REPLACED:
            return None
        if outcome.until is not None:
            starts, ends = min(outcome.since or right.starts_at, right.starts_at), outcome.until
        elif right.standing is Standing.REVOKED and (
            now >= right.ends_at or any(fact.at > right.starts_at for fact in outcome.counted)
        ):
            starts = max(now, right.starts_at)
            ends = min(order.span.end(starts) + timedelta(seconds=order.extra), FOREVER)
        else:
            return None
        held = held_until(right.tier.terms, ends, order.phase)
        if (starts, ends, held) == (right.starts_at, right.ends_at, right.held_until):
            return None
        await entitlements.move(tx, right, starts, ends, held)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=Action.ENTITLEMENT_EXTENDED,
            subject=right.id,
            until=ends.isoformat(),
        )
        found = await entitlements.find(tx, order.guild_id, id_=right.id)
        assert found is not None  # noqa: S101 # rights are never deleted
        await self._plan(tx, found)
        return found

    async def _stand(
        self,
        tx: Writer,
        order: Order,
        right: Entitlement,
        wanted: Standing,
        outcome: Outcome,
        now: datetime,
        *,
        moved: bool,
    ) -> bool:
        """Suspend, revoke or revive it. What ended by its time lives again only when that was moved.

        What staff revoked stays so, whatever becomes of the old money; only new money buys anew.
        """
        if right.standing is wanted or right.standing is Standing.REPLACED:
            return False
        if right.standing is Standing.ENDED and not moved:
            return False
        if wanted in RUNNING and right.held_until <= now:
            return False
        if right.standing is Standing.REVOKED and wanted in RUNNING:
            since = await revocations.last(tx, order.guild_id, right.id)
            if since is not None and not any(fact.at > since for fact in outcome.counted):
                return False
        await entitlements.set_standing(tx, right, wanted, now)
        await record(
            tx,
            guild_id=order.guild_id,
            at=now,
            actor=LYCEUM,
            action=ENTITLEMENT_IS[wanted],
            subject=right.id,
            order=str(order.id),
        )
        if wanted is Standing.REVOKED:
            await self._close_gap(tx, right, now)
        return True

    async def _plan(self, tx: Writer, right: Entitlement) -> None:
        """The work that falls due with a right: its beginning, if that lies ahead, and its end."""
        guild_id, key = right.guild_id, str(right.id)
        if right.starts_at > self._clock.now():
            await self._queue.again(tx, "entitlement.start", guild_id, key, due=right.starts_at)
        if not right.forever:
            await self._queue.again(tx, "entitlement.end", guild_id, key, due=right.held_until)
            await self._queue.again(tx, "entitlement.remind", guild_id, key)

    async def _replace(self, tx: Writer, order: Order, now: datetime) -> None:
        """An upgrade takes the place of the rights whose unused days were credited."""
        for old in await credited(tx, order.guild_id, order.user_id, order.replaces, order.id, now):
            await entitlements.set_standing(tx, old, Standing.REPLACED, now, replaced_by=order.id)
            await record(
                tx,
                guild_id=order.guild_id,
                at=now,
                actor=LYCEUM,
                action=Action.ENTITLEMENT_REPLACED,
                subject=old.id,
                order=str(order.id),
            )
            await self._renew_no_more(tx, old)

    async def _restore(self, tx: Writer, order: Order, now: datetime) -> None:
        """The upgrade was given back: what it had replaced lives again, as far as its time goes."""
        for old in await entitlements.replaced_by(tx, order.guild_id, order.id):
            standing = Standing.LIVE if now < old.held_until else Standing.ENDED
            await entitlements.set_standing(tx, old, standing, now)
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

    async def _renew_no_more(self, tx: Writer, right: Entitlement) -> None:
        """If a subscription pays for it, that must end too: nobody pays on for what is over or was exchanged."""
        if right.order_id is not None:
            await self._queue.again(tx, "subscription.end", right.guild_id, str(right.order_id))

    async def _close_gap(self, tx: Writer, gone: Entitlement, now: datetime) -> None:
        """After a refund, later periods of the same tier begin earlier: nobody loses days that they still pay for."""
        mine = await entitlements.of_member(tx, gone.guild_id, gone.user_id)
        free = now
        for right in mine:
            if right.tier.id != gone.tier.id or right.standing is not Standing.LIVE or right.ends_at <= now:
                continue
            starts = min(right.starts_at, max(free, now))
            by = right.starts_at - starts
            if by and not right.forever:
                await entitlements.move(tx, right, starts, right.ends_at - by, right.held_until - by)
                moved = await entitlements.find(tx, right.guild_id, id_=right.id)
                if moved is not None:
                    await self._plan(tx, moved)
                    right = moved
            free = right.ends_at


async def before_it(db: Reader, order: Order, now: datetime) -> list[Entitlement]:
    """The rights after which this order's begins: the member's running ones of the tier, and the one it follows."""
    mine = await entitlements.of_member(db, order.guild_id, order.user_id)
    gone = await credited(db, order.guild_id, order.user_id, order.replaces, order.id, now)
    return [
        right
        for right in mine
        if right.standing is Standing.LIVE
        and right.ends_at > now
        and right.id not in {one.id for one in gone}
        and right.order_id != order.id
        and (right.tier.id == order.tier.id or right.id == order.follows)
    ]


async def credited(
    db: Reader, guild_id: int, user_id: int, replaces: int | None, older_than: int, now: datetime
) -> list[Entitlement]:
    """What an upgrade takes the place of: the right `replaces`, and what was bought ahead of its tier before the upgrade.

    Empty when that right runs no more, or is another member's by now. Ids are of real time, so an id tells the age.
    """
    old = None if replaces is None else await entitlements.find(db, guild_id, id_=replaces)
    if old is None or old.user_id != user_id or old.standing not in RUNNING or old.held_until <= now:
        return []
    return [
        right
        for right in await entitlements.of_member(db, guild_id, user_id)
        if right.tier.id == old.tier.id
        and right.source == "order"
        and right.standing in RUNNING
        and right.held_until > now
        and (right.id == old.id or right.id < older_than)
    ]


def held_until(terms: Terms, ends_at: datetime, phase: Phase | None = None) -> datetime:
    """How long the roles stay: to the end and its grace. Who ended a subscription needs no grace to pay.

    While a subscription goes on, its next payment comes a little after the period's end.
    """
    if ends_at >= FOREVER or phase in (Phase.ENDING, Phase.ENDED):
        return ends_at
    grace = timedelta(days=terms.grace_days)
    return min(ends_at + (max(grace, RENEWAL) if phase is Phase.ACTIVE else grace), FOREVER)
