"""What becomes of a subscription when somebody leaves the server, is kicked or is banned.

Discord tells of one departure in up to three events, in any order, and may tell of none while Lyceum is away. Whatever
is heard becomes a row and the work `member.left`, which decides some seconds later, when all of it has arrived; the
audit of roles hears of whom no event told. A subscription belongs to its payer: staff can end one that is on a card, but
only its payer can let it renew again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.audit import LYCEUM, AuditAction, record
from bot.clock import Clock
from bot.db import Database, Writer
from bot.errors import UserError
from bot.ids import new_id
from bot.memberships.audit_actions import DEPARTED_BY
from bot.memberships.departures.departure import (
    Cause,
    DepartedSubscription,
    Departure,
    DepartureAction,
    action_for,
    needs_decision,
)
from bot.memberships.departures.endings import DepartureEndings
from bot.memberships.departures.store import departures
from bot.memberships.model import RENEWING
from bot.memberships.orders.checkouts import Checkouts
from bot.memberships.orders.store import orders
from bot.ports import ChatServer
from bot.work import Job, Queue
from bot.work.worker import Reschedule

SETTLING = timedelta(seconds=15)
"""How long after an event the others about the same departure may still come."""
SAME = timedelta(minutes=10)
"""Whoever leaves so long after the last event about a departure must have come back in between, unseen."""


class Departures:
    """Hears of departures and returns, decides what follows, and carries it out."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        queue: Queue,
        server: ChatServer,
        checkouts: Checkouts,
        endings: DepartureEndings,
        settings: Mapping[Cause, DepartureAction],
    ) -> None:
        self._db = db
        self._clock = clock
        self._queue = queue
        self._server = server
        self._checkouts = checkouts
        self._endings = endings
        self._settings = settings

    async def heard(self, guild_id: int, user_id: int, cause: Cause) -> None:
        """Discord told that somebody left, was kicked or was banned. Nothing is kept of those who pay nothing."""
        async with self._db.read() as db:
            known = await departures.open_of(db, guild_id, user_id)
            concerned = bool(await departures.renewing_of(db, guild_id, user_id))
            if cause is Cause.BAN and not concerned:
                concerned = bool(await orders.open_orders(db, guild_id, user_id))
        if known is not None or concerned:
            async with self._db.write() as tx:
                await self._note(tx, guild_id, user_id, cause)

    async def returned(self, guild_id: int, user_id: int) -> None:
        """Somebody joined: whatever was not done about their departure yet is theirs to decide again."""
        async with self._db.read() as db:
            if await departures.open_of(db, guild_id, user_id) is None:
                return
        async with self._db.write() as tx:
            await departures.close(tx, guild_id, user_id, self._clock.now())

    async def watched(self, guild_id: int) -> set[int]:
        """Those whose presence matters: who pays or has a subscription, and who is known to be away."""
        async with self._db.read() as db:
            renewing = await departures.renewing(db, guild_id)
            away = await departures.away(db, guild_id)
        return {user for order in renewing for user in (order.payer, order.holder) if user is not None} | away

    async def seen(self, guild_id: int, watched: set[int], present: set[int]) -> None:
        """A list of all members was read: of those watched, these are present; the others left without a word."""
        now = self._clock.now()
        async with self._db.write() as tx:
            away = await departures.away(tx, guild_id)
            for user_id in sorted(away & present):
                await departures.close(tx, guild_id, user_id, now)
            for user_id in sorted(watched - present - away):
                await self._note(tx, guild_id, user_id, Cause.LEAVE)
            for user_id in sorted(away - present):
                known = await departures.open_of(tx, guild_id, user_id)
                if known is not None and await self._undecided(tx, known):
                    await self._queue.enqueue(tx, "member.left", guild_id, str(known.id))

    async def settle(self, job: Job) -> None:
        """Work `member.left`: decide what becomes of the subscriptions of somebody who is really away."""
        async with self._db.read() as db:
            known = await departures.find(db, job.guild_id, int(job.key))
        if known is None or known.returned_at is not None:
            return
        if self._clock.now() < known.heard_at + SETTLING:
            raise Reschedule(known.heard_at + SETTLING)
        if await self._server.member(known.guild_id, known.user_id) is not None:
            await self.returned(known.guild_id, known.user_id)
            return
        banned = known.cause is Cause.BAN or await self._server.banned(known.guild_id, known.user_id)
        async with self._db.write() as tx:
            await self._decide(tx, known.id, known.guild_id, banned=bool(banned))
        if banned:
            await self._close_open_orders(known.guild_id, known.user_id)

    async def end(self, job: Job) -> None:
        """Work `departure.end`: turn one subscription's renewal off, once; the payer may keep it again."""
        departure_id, _, order_id = job.key.partition(".")
        async with self._db.read() as db:
            known = await departures.find(db, job.guild_id, int(departure_id))
            row = (await departures.of_departure(db, job.guild_id, int(departure_id))).get(int(order_id))
        if known is None or row is None or row.action is not DepartureAction.END or row.ended_at is not None:
            return
        if known.returned_at is not None and row.decided_by is None:
            return
        await self._endings.turn_off(row)
        async with self._db.write() as tx:
            await departures.ended(tx, row, self._clock.now())
            await self._queue.enqueue(tx, "departure.tell", row.guild_id, str(row.notice))

    async def renewed(self, guild_id: int, order_id: int) -> None:
        """A subscription that had been turned off renews again: if it is one of a departure, its payer decided that."""
        async with self._db.write() as tx:
            order = await orders.find(tx, guild_id, order_id)
            if order is not None and order.phase in RENEWING:
                await departures.kept_by_payer(tx, guild_id, order_id, order.user_id)

    async def end_by_staff(self, guild_id: int, notice: int, order_id: int, actor: int) -> None:
        """*End it*: the subscription ends with its period. UserError when the payer is back, or it ends already."""
        async with self._db.write() as tx:
            row = await self._open_row(tx, guild_id, notice, order_id)
            await self._store_decision(tx, row, DepartureAction.END, AuditAction.DEPARTURE_ENDED, actor)
            await self._enqueue_end(tx, row)

    async def keep_by_staff(self, guild_id: int, notice: int, order_id: int, actor: int) -> None:
        """*Keep it*: the subscription goes on as it did. UserError when the payer is back, or it ends already."""
        async with self._db.write() as tx:
            row = await self._open_row(tx, guild_id, notice, order_id)
            await self._store_decision(tx, row, DepartureAction.KEEP, AuditAction.DEPARTURE_KEPT, actor)

    async def ended_for(self, guild_id: int, user_id: int) -> frozenset[int]:
        """The orders whose renewal was turned off because this person had left."""
        async with self._db.read() as db:
            return frozenset(await departures.ended_for(db, guild_id, user_id))

    async def _note(self, tx: Writer, guild_id: int, user_id: int, cause: Cause) -> None:
        """Store what was heard, and decide about it in some seconds."""
        now = self._clock.now()
        known = await departures.open_of(tx, guild_id, user_id)
        if known is not None and cause is Cause.LEAVE and known.heard_at + SAME < now:
            await departures.close(tx, guild_id, user_id, now)
            known = None
        if known is None:
            known = Departure(id=new_id(), guild_id=guild_id, user_id=user_id, cause=cause, heard_at=now)
            await departures.add(tx, known)
        else:
            graver = cause if cause.outranks(known.cause) else known.cause
            await departures.hear(tx, known, graver, now)
        await self._queue.enqueue(tx, "member.left", guild_id, str(known.id), due=now + SETTLING)

    async def _undecided(self, tx: Writer, known: Departure) -> bool:
        """Has the person a subscription of which nobody has decided: one that was paid after they had left?"""
        decided = await departures.of_departure(tx, known.guild_id, known.id)
        renewing = await departures.renewing_of(tx, known.guild_id, known.user_id)
        return any(needs_decision(decided.get(order.order_id), known.cause) for order in renewing)

    async def _decide(self, tx: Writer, departure_id: int, guild_id: int, *, banned: bool) -> None:
        now, notice = self._clock.now(), new_id()
        known = await departures.find(tx, guild_id, departure_id)
        if known is None or known.returned_at is not None:
            return
        cause = Cause.BAN if banned else known.cause
        decided = await departures.of_departure(tx, guild_id, known.id)
        news = [
            DepartedSubscription(
                guild_id=guild_id,
                departure_id=known.id,
                order_id=order.order_id,
                cause=cause,
                action=action_for(self._settings, cause, order),
                notice=notice,
            )
            for order in await departures.renewing_of(tx, guild_id, known.user_id)
            if needs_decision(decided.get(order.order_id), cause)
        ]
        await departures.settle(tx, known, cause, now)
        if not news:
            return
        await record(
            tx,
            guild_id=guild_id,
            at=now,
            actor=LYCEUM,
            action=DEPARTED_BY[cause.value],
            subject=known.user_id,
        )
        for row in news:
            await departures.put(tx, row)
            if row.action is DepartureAction.END:
                await self._enqueue_end(tx, row)
        await self._queue.enqueue(tx, "departure.tell", guild_id, str(notice))

    async def _enqueue_end(self, tx: Writer, row: DepartedSubscription) -> None:
        key = f"{row.departure_id}.{row.order_id}"
        await self._queue.enqueue(tx, "departure.end", row.guild_id, key, order=row.order_id)

    async def _close_open_orders(self, guild_id: int, user_id: int) -> None:
        """Nobody who is banned pays a link that was opened before: there is nothing left to sell them."""
        async with self._db.read() as db:
            open_orders = await orders.open_orders(db, guild_id, user_id)
        for order in open_orders:
            if order.follows is None:  # what the provider would change later, it drops with the subscription
                await self._checkouts.cancel(order)

    async def _open_row(self, tx: Writer, guild_id: int, notice: int, order_id: int) -> DepartedSubscription:
        rows = {row.order_id: row for row in await departures.of_notice(tx, guild_id, notice)}
        row = rows.get(order_id)
        known = await departures.find(tx, guild_id, row.departure_id) if row else None
        if row is None or known is None:
            raise _decided_anew()
        if known.returned_at is not None:
            raise UserError("They are back in the server, so the subscription is theirs to end or keep.")
        if row.action is DepartureAction.END:
            raise UserError("This subscription ends already, and only its payer can let it go on.")
        return row

    async def _store_decision(
        self,
        tx: Writer,
        row: DepartedSubscription,
        action: DepartureAction,
        log_as: AuditAction,
        actor: int,
    ) -> None:
        if not await departures.decide(tx, row, action, actor):
            raise _decided_anew()
        await record(
            tx,
            guild_id=row.guild_id,
            at=self._clock.now(),
            actor=actor,
            action=log_as,
            subject=row.order_id,
        )


def _decided_anew() -> UserError:
    return UserError(
        "This has been decided again since. The latest card in this channel shows where it stands."
    )
